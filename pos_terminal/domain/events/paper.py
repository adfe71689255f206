"""The event of an invoice: a ticket made out to a customer who is named by pseudonym alone."""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import VatSum
from pos_terminal.domain.events.values import PrintOutcome


class Form(StrEnum):
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


class ReceiptRequested(Event, frozen=True, kw_only=True):
    """The customer wants paper. `copy` 0 is the ticket itself, from 1 on a numbered duplicate.

    `form` is empty for the ticket, or gift, brief, note, qr, invoice (domain/printing/papers.py).
    """

    kind: ClassVar[str] = "receipt.requested"
    series: str
    number: int
    copy: int
    form: Form = Form.TICKET


class ReceiptPrinted(Event, frozen=True, kw_only=True):
    """How printing ended: printed, refused (nothing was) or unknown; `fault` is its code."""

    kind: ClassVar[str] = "receipt.printed"
    series: str
    number: int
    copy: int
    outcome: PrintOutcome
    fault: str = ""
    form: Form = Form.TICKET


class Corrected(Struct, frozen=True, kw_only=True):
    """An earlier invoice that a credit note corrects; `issued` is its local time."""

    series: str
    number: int
    issued: str


class Supplied(Struct, frozen=True, kw_only=True):
    """A ticket of an invoice over several, and the local time at which it was closed."""

    series: str
    number: int
    at: str


class InvoiceMade(Event, frozen=True, kw_only=True):
    """An invoice of a closed ticket, or of a month's tickets on account, with its totals by value.

    `series` and `number` are the invoice's own; `person` is the customer's pseudonym, whose details
    as of then the personal store keeps as item `details`. `ticket_at` is when the ticket closed,
    which is when it was supplied, and `issued` when the invoice was made: local times. `corrects`
    are the invoices of what it takes back. `tickets` are those of an invoice over several, the
    oldest first: the ticket is the last of them then.
    """

    kind: ClassVar[str] = "invoice.made"
    series: str
    number: int
    person: str
    details: str
    ticket_series: str
    ticket_number: int
    ticket_at: str
    issued: str
    vat: tuple[VatSum, ...]
    total: int
    corrects: tuple[Corrected, ...] = ()
    tickets: tuple[Supplied, ...] = ()

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """The series and number of each ticket that it invoices."""
        several = tuple((each.series, each.number) for each in self.tickets)
        return several or ((self.ticket_series, self.ticket_number),)


PAPER_EVENTS: tuple[type[Event], ...] = (
    ReceiptRequested,
    ReceiptPrinted,
    InvoiceMade,
)
