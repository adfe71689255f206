"""The public holidays of France: Code du travail, article L. 3133-1. Pure."""

from datetime import date, timedelta
from functools import cache

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)
"""Days after Easter Sunday: Easter Monday, Ascension, Whit Monday."""


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher, «Astronomical Algorithms»)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, odd = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - correction + 15) % 30
    weekday = (32 + 2 * odd + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def _of(year: int) -> frozenset[date]:
    sunday = easter(year)
    movable = (sunday + timedelta(days=days) for days in _AFTER_EASTER)
    return frozenset({*movable, *(date(year, month, day) for month, day in _FIXED)})


def is_day_off(day: date) -> bool:
    """Whether it is a Sunday or a public holiday."""
    return day.weekday() == 6 or day in _of(day.year)
