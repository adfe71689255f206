"""The offers that save most, found by planning: exact, where its steps last. Pure.

What there is to decide is how many groups of each offer of a fixed price are made. Offer after
offer, of all the ways that ask the same pieces of the pools (`pools`) only the best goes on
(dynamic programming). As soon as nobody asks a pool for more, it says what its pieces save best
then. So it is soon done for what shops have, where few offers want the same pieces.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import gt
from typing import NamedTuple

from pos_terminal.domain.sale import given_pieces
from pos_terminal.domain.sale.offers import Budget, Counts, Group, Offer, OffersFound, tallied
from pos_terminal.domain.sale.pools import Demand, Goods, Taking, Walking, assigned

STEPS_A_WAY = 5
"""What it takes to look at one way, beside a step of a pool's."""


def joined(sets: Iterable[frozenset[int]]) -> list[tuple[frozenset[int], list[int]]]:
    """The sets by their places, those together that share kinds, directly or by others."""
    parts: list[tuple[frozenset[int], list[int]]] = []
    for at, mine in enumerate(sets):
        kinds, places = mine, [at]
        for other in [part for part in parts if part[0] & kinds]:
            parts.remove(other)
            kinds, places = kinds | other[0], other[1] + places
        parts.append((kinds, places))
    return parts


class _Way(NamedTuple):
    """What is saved so far, and how many groups were made last, of which offer, and before."""

    cents: int
    number: int = -1
    many: int = 0
    before: "_Way | None" = None


class _Pool(NamedTuple):
    """A pool, the places of its sets among the part's, and the offers that ask pieces of it."""

    pieces: Taking | Walking
    sets: list[int]
    asked_by: frozenset[int]


