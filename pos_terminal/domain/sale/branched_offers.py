"""The search for the offers that save most where nothing is remembered but the best so far. Pure.

What there is to decide is branched upon, and left where a bound says that nothing better follows.
It may take for ever, so its steps are counted, and it says whether they lasted.

* A percentage is what a piece saves in no group: no search.
* How many groups there are of each offer of a fixed price is branched upon, and bounded by what one
  group more saves now (`places`): it never saves more later.
* How many pieces of each kind an offer that gives pieces (`free`) gets is branched upon as well,
  bounded by what it and the others would save if each had all that is not decided yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from pos_terminal.domain.sale import given_pieces as free
from pos_terminal.domain.sale.offers import Budget, Counts, Group, Offer, OffersFound, tallied
from pos_terminal.domain.sale.places import Places

MOST_STEPS = 700
"""A search takes so many steps at most: some 20 ms where the bench ran."""


def branched(prices: Sequence[int], counts: Counts, offers: Mapping[int, Offer]) -> OffersFound:
    """The most that these pieces save, as far as its steps last."""
    part = _Part(prices, offers, Budget(MOST_STEPS))
    return part.best({kind: counts[kind] for kind in part.kinds})


class _Part:
    """Offers that share kinds. `rates` is what a piece of each saves alone, and by which offer."""

    def __init__(
        self, prices: Sequence[int], offers: Mapping[int, Offer], budget: Budget
    ) -> None:
        self.kinds = sorted(frozenset().union(*(offer.kinds for offer in offers.values())))
        self.prices = {kind: prices[kind] for kind in self.kinds}
        self.budget = budget
        self.rates = {
            kind: max((offer.rates.get(kind, 0), number) for number, offer in offers.items())
            for kind in self.kinds
        }
        self.fixed = {n: offer for n, offer in offers.items() if offer.price is not None}
        self.free = {n: offer for n, offer in offers.items() if offer.free}
        self._known: dict[tuple[int, ...], _Filling] = {}

    def best(self, counts: Counts) -> OffersFound:
        """The most that these pieces save."""
        if not self.free:
            return self.without_free(counts).choice()
        return _Sharing(self, counts).best()

    def without_free(self, counts: Counts) -> "_Filling":
        """The most that they save where nothing is given; remembered, as it is asked again."""
        key = tuple(counts.get(kind, 0) for kind in self.kinds)
        if key not in self._known:
            self._known[key] = _Filling(self, counts)
        return self._known[key]

    def alone(self, counts: Counts) -> OffersFound:
        """What pieces save that are in no group."""
        rated = {kind: many for kind, many in counts.items() if many and self.rates[kind][0]}
        return OffersFound(
            sum(many * self.rates[kind][0] for kind, many in rated.items()),
            {(self.rates[kind][1], (kind,)): many for kind, many in rated.items()},
        )


class _Filling:
    """The search for how many groups there should be of each offer of a fixed price."""

    def __init__(self, part: _Part, counts: Counts) -> None:
        self._part = part
        self._alone = part.alone(counts).saves
        worth = {kind: part.prices[kind] - part.rates[kind][0] for kind in part.kinds}
        self._kept = none = Places(worth, counts, part.fixed)
        self._top = 0
        self.exact = True
        self._one_after_the_other()
        if len(part.fixed) > 1:
            self._branch(none, 0, [*part.fixed])

    @property
    def saves(self) -> int:
        """What the best filling saves, and what its pieces save that are in no group."""
        return self._alone + self._top

    def choice(self) -> OffersFound:
        """The same with its groups."""
        kept = self._kept
        groups = {**tallied(kept.groups()), **self._part.alone(kept.left).groups}
        return OffersFound(self.saves, groups, self.exact)

    def _one_after_the_other(self) -> None:
        """One group more, of the offer that saves most now, as long as one saves anything.

        The best there is for a single offer, since a further group never saves more; for several
        it is where the search begins.
        """
        while True:
            best: tuple[int, int, Places] | None = None
            for number in self._part.fixed:
                if not self._part.budget.take():
                    self.exact = False
                    return
                trial = self._kept.copy()
                saved = trial.add(number)
                if saved and saved > (best[0] if best else 0):
                    best = saved, number, trial
            if best is None:
                return
            saved, number, trial = best
            self._top += saved * (1 + trial.more(number, self._kept))
            self._kept = trial

    def _branch(self, places: Places, value: int, offers: list[int]) -> None:
        """One group more of each offer in turn; an offer never follows a later one."""
        if value > self._top:
            self._top, self._kept = value, places
        ways: list[tuple[int, int, Places]] = []
        for number in offers:
            if not self._part.budget.take():
                self.exact = False
                return
            trial = places.copy()
            saved = trial.add(number)
            if saved is not None and saved > 0:
                ways.append((saved, number, trial))
        if value + self._bound(places, ways) <= self._top:
            return
        for saved, number, trial in sorted(ways, key=lambda way: (-way[0], way[1])):
            self._branch(trial, value + saved, [n for _, n, _ in ways if n >= number])

    def _bound(self, places: Places, ways: list[tuple[int, int, Places]]) -> int:
        """The most that further groups can save: as much each as now, as long as pieces last."""
        room, cents = sum(places.left.values()), 0
        sized = [(saved, self._part.fixed[number].size, number) for saved, number, _ in ways]
        for saved, size, number in sorted(sized, key=lambda way: Fraction(-way[0], way[1])):
            many = min(places.room(number) * size, room)
            cents += -(-saved * many // size)
            room -= many
        return cents


class _Sharing:
    """The search for how many pieces of each kind the offers get that give pieces."""

    def __init__(self, part: _Part, counts: Counts) -> None:
        self._part, self._counts = part, counts
        self._offers = [*part.free.items()]
        self._kinds = [
            kind
            for kind in sorted(counts)
            if counts[kind] and any(kind in offer.kinds for _, offer in self._offers)
        ]
        self._top = -1
        self._shares: list[dict[int, int]] = []
        self._exact = True

    def best(self) -> OffersFound:
        """The best way of sharing out."""
        whole = self._part.without_free(self._counts)
        self._exact = whole.exact
        self._branch(0, [{} for _ in self._offers], dict(self._counts), whole.saves)
        left = dict(self._counts)
        groups: dict[Group, int] = {}
        for (number, offer), mine in zip(self._offers, self._shares, strict=True):
            groups |= free.groups(number, offer, mine)
            for kind, many in mine.items():
                left[kind] -= many
        rest = self._part.without_free(left).choice()
        return OffersFound(self._top, {**groups, **rest.groups}, self._exact and rest.exact)

    def _branch(
        self, at: int, shares: list[dict[int, int]], left: dict[int, int], most: int
    ) -> None:
        """Share the next kind out. `left` is what the others have, with all that is undecided.

        They saved `most` before the last kind was shared out, and save no more with less.
        """
        if self._top >= 0 and not self._part.budget.take():
            self._exact = False
            return
        undecided = self._kinds[at:]
        given = self._given(shares, undecided)
        if given + most <= self._top:
            return
        rest = self._part.without_free(left)
        self._exact = self._exact and rest.exact
        if given + rest.saves <= self._top:
            return
        if not undecided:
            self._top, self._shares = given + rest.saves, [mine.copy() for mine in shares]
            return
        for split in self._splits(undecided[0]):
            if self._top >= 0 and self._part.budget.left <= 0:
                self._exact = False
                break
            with_it = [mine.copy() for mine in shares]
            for place, many in split.items():
                with_it[place][undecided[0]] = many
            if len(undecided) > 1 or not self._wasteful(with_it):
                less = self._counts[undecided[0]] - sum(split.values())
                self._branch(at + 1, with_it, {**left, undecided[0]: less}, rest.saves)

    def _given(self, shares: list[dict[int, int]], undecided: list[int]) -> int:
        """What the offers give away, if each had all that is undecided."""
        cents = 0
        for (_, offer), mine in zip(self._offers, shares, strict=True):
            more = {kind: self._counts[kind] for kind in undecided if kind in offer.kinds}
            cents += free.saved(offer, mine | more, self._part.prices)
        return cents

    def _wasteful(self, shares: list[dict[int, int]]) -> bool:
        """Whether pieces are over at an offer that others want: it is tried without them, too."""
        for (_, offer), mine in zip(self._offers, shares, strict=True):
            over = sum(mine.values()) % offer.count
            for kind in sorted(mine, reverse=True):
                if over > 0 < mine[kind] and self._wanted(kind):
                    return True
                over -= mine[kind]
        return False

    def _wanted(self, kind: int) -> bool:
        """Whether a piece of the kind may save something where nothing is given."""
        part = self._part
        fixed = any(kind in offer.kinds for offer in part.fixed.values())
        return fixed or bool(part.rates[kind][0])

    def _splits(self, kind: int) -> Iterator[dict[int, int]]:
        """So many for each offer that gives pieces, many first; all of what nobody else wants."""
        rivals = [n for n, (_, offer) in enumerate(self._offers) if kind in offer.kinds]
        count, wanted = self._counts[kind], self._wanted(kind)
        for split in _upto(count, len(rivals)):
            if wanted or sum(split) == count:
                yield dict(zip(rivals, split, strict=True))


def _upto(count: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways of taking up to `count` in so many parts, the first ones large first."""
    if not parts:
        yield ()
        return
    for first in range(count, -1, -1):
        for rest in _upto(count - first, parts - 1):
            yield (first, *rest)
