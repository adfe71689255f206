"""When a shop is open, as `[shop] hours` says it: a box that is silent at night is not dead. Pure.

Written as OpenStreetMap's `opening_hours` are, of which this is the part that a shop needs
(<https://wiki.openstreetmap.org/wiki/Key:opening_hours>): «Mo-Fr 07:00-13:00,15:00-19:30».
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple

from pos_terminal.domain.language import say

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

_DAY = "|".join(DAYS)
_LINE = re.compile(rf"((?:{_DAY})(?:-(?:{_DAY}))?(?:,(?:{_DAY})(?:-(?:{_DAY}))?)*) (\S+)")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")

WEEK = 7


class Opening(NamedTuple):
    """On one day of the week, Monday is 0, from one minute of the day to another. One that ends
    before it begins ends on the next day.
    """

    day: int
    begins: int
    ends: int


def openings(lines: Sequence[str]) -> tuple[Opening, ...]:
    """What the lines say; ValueError names the one that cannot be read."""
    return tuple(each for line in lines for each in _openings(line))


def next_open(hours: Sequence[Opening], at: datetime) -> datetime | None:
    """When the shop is open next: `at` itself while it is; None where nobody said its hours.

    `at` is a local time with its zone.
    """
    for day in (-1, 0):  # one that is open past midnight began yesterday
        for begins, ends in _on(hours, at, day):
            if begins <= at < ends:
                return at
    return next_opening(hours, at)


def next_opening(hours: Sequence[Opening], at: datetime) -> datetime | None:
    """When it is next opened behind that moment: who has closed the day opens no more today by
    being within the hours still.
    """
    for day in range(WEEK + 1):
        begins = [begins for begins, _ in _on(hours, at, day) if begins > at]
        if begins:
            return min(begins)
    return None


def _on(hours: Sequence[Opening], at: datetime, later: int) -> Iterator[tuple[datetime, datetime]]:
    """The openings of the day so many days from `at`'s."""
    date = at.date() + timedelta(days=later)
    for each in hours:
        if each.day == date.weekday():
            night = timedelta(days=each.ends <= each.begins)
            begins = datetime.combine(date, _clock(each.begins), at.tzinfo)
            yield begins, datetime.combine(date + night, _clock(each.ends), at.tzinfo)


def _clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _openings(line: str) -> Iterator[Opening]:
    found = _LINE.fullmatch(line)
    spans = [_SPAN.fullmatch(each) for each in found[2].split(",")] if found else [None]
    if not found or not all(spans):
        wrong = say("{line!r} : des horaires s'écrivent «Mo-Fr 07:00-13:00,15:00-19:30»", line=line)
        raise ValueError(wrong)
    for span in filter(None, spans):
        begins = 60 * int(span[1]) + int(span[2])
        ends = 60 * int(span[3]) + int(span[4]) if span[3] else 0
        for days in found[1].split(","):
            first, _, last = days.partition("-")
            start = DAYS.index(first)
            for day in range((DAYS.index(last or first) - start) % WEEK + 1):
                yield Opening((start + day) % WEEK, begins, ends)
