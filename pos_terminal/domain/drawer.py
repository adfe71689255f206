"""The drawer's cash: what it should hold, what may be counted in it, and why it is opened. Pure."""

from msgspec import Struct

from pos_terminal.domain.period_events import PeriodTotals

DENOMINATIONS = (
    500_00, 200_00, 100_00, 50_00, 20_00, 10_00, 5_00, 2_00, 1_00, 50, 20, 10, 5, 2, 1,
)  # fmt: skip
"""The euro's notes and coins in cents, in the order in which they are counted."""


def expected(totals: PeriodTotals) -> int:
    """What the drawer should hold in a day with these totals: cash taken, and moved beside sales.

    A day begins with an empty drawer: its float is a movement.
    """
    return totals.cash + sum(paid.amount for paid in totals.tenders if paid.tender == "CASH")


def is_counted(totals: PeriodTotals) -> bool:
    """Whether the drawer was counted, and no cash has come or gone since."""
    return bool(totals.counts) and totals.expected == expected(totals)


class Counting(Struct, frozen=True):
    """The drawer is being counted: so many of each denomination so far, in their order."""

    pieces: tuple[int, ...] = ()

    @property
    def denomination(self) -> int:
        """What is to be counted now, in cents."""
        return DENOMINATIONS[len(self.pieces)]

    @property
    def finished(self) -> bool:
        """Whether all of them were counted."""
        return len(self.pieces) == len(DENOMINATIONS)

    @property
    def total(self) -> int:
        """Cents counted so far."""
        return sum(n * cents for n, cents in zip(self.pieces, DENOMINATIONS, strict=False))
