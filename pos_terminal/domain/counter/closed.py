"""A closed ticket as its papers count it."""

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.events.copies import Copies, after, following
from pos_terminal.domain.events.paper import Form, InvoiceMade, ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.moment import Moment

Following = ReceiptRequested | ReceiptPrinted | InvoiceMade | PaymentChanged | PeriodClosed
"""What is recorded behind a ticket and may be about it."""

ORIGINAL = 0
"""The number of what is no duplicate."""


class ClosedTicket(Struct, frozen=True):
    """A closed ticket, for its papers: when, which were asked for, and its record.

    `gifts` are the gift receipts, which count by themselves; `invoice_papers` are those of its
    invoice, and `invoiced` is when it was made. `anchor` and `operator` are empty for the last one.
    `all_back` says that all of it was taken back by later tickets, so never of the last one.
    `changed` are the corrections of how it was paid; `day_closed` says of the last one that its day
    has its Z.
    """

    ticket: SaleClosed
    moment: Moment
    papers: Copies = frozenset()
    gifts: Copies = frozenset()
    anchor: str = ""
    invoice: InvoiceMade | None = None
    invoiced: Moment | None = None
    invoice_papers: Copies = frozenset()
    operator: int = 0
    all_back: bool = False
    changed: tuple[PaymentChanged, ...] = ()
    day_closed: bool = False

    def is_of(self, series: str, number: int) -> bool:
        """Whether this is the ticket of that number."""
        return (self.ticket.series, self.ticket.number) == (series, number)

    def copy(self, form: Form) -> int:
        """The copy that the next paper of this form is; 0 for the original.

        Once the sale has its invoice on paper, that is the original: the ticket is a duplicate.
        """
        if form is Form.GIFT:
            return following(self.gifts)
        if form is Form.INVOICE:
            return following(self.invoice_papers)
        return max(following(self.papers), int(bool(self.invoice_papers)))

    @property
    def replaced(self) -> bool:
        """Whether its invoice takes the place of a ticket that the customer has."""
        return ORIGINAL in self.papers

    def after(self, event: Following, moment: Moment) -> "ClosedTicket":
        """Once that came behind it, at that moment; itself where it is about another ticket."""
        if isinstance(event, PeriodClosed):
            return replace(self, day_closed=self.day_closed or event.period is Period.DAY)
        if isinstance(event, InvoiceMade):
            ours = (self.ticket.series, self.ticket.number) in event.places
            return replace(self, invoice=event, invoiced=moment) if ours else self
        if isinstance(event, PaymentChanged):
            ours = self.is_of(event.series, event.number)
            return replace(self, changed=(*self.changed, event)) if ours else self
        made = self.invoice
        if made and (made.series, made.number) == (event.series, event.number):
            return replace(self, invoice_papers=after(self.invoice_papers, event))
        if not self.is_of(event.series, event.number):
            return self
        if event.form is Form.GIFT:
            return replace(self, gifts=after(self.gifts, event))
        return replace(self, papers=after(self.papers, event))
