"""Events of means of payment: what a terminal was asked, and what became of it."""

from typing import ClassVar

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import PaymentOutcome


class PaymentIntended(Event, frozen=True, kw_only=True):
    """A payment terminal is about to be asked; recorded before a byte leaves. `ref` is unique."""

    kind: ClassVar[str] = "payment.intended"
    sale: int
    ref: str
    tender: str
    amount: int


class PaymentAnswered(Event, frozen=True, kw_only=True):
    """What became of an intent: paid, refused or unknown; `amount` is what was paid."""

    kind: ClassVar[str] = "payment.answered"
    ref: str
    outcome: PaymentOutcome
    amount: int
    detail: str = ""


class PaymentChanged(Event, frozen=True, kw_only=True):
    """A closed ticket was paid otherwise than recorded: `amount` moves between two tenders.

    `authority` is who allowed what the operator may not do; 0: nobody had to. `drawer` is where the
    ticket's cash went.
    """

    kind: ClassVar[str] = "payment.changed"
    series: str
    number: int
    from_tender: str
    to_tender: str
    amount: int
    authority: int = 0
    drawer: int = 1


PAYMENT_EVENTS: tuple[type[Event], ...] = (
    PaymentIntended,
    PaymentAnswered,
    PaymentChanged,
)
