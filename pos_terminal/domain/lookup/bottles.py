"""Open bottles: what was poured against what was sold, and what nobody rang up. Pure.

The till follows one open bottle of an article at a time. Whatever is sold or given in parts counts
to it; when it is finished, or the next one is opened, the rest of its content was left in it and
thrown away, or is missing: poured and never rung up.
"""

from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.events.stock import (
    BottleFinished,
    BottleOpened,
    StockMoved,
    Units,
)
from pos_terminal.domain.events.values import MovementCause

BottleEvent = BottleOpened | BottleFinished | StockMoved
"""What changes a bottle."""


class Bottle(Struct, frozen=True, kw_only=True):
    """A bottle that was opened `at` a local time, and what came out of it in parts.

    `finished` is the local time of its end, empty while it is open; then `left` was thrown away
    and `missing` was never rung up.
    """

    plu: str
    at: str
    sold: Units = Units()
    given: Units = Units()
    finished: str = ""
    content: Units = Units()
    left: Units = Units()
    missing: Units = Units()
    reason: str = ""

    @property
    def poured(self) -> Fraction:
        """What came out of it by the records."""
        return self.sold.fraction + self.given.fraction

    def after(self, moved: StockMoved) -> "Bottle":
        """Once this was poured from it, or came back."""
        out = -Fraction(moved.numerator, moved.denominator)
        if moved.cause is MovementCause.SALE:
            return replace(self, sold=Units.of(self.sold.fraction + out))
        return replace(self, given=Units.of(self.given.fraction + out))

    def ended(self, event: BottleFinished, at: str) -> "Bottle":
        """Once it is finished at that time."""
        return replace(
            self,
            finished=at,
            content=event.content,
            left=event.left,
            missing=event.missing,
            reason=event.reason,
        )


def finish(
    bottle: Bottle, content: Fraction, left: Fraction, reason: str
) -> tuple[BottleFinished | StockMoved, ...]:
    """The end of a bottle that held `content`, `left` of which is thrown away, and its movements.

    What is missing moves stock as well: more sold than it held is stock that comes back, since one
    bottle is gone and no more.
    """
    missing = content - bottle.poured - left
    moves = (
        _move(bottle.plu, -left, MovementCause.LOSS, reason),
        _move(bottle.plu, -missing, MovementCause.UNRUNG, ""),
    )
    return (
        BottleFinished(
            plu=bottle.plu,
            at=bottle.at,
            content=Units.of(content),
            sold=bottle.sold,
            given=bottle.given,
            left=Units.of(left),
            missing=Units.of(missing),
            reason=reason if left else "",
        ),
        *(move for move in moves if move.numerator),
    )


def _move(plu: str, amount: Fraction, cause: MovementCause, note: str) -> StockMoved:
    return StockMoved(
        plu=plu,
        numerator=amount.numerator,
        denominator=amount.denominator,
        cause=cause,
        note=note,
    )


def follow(bottles: tuple[Bottle, ...], event: BottleEvent, at: str) -> tuple[Bottle, ...]:
    """All bottles after this event, which was recorded at that local time."""
    if isinstance(event, BottleOpened):
        return (*bottles, Bottle(plu=event.plu, at=event.at))

    def changed(bottle: Bottle) -> Bottle:
        if bottle.plu != event.plu or bottle.finished:
            return bottle
        return bottle.ended(event, at) if isinstance(event, BottleFinished) else bottle.after(event)

    return tuple(map(changed, bottles))
