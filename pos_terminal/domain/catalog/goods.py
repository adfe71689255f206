"""An article as goods, beside its price: its stock, what it is a part of, what is in it. Pure.

Quantities are exact fractions of the article's unit: a glass is 1/6 of a bottle, never 0.167.
"""

from fractions import Fraction

from msgspec import Struct

from pos_terminal.domain.quantity import ONE


class Part(Struct, frozen=True):
    """One unit of the article is so much of a unit of `parent`: 1/6 of a bottle, 6 of a case."""

    parent: str
    share: Fraction


class StockUnit(Struct, frozen=True):
    """What the stock of an article is counted in: one of it is `share` of the article's unit.

    «bouteille» is 1 of a bottle, «cl» 1/75 of one, «verre» 1/6.
    """

    name: str = ""
    share: Fraction = Fraction(1)

    def count(self, units: Fraction) -> Fraction:
        """So many units of the article, counted in this."""
        return units / self.share

    def units(self, count: Fraction) -> Fraction:
        """So many of this, in units of the article."""
        return count * self.share


class Goods(Struct, frozen=True, omit_defaults=True):
    """What there is to know of an article as goods.

    `kept` says whether its stock is followed, `alert` at how much of it, in its units, to say so;
    `part` what it is a part of, `made` whether the shop makes it, `tare` the grams of its packing.
    `content` is how much of what is sold by cl or kg one bottle holds; None where that is not said.
    `allergens` are numbers of annex II; None where nobody has said: that is not «none».
    """

    kept: bool = False
    alert: Fraction | None = None
    unit: StockUnit = StockUnit()
    part: Part | None = None
    content: Fraction | None = None
    made: bool = False
    tare: int = 0
    allergens: tuple[int, ...] | None = None


ORDINARY = Goods()
"""Nothing is known, and nothing followed."""


def amount(quantity: Fraction, places: int = 3) -> str:
    """«3», «-2,5», «3 1/6»: exactly, with decimals where they suffice and as a fraction else."""
    sign, size = ("-" if quantity < 0 else ""), abs(quantity)
    if (size * 10**places).denominator == 1:
        whole, part = divmod(int(size * 10**places), 10**places)
        decimals = f"{part:0{places}d}".rstrip("0")
        return f"{sign}{whole},{decimals}" if decimals else f"{sign}{whole}"
    whole, rest = divmod(size, 1)
    fraction = f"{rest.numerator}/{rest.denominator}"
    return f"{sign}{whole} {fraction}" if whole else f"{sign}{fraction}"


def units(quantity: int) -> Fraction:
    """A line's quantity in units."""
    return Fraction(quantity, ONE)
