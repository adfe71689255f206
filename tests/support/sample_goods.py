"""What a shop's goods do in a day beside its sales, as events: glasses, bottles, losses, counts.

Seeded by itself, so that a year's tickets are the same with it and without.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.stock import BottleOpened, StockMoved
from pos_terminal.domain.events.values import MovementCause
from pos_terminal.domain.lookup.bottles import Bottle, finish

WINE, GLASS, LOAF = "41", "44", "1"
A_GLASS = Fraction(1, 6)


@dataclass(slots=True)
class SampleGoods:
    """The goods' state between two days: which bottle is open."""

    chance: random.Random = field(default_factory=lambda: random.Random(7))
    bottle: Bottle | None = None

    def day(self, at: str) -> tuple[Event, ...]:
        """A day's movements, all recorded at that local time."""
        return tuple(self._day(at))

    def _day(self, at: str) -> Iterator[Event]:
        chance = self.chance
        yield _moved(LOAF, Fraction(chance.randint(40, 90)), MovementCause.MADE)
        for _ in range(chance.randint(0, 9)):
            yield from self._glass(at)
        if chance.random() < 0.3:
            yield _moved(WINE, Fraction(12), MovementCause.DELIVERED)
        yield _moved(LOAF, Fraction(-chance.randint(0, 9)), MovementCause.UNSOLD)
        if chance.random() < 0.1:
            yield _moved(LOAF, Fraction(-chance.randint(1, 3)), MovementCause.LOSS, note="CASSE")
        if chance.random() < 0.1:
            yield _moved(WINE, Fraction(chance.randint(-2, 2)), MovementCause.COUNTED)

    def _glass(self, at: str) -> Iterator[Event]:
        """One more, out of the open bottle; once that is empty, or forgotten, of the next."""
        bottle = self.bottle
        if bottle and (bottle.poured >= 1 or self.chance.random() < 0.1):
            left = self.chance.choice((Fraction(0), Fraction(0), Fraction(1, 12)))
            yield from finish(bottle, Fraction(1), left, "BOUCHONNE")
            bottle = None
        if bottle is None:
            bottle = Bottle(plu=WINE, at=at)
            yield BottleOpened(plu=WINE, at=at)
        tasted = self.chance.random() < 0.1
        cause = MovementCause.TASTING if tasted else MovementCause.SALE
        poured = _moved(WINE, -A_GLASS, cause, part=GLASS, poured=True)
        self.bottle = bottle.after(poured)
        yield poured


def _moved(
    plu: str,
    amount: Fraction,
    cause: MovementCause,
    *,
    note: str = "",
    part: str = "",
    poured: bool = False,
) -> StockMoved:
    return StockMoved(
        plu=plu,
        numerator=amount.numerator,
        denominator=amount.denominator,
        cause=cause,
        note=note,
        part=part,
        poured=poured,
    )
