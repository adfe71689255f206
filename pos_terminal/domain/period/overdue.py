"""Which periods are over, by the clock on the wall, and what each is called. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from pos_terminal.domain.events.period import Period

SUMMER_TIME = timedelta(hours=1)
"""By which a shop's own clock differs from itself over the year."""


class Begun(NamedTuple):
    """A period that runs: the date on which it was opened, empty where nothing is in it yet, and
    the offset from UTC of the shop's time by then.
    """

    period: Period
    opened: str
    offset: str


def overdue(
    running: Iterable[Begun],
    now: datetime,
    *,
    day_ends: int,
    year_begins: int = 1,
    vouched: bool = True,
) -> tuple[Period, ...]:
    """The closures that were forgotten, in the order in which to catch up with them.

    `running` are day, month and year. A day lasts until `day_ends` o'clock of the next date. A
    period without sales is never due. One that a clock far ahead opened is over as soon as another
    clock is `vouched` for.
    """
    due: list[Period] = []
    opened = offset = ""
    for each in running:
        # What is closed by then falls into the longer one, and begins it where it had not begun.
        period, opened, offset = each.period, each.opened or opened, each.offset or offset
        if not opened:
            continue
        there = _at(now, offset)
        # Opened on a date that is still to come there: over, where this clock is right.
        ahead = vouched and opened > there.date().isoformat()
        local = there if _is_elsewhere(now, there) else now
        business = (local - timedelta(hours=day_ends)).date().isoformat()
        if not ahead and label(period, opened, year_begins) >= label(period, business, year_begins):
            break
        due.append(period)
    return tuple(due)


def _at(now: datetime, offset: str) -> datetime:
    """The same moment by the time of where the period began."""
    if not offset:
        return now
    return now.astimezone(datetime.fromisoformat(f"2026-01-01T00:00{offset}").tzinfo)


def _is_elsewhere(now: datetime, there: datetime) -> bool:
    """Whether that is another time zone: one in the settings ends nothing early."""
    moved = (now.utcoffset() or timedelta()) - (there.utcoffset() or timedelta())
    return abs(moved) > SUMMER_TIME


def label(period: Period, opened: str, year_begins: int) -> str:
    """«2026-11-22», «2026-11», or the year in which the fiscal year began."""
    match period:
        case Period.DAY:
            return opened[:10]
        case Period.MONTH:
            return opened[:7]
        case Period.YEAR:
            year, month = int(opened[:4]), int(opened[5:7])
            return f"{year if month >= year_begins else year - 1:04d}"
