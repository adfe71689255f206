"""Every kind of record that this version reads and writes, by name."""

from pos_terminal.domain.adjustment_events import ADJUSTMENT_EVENTS
from pos_terminal.domain.cash_events import CASH_EVENTS
from pos_terminal.domain.clerk_events import CLERK_EVENTS
from pos_terminal.domain.events import SALE_EVENTS, Event
from pos_terminal.domain.invoice_events import INVOICE_EVENTS
from pos_terminal.domain.period_events import PERIOD_EVENTS
from pos_terminal.domain.refund_events import REFUND_EVENTS
from pos_terminal.domain.stock_events import STOCK_EVENTS
from pos_terminal.domain.system_events import SYSTEM_EVENTS

NOTES = "note."
"""Kinds with this prefix may be passed over: they change no number, total, sale or balance.

A later version may add any of them, and an earlier one sells on upon a journal that holds them.
"""


def may_be_passed_over(kind: str) -> bool:
    """Whether a version that does not know this kind may sell upon a journal that holds it."""
    return kind.startswith(NOTES)


KINDS: dict[str, type[Event]] = {
    event.kind: event
    for event in (
        *SALE_EVENTS,
        *ADJUSTMENT_EVENTS,
        *CLERK_EVENTS,
        *CASH_EVENTS,
        *INVOICE_EVENTS,
        *STOCK_EVENTS,
        *PERIOD_EVENTS,
        *REFUND_EVENTS,
        *SYSTEM_EVENTS,
    )
}
"""The events of sales and of the till (events.py), of cash, of goods, of periods, of the system."""
