"""The offers one after the other, each taking all that it can: what is done where a search ends.

In several orders, of which the best counts. Never the best for certain, but soon, and known since
long: what a search found that could not finish is held against it.
"""

from collections.abc import Sequence
from itertools import islice, permutations

from pos_terminal.domain.sale.offers import Counts, Group, Offer, OffersFound, tallied

MOST_PIECES = 200
"""Of a sale of more, the dearest so many are looked at here."""

MOST_ORDERS, MOST_TURNS = 24, 1000
"""Orders, and orders times pieces: as many as there is time for between two keys."""


def in_turns(prices: Sequence[int], counts: Counts, offers: Sequence[Offer]) -> OffersFound:
    """What the offers save in the best of those orders."""
    pieces = [kind for kind in sorted(counts) for _ in range(counts[kind])][:MOST_PIECES]
    best = OffersFound(0, {}, exact=False)
    tries = min(MOST_ORDERS, MOST_TURNS // max(1, len(pieces)))
    for order in islice(permutations(range(len(offers))), tries):
        left = list(pieces)
        groups: list[Group] = []
        saved = 0
        for number in order:
            while group := _group(offers[number], left):
                saves = offers[number].saves([prices[kind] for kind in group], group)
                if saves <= 0:
                    break
                saved += saves
                groups.append((number, tuple(sorted(group))))
                for kind in group:
                    left.remove(kind)
        if saved > best.saves:
            best = OffersFound(saved, tallied(groups), exact=False)
    return best


def _group(offer: Offer, left: Sequence[int]) -> list[int]:
    """The dearest piece for each place; courses with less to choose from choose first."""
    spare, taken = list(left), []
    for course in sorted(offer.courses, key=lambda course: sum(kind in course for kind in left)):
        for _ in range(offer.count):
            kind = next((each for each in spare if each in course), None)
            if kind is None:
                return []
            spare.remove(kind)
            taken.append(kind)
    return taken
