"""«3+1»: a group's cheapest pieces are given. Pure.

Of the pieces that such an offer gets, the dearest four by four save most: then each piece that is
given is as dear as it can be, with enough dearer ones before it. Which pieces it gets is another
matter, where others may have them.
"""

from collections.abc import Mapping

from pos_terminal.domain.sale.offers import Counts, Group, Offer, OffersFound, tallied

MOST_PIECES = 120
"""So many pieces are searched one by one; what is beyond is shared out kind by kind."""


def saved(offer: Offer, counts: Counts, prices: Mapping[int, int]) -> int:
    """What the offer saves with all of these pieces, in cents."""
    size, paid = offer.count, offer.count - offer.free
    last = sum(counts.values()) // size * size
    cents = at = 0
    for kind in sorted(counts):
        after = min(at + counts[kind], last)
        if after > at:
            cents += prices[kind] * (_given(after, size, paid) - _given(at, size, paid))
            at = after
    return cents


def _given(pieces: int, size: int, paid: int) -> int:
    """How many of the first so many pieces are given."""
    groups, rest = divmod(pieces, size)
    return groups * (size - paid) + max(0, rest - paid)


def groups(number: int, offer: Offer, counts: Counts) -> dict[Group, int]:
    """The groups that save so much."""
    pieces = [kind for kind in sorted(counts) for _ in range(counts[kind])]
    size = offer.count
    return tallied(
        (number, tuple(pieces[at : at + size])) for at in range(0, len(pieces) - size + 1, size)
    )


def beside_rates(
    number: int,
    offer: Offer,
    counts: Counts,
    prices: Mapping[int, int],
    rates: Mapping[int, tuple[int, int]],
) -> OffersFound | None:
    """The best where a piece may also save something by itself; None where that takes too long.

    From the dearest piece down, each is by itself, or is paid for in a group, or is given for
    `paid` dearer ones that wait: so what counts of the way is how many wait, and how many more are
    due to a group whose first piece was given. Groups need not be interleaved: whoever is given
    later has at least as many dearer pieces before him.
    """
    pieces = [kind for kind in sorted(counts) for _ in range(counts[kind])]
    paid, free = offer.count - offer.free, offer.free
    if len(pieces) > MOST_PIECES:
        return None
    at: dict[tuple[int, int], int] = {(0, 0): 0}
    steps: list[dict[tuple[int, int], tuple[tuple[int, int], str]]] = []
    for place, kind in enumerate(pieces):
        after: dict[tuple[int, int], int] = {}
        came: dict[tuple[int, int], tuple[tuple[int, int], str]] = {}
        rest = len(pieces) - place - 1
        for (waiting, due), cents in at.items():
            ways = [((waiting, due), cents + rates[kind][0], "alone")]
            if kind not in offer.kinds:
                pass
            elif (waiting + 1) * free <= rest * paid:
                ways.append(((waiting + 1, due), cents, "paid"))
            if kind not in offer.kinds:
                pass
            elif due:
                ways.append(((waiting, due - 1), cents + prices[kind], "given"))
            elif waiting >= paid:
                ways.append(((waiting - paid, free - 1), cents + prices[kind], "first"))
            for state, worth, way in ways:
                if worth > after.get(state, -1):
                    after[state], came[state] = worth, ((waiting, due), way)
        at = after
        steps.append(came)
    return OffersFound(at[0, 0], _walked(number, offer, pieces, steps, rates))


def _walked(
    number: int,
    offer: Offer,
    pieces: list[int],
    steps: list[dict[tuple[int, int], tuple[tuple[int, int], str]]],
    rates: Mapping[int, tuple[int, int]],
) -> dict[Group, int]:
    """The groups of the way that was best, from its end back."""
    ways: list[str] = []
    state = (0, 0)
    for came in reversed(steps):
        state, way = came[state]
        ways.append(way)
    found: list[Group] = []
    waiting: list[int] = []
    group: list[int] = []
    for kind, way in zip(pieces, reversed(ways), strict=True):
        if way == "paid":
            waiting.append(kind)
        elif way == "alone":
            found += [(rates[kind][1], (kind,))] if rates[kind][0] else []
        else:
            if way == "first":
                paid = offer.count - offer.free
                group, waiting = waiting[:paid], waiting[paid:]
            group.append(kind)
            if len(group) == offer.count:
                found.append((number, tuple(group)))
    return tallied(found)
