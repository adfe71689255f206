"""The customer who leaves: what the display owes him a look at, after a power cut as well."""

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import PeriodClosed, TrainingEnded, TrainingStarted
from pos_terminal.domain.events.sale import (
    SaleAbandoned,
    SaleClosed,
    SaleHeld,
    SaleOpened,
    SaleRecalled,
)
from pos_terminal.domain.events.staff import OperatorSignedOff, OperatorSignedOn

LEAVE_TAKING = (
    SaleOpened,
    SaleHeld,
    SaleRecalled,
    SaleAbandoned,
    PaymentChanged,
    OperatorSignedOn,
    OperatorSignedOff,
    PeriodClosed,
    TrainingStarted,
    TrainingEnded,
)
"""A closed ticket's change stands on the display, after a power cut as well, until one of these."""


def after(last: SaleClosed | None, event: Event) -> SaleClosed | None:
    """The ticket whose customer is still owed a look at his change, after this event."""
    if isinstance(event, SaleClosed):
        return event if event.change or event.total < 0 else None
    return None if isinstance(event, LEAVE_TAKING) else last
