"""Promotions and set menus, found by themselves: the best for the customer, the same each time.

A promotion makes groups of single pieces: a menu takes one piece for each course, «3+1» and «3 for
5,00» so many pieces of their articles, a percentage one at a time. No piece is in two groups. What
a group costs is allotted over its pieces pro rata, by largest remainder, so that VAT by rate stays
right. The ways of sharing pieces out between promotions are all tried where there are few; where
there are many, the promotions take their turns, in several orders, and the best order counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import islice, permutations, product
from math import comb, prod

from msgspec import Struct

from pos_terminal.domain.events.sale import LineSold, Reduction, Share
from pos_terminal.domain.events.values import ReductionScope
from pos_terminal.domain.money import WHOLE, allot, divide
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale.standing import quantities

MOST_WAYS = 200
"""So many ways of sharing out are tried: what a small computer does between two keys."""

MOST_ORDERS = 24
MOST_TURNS = 1000
"""Orders times pieces, where the promotions take their turns: as many as there is time for."""

MOST_PIECES = 200
"""Of a sale of more, the dearest so many are looked at: it must not keep the clerk waiting."""


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
            # The end does not belong to it: two that follow each other never hold at once.
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

    def takes(self, piece: "Piece") -> bool:
        """Whether some course of it may be this piece. What is weighed only gets percentages."""
        if not piece.single and not self.percent:
            return False
        return any(piece.suits(course) for course in self.courses)

    def pays(self, group: "Sequence[Piece]") -> int:
        """What the group costs with it, in cents; never more than without."""
        whole = sum(piece.price for piece in group)
        if self.price is not None:
            # A menu of things that cost less by themselves must not make them dearer.
            return min(whole, self.price)
        if self.free:
            return whole - sum(sorted(piece.price for piece in group)[: self.free])
        return whole - divide(whole * self.percent, WHOLE)


class Piece(Struct, frozen=True):
    """A piece of a line, or a weighed line as a whole (not `single`)."""

    line: int
    plu: str
    family: str
    price: int
    single: bool = True

    def suits(self, course: frozenset[str]) -> bool:
        """Whether the course is of its article or family."""
        return self.plu in course or self.family in course

    @property
    def kind(self) -> tuple[int, str, str, bool]:
        """Pieces of one kind are as good as each other; dearer ones come first."""
        # Every field that can matter, so that the result depends on no chance order of the lines.
        return (-self.price, self.plu, self.family, self.single)


class Group(Struct, frozen=True):
    """Pieces that a promotion brings together."""

    promotion: Promotion
    pieces: tuple[Piece, ...]

    @property
    def saves(self) -> int:
        """Cents."""
        return sum(piece.price for piece in self.pieces) - self.promotion.pays(self.pieces)


def applied(
    lines: Sequence[LineSold], promotions: Sequence[Promotion], at: datetime
) -> tuple[Reduction, ...]:
    """What the promotions that hold at that time take off these lines.

    Only lines sold at the catalogue's own price count, and no returns or options.
    """
    holding = tuple(each for each in promotions if each.when.holds(at))
    stands = quantities(lines)
    found = (piece for line in lines for piece in _pieces(line, stands[line.line]))
    pieces = sorted(found, key=lambda piece: (piece.kind, piece.line))
    wanted = [piece for piece in pieces if any(each.takes(piece) for each in holding)]
    if not wanted:
        return ()
    return tuple(_reductions(_best(wanted[:MOST_PIECES], holding)))


def _pieces(line: LineSold, stands: int) -> Iterator[Piece]:
    """The pieces of which so many thousandths did not go back."""
    listed = (line.price, line.per) == (line.list_price, line.list_per)
    # A price by hand was agreed upon; an option belongs to its article's price.
    if not listed or stands <= 0 or line.parent:
        return
    if line.unit is not Unit.PIECE:
        price = divide(line.gross * stands, line.quantity)
        yield Piece(line.line, line.plu, line.family, price, single=False)
    elif line.per == ONE and line.quantity % ONE == 0:
        for _ in range(min(stands // ONE, MOST_PIECES)):
            yield Piece(line.line, line.plu, line.family, line.price)


def _best(pieces: Sequence[Piece], promotions: Sequence[Promotion]) -> list[Group]:
    """The groups that save most; of equals those that are found first."""
    kinds: dict[tuple[int, str, str, bool], list[Piece]] = {}
    for piece in pieces:
        kinds.setdefault(piece.kind, []).append(piece)
    rivals = {
        kind: [n for n, each in enumerate(promotions) if each.takes(alike[0])]
        for kind, alike in kinds.items()
    }
    # Ways to share n like pieces among r promotions: C(n + r - 1, r - 1) for each kind.
    ways = prod(comb(len(kinds[k]) + len(r) - 1, len(r) - 1) for k, r in rivals.items())
    found = _shared_out(kinds, rivals, promotions) if ways <= MOST_WAYS else None
    return max(found or _in_turns(pieces, promotions), key=_saved)


def _saved(groups: Sequence[Group]) -> int:
    return sum(group.saves for group in groups)


def _shared_out(
    kinds: Mapping[tuple[int, str, str, bool], list[Piece]],
    rivals: Mapping[tuple[int, str, str, bool], list[int]],
    promotions: Sequence[Promotion],
) -> Iterator[list[Group]]:
    """Every way of giving the pieces of each kind to the promotions that may have them."""
    splits = [list(_splits(len(kinds[kind]), len(rivals[kind]))) for kind in kinds]
    for way in product(*splits):
        given: list[list[Piece]] = [[] for _ in promotions]
        for kind, split in zip(kinds, way, strict=True):
            left = iter(kinds[kind])
            for promotion, count in zip(rivals[kind], split, strict=True):
                given[promotion] += islice(left, count)
        yield [
            group
            for promotion, mine in zip(promotions, given, strict=True)
            for group in _groups(promotion, mine)
        ]


def _splits(count: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways of writing `count` as a sum of so many whole numbers, the first ones large first."""
    if parts == 1:
        yield (count,)
        return
    for first in range(count, -1, -1):
        for rest in _splits(count - first, parts - 1):
            yield (first, *rest)


