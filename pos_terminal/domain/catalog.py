"""What the shop sells: articles with dated prices and VAT, found by PLU, name or barcode."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from pos_terminal.domain.barcode import Measure, Pattern, key_of, read_label
from pos_terminal.domain.quantity import Price, Unit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """Values in force from a date on, in the order of their dates."""

    starts: tuple[tuple[date, T], ...]

    def on(self, day: date) -> T | None:
        """The value in force on that day; None before the first."""
        value = None
        for start, later in self.starts:
            if start > day:
                break
            value = later
        return value


@dataclass(frozen=True, slots=True)
class Item:
    """An article. `vats` are basis points; where there are none the shop's default rate holds.

    `meal_voucher` says whether these may pay for it; None leaves it to the VAT rate.
    """

    plu: str
    name: str
    prices: Dated[Price]
    vats: Dated[int] = Dated(())
    unit: Unit = Unit.PIECE
    family: str = ""
    barcodes: tuple[str, ...] = ()
    meal_voucher: bool | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a code stands for: an article, and the quantity or whole price that the code carries.

    `quantity` is in thousandths of the article's unit (a label's weight: grams of a kilogram);
    `cents` is the price of one labelled piece, whatever it weighs.
    """

    item: Item
    quantity: int | None = None
    cents: int | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """The articles of one catalogue file, which its SHA-256 names in every sale."""

    sha256: str
    items: tuple[Item, ...]
    patterns: tuple[Pattern, ...] = ()
    _by_plu: dict[str, Item] = field(init=False, repr=False, compare=False)
    _by_code: dict[str, Item] = field(init=False, repr=False, compare=False)
    _by_name: dict[str, Item | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[str, Item | None] = {}
        for item in self.items:
            by_name[item.name] = None if item.name in by_name else item
        codes = {key_of(code): item for item in self.items for code in item.barcodes}
        object.__setattr__(self, "_by_plu", {item.plu: item for item in self.items})
        object.__setattr__(self, "_by_code", codes)
        object.__setattr__(self, "_by_name", by_name)

    def plu(self, number: str) -> Item | None:
        """The article with this PLU; leading zeros do not count."""
        return self._by_plu.get(number.lstrip("0") or "0")

    def named(self, name: str) -> Item | None:
        """The article with exactly this name; None where several share it."""
        return self._by_name.get(name)

    def code(self, code: str) -> Found | None:
        """What a scanned code stands for: a barcode as it is, else a label of the shop's scales.

        Raises CheckDigitError for a label with a wrong check digit.
        """
        known = self._by_code.get(key_of(code))
        if known:
            return Found(known)
        label = read_label(code, self.patterns)
        item = self.plu(label.item) if label else None
        if label is None or item is None:
            return None
        if label.measure is Measure.PRICE:
            return Found(item, cents=label.value)
        # What is not sold by weight is one labelled piece, whatever it weighs.
        return Found(item, quantity=label.value if item.unit is Unit.KG else None)


def dated(values: Iterable[tuple[date, T]]) -> Dated[T]:
    """The values in the order of their dates; ValueError where two share a date."""
    starts: Sequence[tuple[date, T]] = sorted(values, key=lambda start: start[0])
    days = [day for day, _ in starts]
    if len(set(days)) < len(days):
        raise ValueError("two values from the same date")
    return Dated(tuple(starts))
