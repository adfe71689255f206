"""The papers that a closed sale may be given, as records name them (domain/papers.py)."""

from enum import Enum

from msgspec import Struct

from pos_terminal.domain.customers import Buyer
from pos_terminal.domain.events import ReceiptRequested, SaleClosed
from pos_terminal.domain.invoice_events import InvoiceMade


class Form(Enum):
    """A paper of a closed sale. The value stands in records.

    The ticket, a gift receipt without prices, a receipt without its lines, a service note, a QR
    code that holds the whole ticket; an invoice, which is requested by its own series and number.
    """

    TICKET = ""
    GIFT = "gift"
    BRIEF = "brief"
    NOTE = "note"
    QR = "qr"
    INVOICE = "invoice"


class Asked(Struct, frozen=True):
    """A paper to be made. `at` is the closing record's local time, ISO 8601.

    `anchor` names that record in the journal, for the QR code: «512 3fa9...», its number and hash.
    """

    request: ReceiptRequested
    closed: SaleClosed
    at: str
    anchor: str = ""
    simulated: bool = False
    invoice: InvoiceMade | None = None
    buyer: Buyer | None = None