def _in_turns(pieces: Sequence[Piece], promotions: Sequence[Promotion]) -> Iterator[list[Group]]:
    """The promotions one after the other, each taking all that it can; in several orders."""
    for order in islice(permutations(promotions), min(MOST_ORDERS, MOST_TURNS // len(pieces))):
        left = list(pieces)
        groups: list[Group] = []
        for promotion in order:
            for group in _groups(promotion, left):
                groups.append(group)
                for piece in group.pieces:
                    left.remove(piece)
        yield groups


def _groups(promotion: Promotion, pieces: Sequence[Piece]) -> Iterator[Group]:
    """The groups of one promotion, of the dearest pieces first, as long as they save anything."""
    left = [piece for piece in pieces if promotion.takes(piece)]
    while True:
        group = _group(promotion, left)
        if group is None or group.saves <= 0:
            return
        yield group
        for piece in group.pieces:
            left.remove(piece)


def _group(promotion: Promotion, left: Sequence[Piece]) -> Group | None:
    """The dearest piece for each place; courses with less to choose from choose first."""
    spare = list(left)
    taken: list[Piece] = []
    # The course with the least choice first: else a piece that only fits there may be gone.
    courses = sorted(
        promotion.courses, key=lambda course: sum(piece.suits(course) for piece in left)
    )
    for course in courses:
        for _ in range(promotion.count):
            piece = next((each for each in spare if each.suits(course)), None)
            if piece is None:
                return None
            spare.remove(piece)
            taken.append(piece)
    return Group(promotion, tuple(taken))


def _reductions(groups: Sequence[Group]) -> Iterator[Reduction]:
    """One for each group, its cost allotted over its pieces; one for all of a percentage."""
    merged: dict[str, list[Group]] = {}
    for number, group in enumerate(groups):
        # Ten times «-10 %» is one line on the ticket; two menus are two.
        same = group.promotion.name if group.promotion.percent else f"{number} {group}"
        merged.setdefault(same, []).append(group)
    for each in merged.values():
        off: dict[int, int] = {}
        for group in each:
            ordered = sorted(group.pieces, key=lambda piece: piece.line)
            costs = allot(group.promotion.pays(ordered), [piece.price for piece in ordered])
            for piece, cost in zip(ordered, costs, strict=True):
                off[piece.line] = off.get(piece.line, 0) + piece.price - cost
        yield Reduction(
            scope=ReductionScope.PROMOTION,
            name=each[0].promotion.name,
            percent=each[0].promotion.percent,
            amount=sum(off.values()),
            shares=tuple(Share(line=line, amount=cents) for line, cents in sorted(off.items())),
        )
