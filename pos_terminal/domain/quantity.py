"""Quantities and prices, exact: integers, never floats. Fractions of them are in goods.py."""

import re
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from pos_terminal.domain.language import say
from pos_terminal.domain.money import Cents, divide

ONE = 1000
"""A quantity is in thousandths of the article's unit: one piece, one kilogram, one centilitre."""

LARGEST = 10**9
"""No single quantity, price or amount exceeds this, so every product stays within 2^53."""

LARGEST_QUANTITY = 9999 * ONE


class Unit(StrEnum):
    """What an article is counted in."""

    PIECE = "piece"
    KG = "kg"
    CL = "cl"


class Price(Struct, frozen=True):
    """Cents with tax, for `per` thousandths of the unit: «5 for 20,00» is Price(2000, 5000)."""

    cents: int
    per: int = ONE

    def __post_init__(self) -> None:
        if not (0 <= self.cents <= LARGEST and 0 < self.per <= LARGEST):
            raise ValueError(f"no price: {self.cents} cents for {self.per} thousandths")

    def gross(self, quantity: int) -> Cents:
        """What `quantity` thousandths cost, in cents, rounded half away from zero."""
        return Cents(divide(self.cents * quantity, self.per))


_BLANK = r"[ \t\u00a0\u202f]"
_DECIMAL = re.compile(
    # A blank parts thousands and nothing else: «2 50» is nobody's 250.
    rf"([+-]?){_BLANK}*([0-9]{{1,3}}(?:{_BLANK}[0-9]{{3}})+|[0-9]*)(?:[.,]([0-9]*))?{_BLANK}*€?"
)


@lru_cache(maxsize=1024)  # a catalogue says the same few numbers over and over
def decimal(text: str, scale: int) -> int:
    """A decimal as people and programs write it, times 10**`scale`, exactly.

    Takes «1,15 €», «1.15», «-0,5», «1 234,50». ValueError where it is no number, or is finer
    than the scale holds, or larger than LARGEST.
    """
    match = _DECIMAL.fullmatch(text)
    if not match or not (match[2] or match[3]):
        raise ValueError(say("{text!r} n'est pas un nombre", text=text))
    whole = re.sub(r"\s", "", match[2])
    fraction = (match[3] or "").rstrip("0")
    if len(fraction) > scale:
        raise ValueError(say("{text!r} a plus de {scale} décimales", text=text, scale=scale))
    if len(whole) > 12:
        raise ValueError(say("{text!r} est trop grand", text=text))
    value = int((whole or "0") + fraction.ljust(scale, "0"))
    if value > LARGEST:
        raise ValueError(say("{text!r} est trop grand", text=text))
    return -value if match[1] == "-" else value
