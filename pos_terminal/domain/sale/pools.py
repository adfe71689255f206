"""Pools: the kinds of pieces that compete for the same places, and what they save there. Pure.

How many pieces each set of kinds must give (`demand`) is decided elsewhere, group by group; here
the best pieces for that are found. What is over goes to the offers that give pieces («3+1»), or
saves what it saves alone. Which of two ways a pool goes depends on whether something is given:

* `Taking`: nothing is. Whatever the demand, taking the dearest piece that leaves it possible to
  fill all places is best (Edmonds' greedy algorithm: what can fill places is a polymatroid, by
  Hall's and Rado's theorems), and takes no search at all.
* `Walking`: from the dearest piece down, each goes to a place, is the next of those from which
  every fourth, say, is given, or is alone. All that counts of the way is how many places are
  filled, and how far the next piece given is. Groups of the dearest pieces one after the other are
  the best: each piece given is as dear as it can be, with enough dearer ones before it.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import mul
from typing import NamedTuple

from pos_terminal.domain.sale.offers import Budget, Counts, Offer

Demand = tuple[int, ...]
"""So many pieces of each set of kinds."""


class Choice(NamedTuple):
    """So many pieces of each kind in places, and for each offer that gives some of its pieces."""

    places: dict[int, int]
    given: dict[int, dict[int, int]]


class Goods(NamedTuple):
    """The pieces of a pool: what one costs, what it saves alone, and how many there are."""

    prices: Mapping[int, int]
    rates: Mapping[int, int]
    counts: Counts

    @property
    def alone(self) -> int:
        """What all of them save alone."""
        return sum(many * self.rates[kind] for kind, many in self.counts.items())


class Taking:
    """A pool in which nothing is given."""

    def __init__(self, goods: Goods, sets: Sequence[frozenset[int]], budget: Budget) -> None:
        self._goods, self._budget = goods, budget
        self._worth = {kind: goods.prices[kind] - goods.rates[kind] for kind in goods.counts}
        self._order = sorted(goods.counts, key=lambda kind: (-self._worth[kind], kind))
        masks = {
            kind: frozenset(at for at, kinds in enumerate(sets) if kind in kinds)
            for kind in self._order
        }
        unions = {frozenset[int]()}
        for mask in {*masks.values()}:
            budget.spend(len(unions))  # which may double each time
            unions |= {mask | union for union in unions}
        self._unions = [union for union in unions if union]
        self._bounds = {
            kind: [at for at, union in enumerate(self._unions) if mask <= union]
            for kind, mask in masks.items()
        }
        self._alone = goods.alone
        self._known: dict[Demand, int | None] = {}

    def saves(self, demand: Demand) -> int | None:
        """What its pieces save at most, but for what groups cost; None where they are too few."""
        if demand not in self._known:
            self._budget.spend(len(self._order) * (1 + len(self._unions)))
            taken = self.choice(demand).places
            self._known[demand] = (
                self._alone + sum(many * self._worth[kind] for kind, many in taken.items())
                if sum(taken.values()) == sum(demand)
                else None
            )
        return self._known[demand]

    def choice(self, demand: Demand) -> Choice:
        """The pieces that save it."""
        room = [sum(demand[at] for at in union) for union in self._unions]
        taken = {}
        for kind in self._order:
            bounds = self._bounds[kind]
            taken[kind] = many = min([self._goods.counts[kind], *(room[at] for at in bounds)])
            for at in bounds:
                room[at] -= many
        return Choice(taken, {})


ALONE = -1
Came = dict[int, tuple[int, int]]
"""Whence each state was reached best, and by which way: a set, an offer behind them, or ALONE."""


class Walking:
    """A pool in which offers give pieces. `most` is the highest demand that will be asked for."""

    def __init__(
        self,
        goods: Goods,
        sets: Sequence[frozenset[int]],
        most: Demand,
        offers: Mapping[int, Offer],
        budget: Budget,
    ) -> None:
        self._numbers = [*offers]
        self._bulk, counts, self._more = _bulk(goods, sets, offers)
        self._pieces = [kind for kind in sorted(counts) for _ in range(counts[kind])]
        sizes = [*(many + 1 for many in most), *(offer.count for offer in offers.values())]
        self._strides = [*accumulate([1, *sizes[:-1]], mul)]
        states = self._strides[-1] * sizes[-1]
        budget.spend(states * len(sizes))
        self._next = [self._places(at, many, states) for at, many in enumerate(most)]
        self._given = [[False] * states for _ in most]
        for at, offer in enumerate(offers.values(), len(most)):
            self._offer(at, offer, states)
        kinds = [*sets, *(offer.kinds for offer in offers.values())]
        self._ways = {
            kind: [at for at, mine in enumerate(kinds) if kind in mine] for kind in counts
        }
        self._saved, self._steps = self._walked(goods, budget)

    def saves(self, demand: Demand) -> int | None:
        """What its pieces save at most, but for what groups cost; None where they are too few."""
        found = self._saved.get(self._state(demand))
        return None if found is None else found + self._more

    def choice(self, demand: Demand) -> Choice:
        """The pieces that save it: the way that was best, from its end back."""
        state, places, sets = self._state(demand), dict[int, int](), len(demand)
        given = {number: dict(self._bulk) for number in self._numbers}
        for kind, came in zip(reversed(self._pieces), reversed(self._steps), strict=True):
            state, way = came[state]
            if way != ALONE:
                mine = places if way < sets else given[self._numbers[way - sets]]
                mine[kind] = mine.get(kind, 0) + 1
        return Choice(places, given)

    def _state(self, demand: Demand) -> int:
        strides = self._strides[: len(demand)]
        return sum(many * stride for many, stride in zip(demand, strides, strict=True))

    def _places(self, at: int, most: int, states: int) -> list[int]:
        """The state with a place more of the set filled; -1 where all of them are."""
        stride = self._strides[at]
        return [
            state + stride if state // stride % (most + 1) < most else -1
            for state in range(states)
        ]

    def _offer(self, at: int, offer: Offer, states: int) -> None:
        """The state with a piece more in its group, and whether that one is given."""
        stride, size = self._strides[at], offer.count
        digits = [state // stride % size for state in range(states)]
        self._next.append([
            state + (stride if digit + 1 < size else -digit * stride)
            for state, digit in enumerate(digits)
        ])
        self._given.append([digit >= size - offer.free for digit in digits])

    def _walked(self, goods: Goods, budget: Budget) -> tuple[dict[int, int], list[Came]]:
        """What was saved at the end by state, and the ways there. A group that is not whole at the
        end is in the state of none that is asked for.
        """
        at, steps, sets = {0: 0}, list[Came](), len(self._next) - len(self._numbers)
        for kind in self._pieces:
            after, came = dict[int, int](), Came()
            rate, price, ways = goods.rates[kind], goods.prices[kind], self._ways[kind]
            budget.spend(len(at) * (1 + len(ways)))
            for state, cents in at.items():
                if cents + rate > after.get(state, -1):
                    after[state], came[state] = cents + rate, (state, ALONE)
                for way in ways:
                    then = self._next[way][state]
                    saved = cents + (price if way < sets or self._given[way][state] else 0)
                    if then >= 0 and saved > after.get(then, -1):
                        after[then], came[then] = saved, (state, way)
            at = after
            steps.append(came)
        return at, steps


def _bulk(
    goods: Goods, sets: Sequence[frozenset[int]], offers: Mapping[int, Offer]
) -> tuple[dict[int, int], dict[int, int], int]:
    """Pieces that need no walk: their offer's, and all others; and what the former save.

    Whole groups of one kind save as much each. Where one offer alone has the pool, more than two
    of them are either all groups or all alone, whatever the rest does.
    """
    counts = dict(goods.counts)
    if sets or len(offers) > 1:
        return {}, counts, 0
    (offer,) = offers.values()
    bulk, saved = {}, 0
    for kind, count in goods.counts.items():
        many = max(0, count // offer.count - 2) * offer.count
        group = offer.free * goods.prices[kind] if kind in offer.kinds else 0
        saved += many // offer.count * max(group, offer.count * goods.rates[kind])
        if many and kind in offer.kinds and group >= offer.count * goods.rates[kind]:
            bulk[kind] = many
        counts[kind] -= many
    return bulk, counts, saved


def assigned(
    places: Mapping[int, int], demand: Demand, sets: Sequence[frozenset[int]]
) -> list[dict[int, int]]:
    """Which of these pieces are for which set: each in turn, others making way where they can."""
    have: list[dict[int, int]] = [{} for _ in sets]
    room = [*demand]
    for kind, count in sorted(places.items()):
        left = count
        while left:
            came = {at: (-1, kind) for at, kinds in enumerate(sets) if kind in kinds}
            queue = [*came]
            for at in queue:  # grows as it is walked: breadth first
                if room[at]:
                    break
                for other, kinds in enumerate(sets):
                    way = next((k for k, many in have[at].items() if many and k in kinds), None)
                    if other not in came and way is not None:
                        came[other] = (at, way)
                        queue.append(other)
            path, many = [at], min(left, room[at])
            while came[path[-1]][0] >= 0:
                before, moved = came[path[-1]]
                many = min(many, have[before][moved])
                path.append(before)
            room[at] -= many
            left -= many
            for place in path:
                before, moved = came[place]
                have[place][moved] = have[place].get(moved, 0) + many
                if before >= 0:
                    have[before][moved] -= many
    return have
