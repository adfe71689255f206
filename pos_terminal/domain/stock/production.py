"""What to make: the average of the same weekday over thirty days, less what there is. Pure.

For each article that the shop makes:

* the days that count are those of the last thirty before today on which the shop sold anything,
  of the wanted weekday, and not before the article was first sold;
* expected = what was sold on them / how many they are, parts counted as parts of their article;
* for today: to make = expected - sold today - stock;
* for a later day: what is still expected today is taken off the stock first.

Nothing is proposed where no such day is known: a shop of one week has no average.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from msgspec import Struct

from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.catalog.goods import units
from pos_terminal.domain.lookup.questions import DaySold
from pos_terminal.domain.quantity import ONE, Unit

WINDOW = 30
"""Days before today whose sales are looked at."""

LONGEST_PAST = 2 * WINDOW
"""Days of trade to ask for: an article sold in none of those before the window is a new one."""

FARTHEST = 7
"""Days ahead for which there is a proposal."""


class Proposed(Struct, frozen=True):
    """An article's row. `days` stand behind `expected`; with none there is no proposal."""

    plu: str
    name: str
    family: str
    days: int
    expected: Fraction | None
    sold: Fraction
    stock: Fraction | None
    make: Fraction | None


class Proposal(Struct, frozen=True):
    """What to make for `day`, asked `today`; the shop was open on `opened` of the thirty days."""

    day: date
    today: date
    opened: int
    rows: tuple[Proposed, ...]


def propose(
    catalog: Catalog,
    past: Sequence[DaySold],
    held: Mapping[str, Fraction],
    today: date,
    ahead: int = 0,
) -> Proposal:
    """The proposal for the day that is so many days ahead.

    `past` are days of trade, today's among them, and `held` what there is by PLU.
    """
    days = _by_date(past, catalog)
    day = today + timedelta(ahead)
    rows = (_row(item, days, held, today, day) for item in catalog.items if item.goods.made)
    opened = sum(1 for each in days if _in_window(each[0], today))
    return Proposal(day, today, opened, tuple(sorted(rows, key=_place)))


Day = tuple[date, Mapping[str, Fraction]]


def _in_window(day: date, today: date) -> bool:
    return today - timedelta(WINDOW) <= day < today


def _row(
    item: Item, days: Sequence[Day], held: Mapping[str, Fraction], today: date, day: date
) -> Proposed:
    first = min((each for each, sold in days if sold.get(item.plu)), default=today)
    window = [each for each in days if each[0] >= first and _in_window(each[0], today)]
    count, expected = _average(item.plu, window, day)
    sold = sum((sold.get(item.plu, _NOTHING) for each, sold in days if each == today), _NOTHING)
    stock = held.get(item.plu, _NOTHING) if item.goods.kept else None
    make = None
    if expected is not None:
        left = stock or _NOTHING
        if day == today:
            make = expected - sold - left
        else:
            still = _average(item.plu, window, today)[1] or _NOTHING
            make = expected - max(_NOTHING, left - max(_NOTHING, still - sold))
        make = _whole(max(_NOTHING, make), item.unit)
    return Proposed(item.plu, item.name, item.family, count, expected, sold, stock, make)


_NOTHING = Fraction(0)


def _average(plu: str, window: Iterable[Day], day: date) -> tuple[int, Fraction | None]:
    """How many days of that weekday there are, and what one of them sold on average."""
    same = [sold.get(plu, _NOTHING) for each, sold in window if each.weekday() == day.weekday()]
    return len(same), sum(same, _NOTHING) / len(same) if same else None


def _whole(quantity: Fraction, unit: Unit) -> Fraction:
    """Pieces are made whole; the rest is rounded up to the gram or the like."""
    return Fraction(ceil(quantity) if unit is Unit.PIECE else Fraction(ceil(quantity * ONE), ONE))


def _by_date(past: Iterable[DaySold], catalog: Catalog) -> list[Day]:
    """What each date sold: a shop that closes by the service has several days of trade in one."""
    dates: dict[date, dict[str, Fraction]] = {}
    for each in past:
        sold = dates.setdefault(date.fromisoformat(each.day), {})
        for plu, quantity in _of_wholes(each.quantities, catalog).items():
            sold[plu] = sold.get(plu, _NOTHING) + quantity
    return list(dates.items())


def _of_wholes(sold: Mapping[str, int], catalog: Catalog) -> dict[str, Fraction]:
    """What was sold by whole articles: half a loaf is half of its loaf."""
    wholes: dict[str, Fraction] = {}
    for plu, quantity in sold.items():
        item = catalog.plu(plu)
        part = item.goods.part if item else None
        whole, share = (part.parent, part.share) if part else (plu, Fraction(1))
        wholes[whole] = wholes.get(whole, _NOTHING) + units(quantity) * share
    return wholes


def _place(row: Proposed) -> tuple[str, int]:
    return row.family, int(row.plu)
