"""Money is integer cents. Here is the one rounding rule, and nothing else rounds.

* A line's gross is price times quantity, rounded half away from zero.
* VAT is taken once per ticket and rate, from that rate's gross, rounded half away from zero: an
  inspector reckons it so from the paper, and cents lost line by line would add up.
* What belongs to lines (net, a ticket discount, a menu's price) is allotted by largest remainder,
  ties to the earlier line, so that the parts add up to the whole. Pro rata only over weights of one
  sign: over both, the shares of a small sum grow without bound.
* What takes something back (a return, the use of what was paid in advance) takes back what was
  booked for it, VAT too, and not a new rounding: or each would leave a cent behind.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NewType

Cents = NewType("Cents", int)
BasisPoints = NewType("BasisPoints", int)
"""A VAT rate: 550 is 5.5 %."""

WHOLE = 10_000
"""Basis points in one whole."""

LARGEST_TOTAL = 9_999_999
"""No price, line, total or payment exceeds 99 999,99 either way: what the display holds."""


def divide(numerator: int, denominator: int) -> int:
    """The quotient rounded half away from zero; `denominator` is positive."""
    quotient, rest = divmod(abs(numerator), denominator)
    if 2 * rest >= denominator:
        quotient += 1
    return quotient if numerator >= 0 else -quotient


def vat_within(gross: int, rate: int) -> Cents:
    """The VAT in cents contained in `gross` cents at `rate` basis points."""
    return Cents(divide(gross * rate, WHOLE + rate))


def shares(total: int, exact: Sequence[Fraction]) -> tuple[int, ...]:
    """Whole numbers near `exact` that add up to `total`, by largest remainder, ties to the earlier.

    `exact` adds up to `total`, or to what was rounded to it: each share then is the whole number
    below its exact value, or the one above. The rule is the same on both sides of zero: the shares
    of the opposites are the opposites of the shares.
    """
    if abs(sum(exact, Fraction(0)) - total) * 2 > 1:
        raise ValueError(f"shares of {total} add up to {sum(exact)}")
    if total < 0 or (total == 0 and exact and next((e for e in exact if e), Fraction(0)) < 0):
        return tuple(-part for part in shares(-total, [-e for e in exact]))
    parts = [e.__floor__() for e in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: parts[i] - exact[i])
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def allot(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`total` cents spread over `weights`, pro rata. ValueError where that means nothing.

    Weights of both signs would give one line more than the whole and another less than nothing;
    weights that add up to zero give no share at all.
    """
    if min(weights, default=0) < 0 < max(weights, default=0):
        raise ValueError(f"{total} cents cannot be spread over weights of both signs")
    whole = sum(weights)
    if whole == 0:
        if total == 0:
            return (0,) * len(weights)
        raise ValueError(f"{total} cents cannot be spread over weights that add up to zero")
    return shares(total, [Fraction(total * weight, whole) for weight in weights])


def line_nets(grosses: Sequence[int], rate: int) -> tuple[int, ...]:
    """What each line of one rate is worth without VAT, in cents; the sum is that rate's net.

    Each line's own exact net is the basis, so that it is never a cent away from it, whatever
    returns stand beside it; only which way each is rounded depends on the others.
    """
    gross = sum(grosses)
    exact = [Fraction(line * WHOLE, WHOLE + rate) for line in grosses]
    return shares(gross - vat_within(gross, rate), exact)


def part(whole: int, of: int, now: int) -> int:
    """What `now` cents out of `of` take along of `whole`; all of it with the last of them.

    Taken again and again from what is left, the parts add up to the whole, whatever they are.
    """
    return divide(whole * now, of)


def returned(allotted: int, quantity: int, before: int, now: int, given: int) -> int:
    """The part of an original line's allotment that a return of `now` out of `quantity` gives back.

    `before` is what was returned of it earlier, for which `given` cents were given back. The parts
    of all returns add up to `allotted`, also when one of them is undone and others stand.
    """
    if not 0 < now <= quantity - before:
        raise ValueError(f"{now} of {quantity} cannot be returned after {before}")
    rest = divide(allotted * (before + now), quantity) - given
    return max(rest, 0) if allotted >= 0 else min(rest, 0)
