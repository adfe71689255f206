"""«3+1»: a group's cheapest pieces are given. Pure.

Of the pieces that such an offer gets, the dearest four by four save most: then each piece that is
given is as dear as it can be, with enough dearer ones before it. Which pieces it gets is another
matter, where others may have them.
"""

from collections.abc import Mapping

from pos_terminal.domain.sale.offers import Counts, Group, Offer, tallied


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
