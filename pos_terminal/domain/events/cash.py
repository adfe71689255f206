"""Events of money beside the lines of a sale: intents, vouchers, deposits, the drawer's cash.

Amounts are integer cents; what leaves the shop is negative.
"""

from typing import ClassVar

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import CashMovement


class DrawerOpened(Event, frozen=True, kw_only=True):
    """A drawer was opened without a sale."""

    kind: ClassVar[str] = "drawer.opened"
    reason: str
    authority: int
    drawer: int = 1


class CashMoved(Event, frozen=True, kw_only=True):
    """Cash that is no sale: `movement` is float, in, out, drop (to the safe) or bank."""

    kind: ClassVar[str] = "cash.moved"
    movement: CashMovement
    amount: int
    reason: str = ""
    authority: int = 0
    drawer: int = 1


class CashCounted(Event, frozen=True, kw_only=True):
    """A drawer as counted, before its content was known: `expected` is what it should hold.

    `pieces` are the notes and coins of each denomination, from 500 euros down to 1 cent.
    """

    kind: ClassVar[str] = "cash.counted"
    counted: int
    expected: int
    pieces: tuple[int, ...] = ()
    drawer: int = 1


CASH_EVENTS: tuple[type[Event], ...] = (
    DrawerOpened,
    CashMoved,
    CashCounted,
)
