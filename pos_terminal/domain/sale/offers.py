"""Promotions as the search for the best sees them: kinds of pieces, and what groups of them save.

Pieces that are as good as each other (one price, one article) are one kind, and are counted. Kinds
are numbered with the dearest first. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

Counts = Mapping[int, int]
"""So many pieces of each kind."""

Group = tuple[int, tuple[int, ...]]
"""An offer by its number, and the kinds of the pieces of one group of it, the dearest first."""


class Offer(Struct, frozen=True):
    """A promotion. `courses` are the kinds that may take the `count` places of each course.

    A group costs `price`; or else its `free` cheapest pieces are given; or else `rates` is what a
    piece of each kind saves by itself.
    """

    courses: tuple[frozenset[int], ...]
    count: int = 1
    price: int | None = None
    free: int = 0
    rates: Mapping[int, int] = {}

    @property
    def kinds(self) -> frozenset[int]:
        """The kinds that it may have."""
        return frozenset().union(*self.courses)

    @property
    def size(self) -> int:
        """Pieces of a group."""
        return self.count * len(self.courses)

    def saves(self, prices: Sequence[int], kinds: Sequence[int]) -> int:
        """What a group of these pieces saves, in cents."""
        if self.price is not None:
            return sum(prices) - self.price
        if self.free:
            return sum(sorted(prices)[: self.free])
        return self.rates.get(kinds[0], 0)


class OffersFound(Struct, frozen=True):
    """What was found: cents saved, so many groups of each kind, and whether nothing saves more."""

    saves: int
    groups: Mapping[Group, int]
    exact: bool = True


class Spent(Exception):
    """A search has no steps left."""


class Budget:
    """The steps that a search has left."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def take(self, steps: int = 1) -> bool:
        """Take so many, if they are there."""
        self.left -= steps
        return self.left >= 0

    def spend(self, steps: int) -> None:
        """Take so many. Spent where they are not there."""
        if not self.take(steps):
            raise Spent


def tallied(groups: Iterable[Group]) -> dict[Group, int]:
    """So many of each."""
    found: dict[Group, int] = {}
    for group in groups:
        found[group] = found.get(group, 0) + 1
    return found
