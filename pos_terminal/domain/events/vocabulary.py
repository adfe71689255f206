"""Every kind of record that this version reads and writes, by name."""

from pos_terminal.domain.events.account import ACCOUNT_EVENTS
from pos_terminal.domain.events.adjustment import ADJUSTMENT_EVENTS
from pos_terminal.domain.events.cash import CASH_EVENTS
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.grants import GRANT_EVENTS
from pos_terminal.domain.events.orders import ORDER_EVENTS
from pos_terminal.domain.events.outage import OUTAGE_EVENTS
from pos_terminal.domain.events.paper import PAPER_EVENTS
from pos_terminal.domain.events.payment import PAYMENT_EVENTS
from pos_terminal.domain.events.period import PERIOD_EVENTS
from pos_terminal.domain.events.prepaid import PREPAID_EVENTS
from pos_terminal.domain.events.sale import SALE_EVENTS
from pos_terminal.domain.events.staff import STAFF_EVENTS
from pos_terminal.domain.events.stock import STOCK_EVENTS
from pos_terminal.domain.events.system import SYSTEM_EVENTS

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
        *STAFF_EVENTS,
        *GRANT_EVENTS,
        *CASH_EVENTS,
        *PAYMENT_EVENTS,
        *PREPAID_EVENTS,
        *ACCOUNT_EVENTS,
        *ORDER_EVENTS,
        *OUTAGE_EVENTS,
        *PAPER_EVENTS,
        *STOCK_EVENTS,
        *PERIOD_EVENTS,
        *SYSTEM_EVENTS,
    )
}
"""The events of sales and of the till (events.py), of cash, of goods, of periods, of the system."""
