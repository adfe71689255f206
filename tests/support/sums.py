"""Rounding and sums in exact fractions, by other means than the till has."""

from fractions import Fraction
from math import floor


def half_away(exact: Fraction) -> int:
    nearest = floor(abs(exact) + Fraction(1, 2))
    return nearest if exact >= 0 else -nearest
