"""Which pieces of a sale go into which promotion: what saves most. Pure.

Offers that have no kinds in common, directly or by others, are searched apart. A part is planned
(`planned_offers`), which is exact. Where many offers want the same pieces that may take for ever:
then the best counts of a search that says how good it is (`branched_offers`) and of the offers one
after the other (`turns`).
"""

from collections.abc import Sequence

from pos_terminal.domain.sale.branched_offers import branched
from pos_terminal.domain.sale.offers import (
    Budget,
    Counts,
    Group,
    Offer,
    OffersFound,
    Spent,
)
from pos_terminal.domain.sale.planned_offers import Plan, joined
from pos_terminal.domain.sale.turns import in_turns

MOST_STEPS = 30_000
"""Plans take so many steps at most, of half a microsecond each where the bench ran."""


def search(prices: Sequence[int], counts: Counts, offers: Sequence[Offer]) -> OffersFound:
    """The groups of these pieces that save most; of equals those found first."""
    saves, exact = 0, True
    groups: dict[Group, int] = {}
    budget = Budget(MOST_STEPS)
    for _, numbers in joined([offer.kinds for offer in offers]):
        part = {number: offers[number] for number in sorted(numbers)}
        try:
            found = Plan(prices, counts, part).best(budget)
        except Spent:
            found = _bounded(prices, counts, part)
        saves, exact = saves + found.saves, exact and found.exact
        groups.update(found.groups)
    return OffersFound(saves, groups, exact)


def _bounded(prices: Sequence[int], counts: Counts, offers: dict[int, Offer]) -> OffersFound:
    """The best of what can be found soon."""
    found = branched(prices, counts, offers)
    if found.exact:
        return found
    kinds = frozenset().union(*(offer.kinds for offer in offers.values()))
    mine = {kind: counts[kind] for kind in sorted(kinds)}
    turns, numbers = in_turns(prices, mine, [*offers.values()]), [*offers]
    if found.saves >= turns.saves:
        return found
    groups = {(numbers[at], kinds): many for (at, kinds), many in turns.groups.items()}
    return OffersFound(turns.saves, groups, exact=False)
