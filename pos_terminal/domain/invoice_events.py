"""The event of an invoice: a ticket made out to a customer who is named by pseudonym alone."""

from typing import ClassVar

from pos_terminal.domain.events import Event, VatSum

INVOICES = "I"
"""The series of invoices, of its own and without a gap; `counts.tickets` has its last number."""


class InvoiceMade(Event, frozen=True, kw_only=True):
    """An invoice of a closed ticket, with its totals by value.

    `series` and `number` are the invoice's own; `person` is the customer's pseudonym, whose details
    as of then the personal store keeps as item `details`. `ticket_at` is when the ticket closed.
    """

    kind: ClassVar[str] = "invoice.made"
    series: str
    number: int
    person: str
    details: str
    ticket_series: str
    ticket_number: int
    ticket_at: str
    vat: tuple[VatSum, ...]
    total: int


INVOICE_EVENTS: tuple[type[Event], ...] = (InvoiceMade,)
