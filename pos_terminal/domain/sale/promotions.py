"""Promotions and set menus, found by themselves: the best for the customer, the same each time.

A promotion makes groups of single pieces: a menu takes one piece for each course, «3+1» and «3 for
5,00» so many pieces of their articles, a percentage one at a time. No piece is in two groups. What
a group costs is allotted over its pieces pro rata, by largest remainder, so that VAT by rate stays
right. Which groups save most `best_offers` finds.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time

from msgspec import Struct, field

from pos_terminal.domain.events.sale import LineSold, Reduction, Share
from pos_terminal.domain.events.values import ReductionScope
from pos_terminal.domain.money import WHOLE, allot, divide
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale.best_offers import search
from pos_terminal.domain.sale.offers import Offer
from pos_terminal.domain.sale.standing import quantities

MOST_IN_A_GROUP = 100
"""Pieces that a promotion may ask for."""


class When(Struct, frozen=True):
    """Dates (both included), days of the week (0: Monday; none: all) and hours of the day."""

    start: date = date.min
    end: date = date.max
    days: frozenset[int] = frozenset()
    opens: time = time.min
    closes: time = time.max

    def holds(self, at: datetime) -> bool:
        """Whether a sale that began then may have it."""
        day_is_right = not self.days or at.weekday() in self.days
        return (
            self.start <= at.date() <= self.end
            and day_is_right
            and self.opens <= at.time() < self.closes
        )


class Promotion(Struct, frozen=True):
    """One promotion. `courses` are the families and PLUs of each course of a group.

    A group costs `price`; or else its `free` cheapest pieces are given; or else it costs `percent`
    basis points less. `count` is how many pieces of its one course a group takes (1 in menus).
    """

    name: str
    courses: tuple[frozenset[str], ...]
    count: int = 1
    price: int | None = None
    free: int = 0
    percent: int = 0
    when: When = When()

    def offer(self, kinds: "Sequence[Kind]") -> Offer | None:
        """What it is for these kinds of pieces; None where they fill no group of it."""
        courses = tuple(
            frozenset(n for n, kind in enumerate(kinds) if self._takes(kind, course))
            for course in self.courses
        )
        if not all(courses):
            return None
        rates = {n: divide(kinds[n].price * self.percent, WHOLE) for n in courses[0]}
        return Offer(
            courses,
            count=self.count,
            price=self.price,
            free=self.free,
            rates=rates if self.percent else {},
        )

    def _takes(self, kind: "Kind", course: frozenset[str]) -> bool:
        """Whether the course is of its article or family. What is weighed only gets percentages."""
        return (kind.single or bool(self.percent)) and bool({kind.plu, kind.family} & course)

    def pays(self, prices: Sequence[int]) -> int:
        """What a group of pieces at these prices costs with it, in cents; no more than without."""
        whole = sum(prices)
        if self.price is not None:
            return min(whole, self.price)
        if self.free:
            return whole - sum(sorted(prices)[: self.free])
        return whole - divide(whole * self.percent, WHOLE)


class Kind(Struct, frozen=True, order=True):
    """Pieces that are as good as each other, dearer ones first; or a weighed line as a whole.

    Every field that can matter, so that the result depends on no chance order of the lines.
    """

    minus: int
    plu: str
    family: str
    single: bool = True
    line: int = 0

    @property
    def price(self) -> int:
        """Cents for a piece."""
        return -self.minus


class Applied(Struct, frozen=True):
    """What promotions take off. It is `exact` where nothing could take off more."""

    reductions: tuple[Reduction, ...] = ()
    exact: bool = True

    @property
    def saves(self) -> int:
        """Cents."""
        return sum(each.amount for each in self.reductions)


Runs = deque[tuple[int, int]]
"""Lines that have pieces of a kind, each with how many, the earliest first."""


def applied(
    lines: Sequence[LineSold], promotions: Sequence[Promotion], at: datetime
) -> Applied:
    """What the promotions that hold at that time take off these lines.

    Only lines sold at the catalogue's own price count, and no returns or options.
    """
    runs = _runs(lines)
    kinds = sorted(runs)
    holding = [each for each in promotions if each.when.holds(at)]
    offered = [(each, offer) for each in holding if (offer := each.offer(kinds))]
    if not offered:
        return Applied()
    counts = {n: sum(many for _, many in runs[kind]) for n, kind in enumerate(kinds)}
    found = search([kind.price for kind in kinds], counts, [offer for _, offer in offered])
    by_name: dict[str, _Taken] = {}
    for (number, group), many in sorted(found.groups.items()):
        promotion = offered[number][0]
        name = promotion.name if promotion.percent else f"{number} {group}"
        taken = by_name.setdefault(name, _Taken(promotion))
        taken.add([kinds[n] for n in group], many, runs)
    return Applied(tuple(taken.reduction() for taken in by_name.values()), found.exact)


def _runs(lines: Sequence[LineSold]) -> dict[Kind, Runs]:
    """The pieces that stand, by their kinds."""
    found: dict[Kind, Runs] = {}
    stands = quantities(lines)
    for sold in lines:
        line, left = sold.line, stands[sold.line]
        # A price by hand was agreed upon; an option belongs to its article's price.
        listed = (sold.price, sold.per) == (sold.list_price, sold.list_per)
        if not listed or left <= 0 or sold.parent:
            continue
        if sold.unit is not Unit.PIECE:
            price = divide(sold.gross * left, sold.quantity)
            kind = Kind(-price, sold.plu, sold.family, single=False, line=line)
            found.setdefault(kind, deque()).append((line, 1))
        elif sold.per == ONE and sold.quantity % ONE == 0 and left >= ONE:
            kind = Kind(-sold.price, sold.plu, sold.family)
            found.setdefault(kind, deque()).append((line, left // ONE))
    return found


class _Taken(Struct):
    """What one promotion takes off with groups that are alike, or a percentage with all of them."""

    promotion: Promotion
    groups: int = 0
    off: dict[int, int] = field(default_factory=dict)

    def add(self, group: Sequence[Kind], many: int, runs: Mapping[Kind, Runs]) -> None:
        """So many groups of these pieces, the earliest lines first."""
        wanted = {kind: group.count(kind) for kind in group}
        self.groups += many
        while many:
            alike = min([many, *(runs[kind][0][1] // n for kind, n in wanted.items())])
            times = max(1, alike)
            self._add([line for kind in group for line in _next(runs[kind], times)], group, times)
            many -= times

    def _add(self, lines: Sequence[int], group: Sequence[Kind], times: int) -> None:
        """Each piece costs its share of what the group does, ties to the earlier line."""
        pieces = sorted(zip(lines, (kind.price for kind in group), strict=True))
        prices = [price for _, price in pieces]
        costs = allot(self.promotion.pays(prices), prices)
        for (line, price), cost in zip(pieces, costs, strict=True):
            self.off[line] = self.off.get(line, 0) + times * (price - cost)

    def reduction(self) -> Reduction:
        """As it stands on the ticket."""
        return Reduction(
            scope=ReductionScope.PROMOTION,
            name=self.promotion.name,
            percent=self.promotion.percent,
            amount=sum(self.off.values()),
            shares=tuple(Share(line=line, amount=off) for line, off in sorted(self.off.items())),
            count=1 if self.promotion.percent else self.groups,
        )


def _next(runs: Runs, times: int) -> Iterator[int]:
    """The line of the next piece, of which so many are taken at once."""
    line, left = runs.popleft()
    if left > times:
        runs.appendleft((line, left - times))
    yield line
