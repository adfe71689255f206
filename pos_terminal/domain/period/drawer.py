"""The drawer's cash: what it should hold, what may be counted in it, and why it is opened. Pure."""


from msgspec import Struct

from pos_terminal.domain.events.breakdown import DrawerSum
from pos_terminal.domain.events.period import PeriodTotals
from pos_terminal.domain.language import say

DENOMINATIONS = (
    500_00, 200_00, 100_00, 50_00, 20_00, 10_00, 5_00, 2_00, 1_00, 50, 20, 10, 5, 2, 1,
)  # fmt: skip
"""The euro's notes and coins in cents, in the order in which they are counted."""


def drawers_used(totals: PeriodTotals) -> tuple[DrawerSum, ...]:
    """The drawers that cash moved through in a day with these totals, or lay in, in their order."""
    drawers = totals.parts.drawers if totals.parts else ()
    return tuple(sorted(drawers, key=lambda each: each.drawer))


def expected(totals: PeriodTotals, drawer: int = 1) -> int:
    """What a drawer should hold in a day with these totals."""
    return sum(each.holds for each in drawers_used(totals) if each.drawer == drawer)


def uncounted(totals: PeriodTotals) -> tuple[int, ...]:
    """The drawers that cash has come to or gone from since they were last counted."""
    used = drawers_used(totals)
    waiting = [each.drawer for each in used if not each.counts or each.expected != each.holds]
    return tuple(waiting) if used else (1,)


def counted(totals: PeriodTotals) -> tuple[DrawerSum, ...]:
    """The drawers that were counted and have something in them: of these a part may stay."""
    return tuple(each for each in drawers_used(totals) if each.counts and each.left > 0)


class Drawers(Struct, frozen=True):
    """Whose cash goes where: the clerks of each drawer, by its number from 1.

    Who stands in no list, and everybody where there is none, has the first. ValueError where
    somebody has two.
    """

    clerks: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        everybody = [clerk for each in self.clerks for clerk in each]
        for clerk in everybody:
            if everybody.count(clerk) > 1:
                raise ValueError(say("le vendeur {clerk} a deux tiroirs", clerk=clerk))

    @property
    def number(self) -> int:
        """How many there are."""
        return max(1, len(self.clerks))

    def of(self, clerk: int) -> int:
        """The drawer of that clerk."""
        return next((n for n, each in enumerate(self.clerks, 1) if clerk in each), 1)


ONE_DRAWER = Drawers()
"""A till that was told nothing else."""


class Counting(Struct, frozen=True):
    """Drawer `drawer` is being counted: so many of each denomination so far, in their order."""

    pieces: tuple[int, ...] = ()
    drawer: int = 1

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
