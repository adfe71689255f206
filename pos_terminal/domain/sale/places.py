"""Groups that cost a fixed price: their places, filled by the pieces that are worth most. Pure.

However many groups there are of each offer, which pieces fill their places is a matching; each
group more is an augmenting path for each of its places, after which the filling is the best there
is once more (the successive shortest paths of bipartite matching: only the piece that comes in new
adds to what is saved). The places compete for pieces, so a further group never saves more than it
would have before others came: that bounds the search for how many of each there should be.
"""

from collections.abc import Iterator, Mapping

from pos_terminal.domain.sale.offers import Counts, Group, Offer

Place = tuple[int, int]
"""A course of an offer: the places that its groups have there."""


class Places:
    """So many groups of each offer, and the pieces that fill their places."""

    def __init__(
        self, worth: Mapping[int, int], counts: Counts, offers: Mapping[int, Offer]
    ) -> None:
        self._worth = worth
        self._offers = offers
        self._kinds = {
            (number, place): sorted(
                (kind for kind in course if counts.get(kind)), key=lambda k: (-worth[k], k)
            )
            for number, offer in offers.items()
            for place, course in enumerate(offer.courses)
        }
        self._most = {
            number: min(
                sum(counts[kind] for kind in self._kinds[number, place]) // offer.count
                for place in range(len(offer.courses))
            )
            for number, offer in offers.items()
        }
        self.left = dict(counts)
        self.used: dict[Place, dict[int, int]] = {place: {} for place in self._kinds}
        self.made = dict.fromkeys(offers, 0)

    def copy(self) -> "Places":
        """The same groups, to try one more."""
        other = object.__new__(Places)
        other._worth, other._offers = self._worth, self._offers
        other._kinds, other._most = self._kinds, self._most
        other.left, other.made = self.left.copy(), self.made.copy()
        other.used = {place: used.copy() for place, used in self.used.items()}
        return other

    def add(self, number: int) -> int | None:
        """What one group more of that offer saves, in cents; None where there are no pieces."""
        offer = self._offers[number]
        saved = -(offer.price or 0)
        if self.made[number] >= self._most[number]:
            return None
        for place in range(len(offer.courses)):
            for _ in range(offer.count):
                worth = self._fill((number, place))
                if worth is None:
                    return None
                saved += worth
        self.made[number] += 1
        return saved

    def more(self, number: int, before: "Places") -> int:
        """Add as many groups as are just like the last one; how many that were.

        As long as the same kinds last they are the best again: nothing about the places changed.
        """
        taken = {kind: before.left[kind] - left for kind, left in self.left.items()}
        taken = {kind: many for kind, many in taken.items() if many}
        grown = {
            (place, kind): many - before.used[place].get(kind, 0)
            for place, used in self.used.items()
            for kind, many in used.items()
        }
        if any(many < 0 for many in grown.values()) or any(
            place[0] != number for (place, _), many in grown.items() if many
        ):
            return 0
        times = min(self.left[kind] // many for kind, many in taken.items())
        times = max(0, min(times, self._most[number] - self.made[number]))
        for kind, many in taken.items():
            self.left[kind] -= times * many
        for (place, kind), many in grown.items():
            self.used[place][kind] += times * many
        self.made[number] += times
        return times

    def _fill(self, start: Place) -> int | None:
        """Fill one place more: with the best piece that is left, for it or for one that yields."""
        came: dict[Place, tuple[Place, int]] = {}
        queue, best, found = [start], -1, None
        for place in queue:  # grows as it is walked: breadth first
            kinds = self._kinds[place]
            for kind in kinds:
                if self.left[kind]:
                    if self._worth[kind] > best:
                        best, found = self._worth[kind], (place, kind)
                    break
            for other, used in self.used.items():
                if other == start or other in came:
                    continue
                shared = next((kind for kind in kinds if used.get(kind)), None)
                if shared is not None:
                    came[other] = place, shared
                    queue.append(other)
        if found is None:
            return None
        place, kind = found
        self.left[kind] -= 1
        self._move(place, kind, 1)
        while place != start:  # each place on the way yields a piece to the one before it
            before, yielded = came[place]
            self._move(place, yielded, -1)
            self._move(before, yielded, 1)
            place = before
        return best

    def _move(self, place: Place, kind: int, many: int) -> None:
        self.used[place][kind] = self.used[place].get(kind, 0) + many

    def room(self, number: int) -> int:
        """At most so many groups more of that offer can be made."""
        return self._most[number] - self.made[number]

    def groups(self) -> Iterator[Group]:
        """The groups, each with the dearest pieces that are left of what fills their places."""
        for number, made in self.made.items():
            offer = self._offers[number]
            filled = []
            for place in range(len(offer.courses)):
                used = self.used[number, place]
                filled.append([kind for kind in sorted(used) for _ in range(used[kind])])
            for at in range(made):
                pieces = [kinds[at * offer.count : (at + 1) * offer.count] for kinds in filled]
                yield number, tuple(sorted(kind for each in pieces for kind in each))