class Plan:
    """Offers that share kinds, and the pieces that they may have."""

    def __init__(
        self, prices: Sequence[int], counts: Counts, offers: Mapping[int, Offer]
    ) -> None:
        kinds = frozenset().union(*(offer.kinds for offer in offers.values()))
        self.counts = {kind: counts[kind] for kind in sorted(kinds) if counts[kind]}
        self._prices, self._offers = prices, offers
        self._rates = {
            kind: max((offer.rates.get(kind, 0), number) for number, offer in offers.items())
            for kind in self.counts
        }
        fixed = {n: offer for n, offer in offers.items() if offer.price is not None}
        courses = (course for offer in fixed.values() for course in offer.courses)
        # The different courses: what is asked of one, whoever asks, is one number.
        self._sets = [*dict.fromkeys(courses)]
        self._there = [sum(self.counts.get(kind, 0) for kind in kinds) for kinds in self._sets]
        self._needs = {
            n: [offer.count * offer.courses.count(kinds) for kinds in self._sets]
            for n, offer in fixed.items()
        }
        self._free = {n: offer for n, offer in offers.items() if offer.free}

    def best(self, budget: Budget) -> OffersFound:
        """The most that these pieces save. Spent where the steps do not last."""
        many = {number: self._range(number) for number in self._needs}
        budget.spend(len(many) ** 3 * len(self._sets) // 20)  # what their order takes
        pools = [*self._pools(many, budget)]
        ways = self._closed({(0,) * len(self._sets): _Way(0)}, pools, frozenset())
        done = frozenset[int]()
        for number in _ordered(self._needs, pools):
            done |= {number}
            ways = self._after(ways, number, many[number], budget)
            budget.spend(len(ways) * STEPS_A_WAY)
            ways = self._closed(ways, [p for p in pools if number in p.asked_by], done)
        (way,) = ways.values()
        return self._composed(dict(_walked(way)), pools)

    def _range(self, number: int) -> range:
        """So many groups of that offer may be made."""
        needs = zip(self._there, self._needs[number], strict=True)
        return range(min(there // need for there, need in needs if need) + 1)

    def _pools(self, many: Mapping[int, range], budget: Budget) -> Iterator[_Pool]:
        """The kinds that compete for places, pool by pool."""
        numbers, behind = [*self._free], len(self._sets)
        for kinds, places in joined([*self._sets, *(o.kinds for o in self._free.values())]):
            mine = sorted(kinds & self.counts.keys())
            goods = Goods(
                {kind: self._prices[kind] for kind in mine},
                {kind: self._rates[kind][0] for kind in mine},
                {kind: self.counts[kind] for kind in mine},
            )
            ats = sorted(at for at in places if at < behind)
            sets = [self._sets[at] for at in ats]
            asked_by = frozenset(n for n in many if any(self._needs[n][at] for at in ats))
            given = [numbers[at - behind] for at in sorted(places) if at >= behind]
            if not given:
                yield _Pool(Taking(goods, sets, budget), ats, asked_by)
                continue
            most = tuple(
                min(self._there[at], sum(self._needs[n][at] * many[n][-1] for n in asked_by))
                for at in ats
            )
            offers = {number: self._free[number] for number in given}
            yield _Pool(Walking(goods, sets, most, offers, budget), ats, asked_by)

    def _after(
        self, ways: Mapping[Demand, _Way], number: int, many: range, budget: Budget
    ) -> dict[Demand, _Way]:
        """With so many groups of that offer as there may be."""
        needs, price = self._needs[number], self._offers[number].price or 0
        after: dict[Demand, _Way] = {}
        for demand, way in ways.items():
            for made in many:
                asked = tuple([had + made * need for had, need in zip(demand, needs, strict=True)])
                if any(map(gt, asked, self._there)):
                    break
                budget.spend(STEPS_A_WAY)
                cents = way.cents - made * price
                if asked not in after or cents > after[asked].cents:
                    after[asked] = _Way(cents, number, made, way)
        return after

    def _closed(
        self, ways: Mapping[Demand, _Way], pools: Iterable[_Pool], done: frozenset[int]
    ) -> Mapping[Demand, _Way]:
        """With what the pieces of these pools save, where nobody is left who asks for more."""
        for pool in pools:
            if not pool.asked_by <= done:
                continue
            after: dict[Demand, _Way] = {}
            for demand, way in ways.items():
                saved = pool.pieces.saves(tuple([demand[at] for at in pool.sets]))
                if saved is None:
                    continue
                rest = tuple([0 if at in pool.sets else n for at, n in enumerate(demand)])
                cents = way.cents + saved
                if rest not in after or cents > after[rest].cents:
                    after[rest] = way._replace(cents=cents)
            ways = after
        return ways

    def _composed(self, made: Mapping[int, int], pools: Sequence[_Pool]) -> OffersFound:
        """The groups of so many of each offer, whose pieces the pools choose."""
        groups: dict[Group, int] = {}
        filled: dict[int, Iterator[int]] = {}
        for pool in pools:
            demand = tuple([
                sum(many * self._needs[n][at] for n, many in made.items()) for at in pool.sets
            ])
            choice = pool.pieces.choice(demand)
            have = assigned(choice.places, demand, [self._sets[at] for at in pool.sets])
            filled |= {at: _pieces(mine) for at, mine in zip(pool.sets, have, strict=True)}
            for number, mine in choice.given.items():
                groups |= given_pieces.groups(number, self._offers[number], mine)
        for number, many in made.items():
            groups |= tallied(self._filled(number, many, filled))
        return self._with_those_alone(groups)

    def _with_those_alone(self, groups: dict[Group, int]) -> OffersFound:
        """These groups, but for those that save nothing, and all other pieces each by itself."""
        saves, left = 0, dict(self.counts)
        for (number, kinds), many in [*groups.items()]:
            cents = self._offers[number].saves([self._prices[kind] for kind in kinds], kinds)
            if cents <= sum(self._rates[kind][0] for kind in kinds):
                del groups[number, kinds]
                continue
            saves += many * cents
            for kind in kinds:
                left[kind] -= many
        for kind, many in left.items():
            rate, number = self._rates[kind]
            if many and rate:
                groups[number, (kind,)] = many
                saves += many * rate
        return OffersFound(saves, groups)

    def _filled(
        self, number: int, many: int, filled: Mapping[int, Iterator[int]]
    ) -> Iterator[Group]:
        """So many groups, each with the dearest of the pieces that are left for its courses."""
        offer = self._offers[number]
        courses = [filled[self._sets.index(course)] for course in offer.courses]
        for _ in range(many):
            kinds = [kind for course in courses for kind in islice(course, offer.count)]
            yield number, tuple(sorted(kinds))


def _pieces(counts: Counts) -> Iterator[int]:
    """Each piece, the dearest first."""
    return (kind for kind in sorted(counts) for _ in range(counts[kind]))


def _ordered(needs: Mapping[int, Sequence[int]], pools: Sequence[_Pool]) -> list[int]:
    """The offers, so that few sets are asked of at a time: those next that leave few open."""
    order: list[int] = []

    def left_open(number: int) -> int:
        done = {*order, number}
        sets = {at for pool in pools if not pool.asked_by <= done for at in pool.sets}
        return sum(any(needs[n][at] for n in done) for at in sets)

    while len(order) < len(needs):
        order.append(min((n for n in needs if n not in order), key=lambda n: (left_open(n), n)))
    return order


def _walked(way: _Way) -> Iterator[tuple[int, int]]:
    """So many groups of each offer, from the last back."""
    step: _Way | None = way
    while step and step.number >= 0:
        yield step.number, step.many
        step = step.before
