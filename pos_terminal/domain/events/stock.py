"""Movements of goods: one account for the counter, the web, and what the shop does with its own."""

from fractions import Fraction
from typing import ClassVar

from msgspec import Struct

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import MovementCause


class StockMoved(Event, frozen=True, kw_only=True):
    """`numerator` / `denominator` units of an article, in (positive) or out: never rounded.

    `cause` is sale, web, withdrawal, tasting, loss, unsold, made, delivered, transferred, counted,
    opened or unrung (poured and never rung up). `sale` and `line` name the line of a sale that
    moved it; 0 where there is none. `part` is the PLU of what is a part of the article, where that
    was sold or taken; `poured` says that it came out of an open bottle.
    """

    kind: ClassVar[str] = "stock.moved"
    plu: str
    numerator: int
    denominator: int
    cause: MovementCause
    sale: int = 0
    line: int = 0
    note: str = ""
    part: str = ""
    poured: bool = False
    authority: int = 0


class Units(Struct, frozen=True, kw_only=True):
    """`numerator` / `denominator` units of an article, in lowest terms."""

    numerator: int = 0
    denominator: int = 1

    @classmethod
    def of(cls, quantity: Fraction) -> "Units":
        """So many."""
        return cls(numerator=quantity.numerator, denominator=quantity.denominator)

    @property
    def fraction(self) -> Fraction:
        """How many."""
        return Fraction(self.numerator, self.denominator)


class BottleOpened(Event, frozen=True, kw_only=True):
    """A bottle, or what else an article comes in, is opened to be sold in parts; `at` is when."""

    kind: ClassVar[str] = "bottle.opened"
    plu: str
    at: str


class BottleFinished(Event, frozen=True, kw_only=True):
    """The open bottle of an article is done with: what became of its content.

    `content` is `sold` in parts, `given` (tasted, withdrawn, lost by the glass), `left` and thrown
    away for the `reason` named, and `missing`: poured and never rung up. That is negative where
    more was sold than it held. `at` is when it was opened.
    """

    kind: ClassVar[str] = "bottle.finished"
    plu: str
    at: str
    content: Units
    sold: Units
    given: Units
    left: Units
    missing: Units
    reason: str = ""
    authority: int = 0


STOCK_EVENTS: tuple[type[Event], ...] = (
    StockMoved,
    BottleOpened,
    BottleFinished,
)
