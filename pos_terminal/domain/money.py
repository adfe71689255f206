"""Money is integer cents. Here is the one rounding rule, and nothing else rounds.

* A line's gross is price times quantity, rounded half away from zero.
* VAT is taken once per ticket and rate, from that rate's gross, rounded half away from zero.
* What belongs to lines (net, a ticket discount, a menu's price) is allotted pro rata by largest
  remainder, ties to the earlier line, so that the parts add up to the whole.
* A return gives back its original's allotment, not a new rounding.
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

    `exact` adds up to `total`. The rule is the same on both sides of zero: the shares of the
    opposites are the opposites of the shares.
    """
    if sum(exact) != total:
        raise ValueError(f"shares of {total} add up to {sum(exact)}")
    if total < 0 or (total == 0 and exact and next((e for e in exact if e), Fraction(0)) < 0):
        return tuple(-part for part in shares(-total, [-e for e in exact]))
    parts = [e.__floor__() for e in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: parts[i] - exact[i])
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return tuple(parts)


def allot(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`total` cents spread over `weights`, pro rata; ValueError where these add up to zero."""
    whole = sum(weights)
    if whole == 0:
        if total == 0:
            return (0,) * len(weights)
        raise ValueError(f"{total} cents cannot be spread over weights that add up to zero")
    return shares(total, [Fraction(total * weight, whole) for weight in weights])


def line_nets(grosses: Sequence[int], rate: int) -> tuple[int, ...]:
    """What each line of one rate is worth without VAT, in cents; the sum is that rate's net.

    Where returns cancel sales the grosses may add up to zero: then each line's own exact net
    is the basis, and these add up to zero as well.
    """
    gross = sum(grosses)
    if gross:
        return allot(gross - vat_within(gross, rate), grosses)
    return shares(0, [Fraction(line * WHOLE, WHOLE + rate) for line in grosses])


def returned(allotted: int, quantity: int, before: int, now: int, given: int) -> int:
    """The part of an original line's allotment that a return of `now` out of `quantity` gives back.

    `before` is what was returned of it earlier, for which `given` cents were given back. The parts
    of all returns add up to `allotted`, also when one of them is undone and others stand.
    """
    if not 0 < now <= quantity - before:
        raise ValueError(f"{now} of {quantity} cannot be returned after {before}")
    rest = divide(allotted * (before + now), quantity) - given
    return max(rest, 0) if allotted >= 0 else min(rest, 0)
