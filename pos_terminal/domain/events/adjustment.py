"""Events that change what an open sale's lines cost, or their VAT."""

from typing import ClassVar

from msgspec import Struct

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import Reduction, Share
from pos_terminal.domain.events.values import Place, PriceList, ReductionScope


class DiscountGiven(Event, frozen=True, kw_only=True):
    """A discount by hand: `percent` basis points (0: an amount was typed), `amount` cents in all.

    `scope` is line (the last article sold) or ticket; `name` is the reason of that number.
    `authority` is who allowed what the operator may not do; 0: nobody had to.
    """

    kind: ClassVar[str] = "discount.given"
    sale: int
    scope: ReductionScope
    percent: int
    amount: int
    shares: tuple[Share, ...]
    reason: int
    name: str
    authority: int = 0


class DiscountWithdrawn(Event, frozen=True, kw_only=True):
    """The newest discount that stands is taken back: `amount` is the minus to its plus."""

    kind: ClassVar[str] = "discount.withdrawn"
    sale: int
    amount: int


class PricesChosen(Event, frozen=True, kw_only=True):
    """The sale's articles are sold at these prices: staff, pro, or the ordinary ones (empty)."""

    kind: ClassVar[str] = "prices.chosen"
    sale: int
    prices: PriceList
    authority: int = 0


class LineRate(Struct, frozen=True, kw_only=True):
    """The VAT rate that a line has from now on, in basis points."""

    line: int
    vat: int


class PlaceChosen(Event, frozen=True, kw_only=True):
    """Where the sale is consumed, on_spot or take_away: these lines have another VAT rate now."""

    kind: ClassVar[str] = "place.chosen"
    sale: int
    place: Place
    rates: tuple[LineRate, ...]


class PromotionsApplied(Event, frozen=True, kw_only=True):
    """The promotions that the sale has from now on, all of them, by value.

    `waived` are the discounts by hand that give way to them, by their place among those that stand,
    from 1. Where it is not `exact`, the search for the best ended before it was done.
    """

    kind: ClassVar[str] = "promotions.applied"
    sale: int
    reductions: tuple[Reduction, ...]
    waived: tuple[int, ...] = ()
    exact: bool = True


ADJUSTMENT_EVENTS: tuple[type[Event], ...] = (
    DiscountGiven,
    DiscountWithdrawn,
    PricesChosen,
    PlaceChosen,
    PromotionsApplied,
)
