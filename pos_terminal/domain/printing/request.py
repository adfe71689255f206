"""The papers that a closed sale may be given, as records name them (domain/printing/papers.py)."""

from msgspec import Struct

from pos_terminal.domain.events.paper import InvoiceMade, ReceiptRequested
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.lookup.customers import Buyer
from pos_terminal.domain.lookup.questions import TicketFound
from pos_terminal.domain.moment import Moment


class PaperAsked(Struct, frozen=True):
    """A paper to be made. `moment` is the closing record's, and `invoiced` the invoice's.

    `anchor` names that record in the journal: «512 3fa9...», its number and hash; `operator` is
    who was signed on then, 0 for nobody. `changed` are the corrections of how it was paid. An
    invoice `replaces` the ticket that came before it. Of an invoice over several tickets `several`
    are these, and `closed` is all of them as one.
    """

    request: ReceiptRequested
    closed: SaleClosed
    moment: Moment
    anchor: str = ""
    invoice: InvoiceMade | None = None
    invoiced: Moment | None = None
    buyer: Buyer | None = None
    operator: int = 0
    changed: tuple[PaymentChanged, ...] = ()
    replaces: bool = False
    several: tuple[TicketFound, ...] = ()
