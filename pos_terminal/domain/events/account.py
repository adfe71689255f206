"""The event of customers on account: what one owes changes."""

from typing import ClassVar

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import AccountMove


class AccountMoved(Event, frozen=True, kw_only=True):
    """What a customer owes changes by `amount` cents: positive where he owes more.

    `person` is his pseudonym; `series` and `number` are the ticket that moved it.
    """

    kind: ClassVar[str] = "account.moved"
    person: str
    move: AccountMove
    amount: int
    series: str
    number: int


ACCOUNT_EVENTS: tuple[type[Event], ...] = (AccountMoved,)
