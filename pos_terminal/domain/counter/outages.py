"""`PANNE`: what was sold by hand while the till was down, entered once it works again.

`1 MOTIF 930 PANNE` says since when it was down, and why; `945 PANNE` begins a sale that was made at
that time; `PANNE` alone says that all of them are entered. The first and the last are technical
events (70 and 120). A sale in between has the next number and is of the running day: its number and
its day say when it was recorded, `taken_at` says when it was made.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.cash import between_sales
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import Show, Sound, Step
from pos_terminal.domain.display import outages as display
from pos_terminal.domain.events.outage import OutageEnded, OutageStarted
from pos_terminal.domain.events.sale import SaleOpened
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.moment import Moment

HOUR, DAY_AND_HOUR = (3, 4), (7, 8)
"""Digits of «945» or «0945», and of «3030945»: the third of March at a quarter to ten."""


def key(desk: Desk, _: str, moment: Moment) -> Step:
    """Begin, go on, or end. Raises Refused, Wait."""
    between_sales(desk)
    if replace(desk.entry, number="", reason=None) != Entry():
        raise Refused(faults.NOT_NOW)
    if not desk.outage.since:
        return _begin(desk, moment)
    if desk.entry.reason is not None:
        raise Refused(faults.NOT_NOW)
    return _sale(desk, moment) if desk.entry.number else _end(desk)


def as_of(desk: Desk, moment: Moment) -> Moment:
    """The moment by which prices, rates and limits hold: of a sale by hand, when it was made."""
    taken = desk.sale.taken_at if desk.sale else ""
    return replace(moment, at=taken) if taken else moment


def _begin(desk: Desk, moment: Moment) -> Step:
    reasons = desk.rules.sales.outage_reasons
    number = desk.entry.reason or 1
    if number > len(reasons):
        raise Refused(faults.UNKNOWN_REASON)
    since = _time(desk, moment)
    authority.need(desk, Right.OUTAGE)
    desk.entry = Entry()
    event = OutageStarted(since=since, reason=reasons[number - 1], authority=desk.authority)
    return Step((event,), (Show(display.begun(since), private=True), Sound(Tone.ACCEPTED)))


def _sale(desk: Desk, moment: Moment) -> Step:
    taken = _time(desk, moment)
    if datetime.fromisoformat(taken) < datetime.fromisoformat(desk.outage.since):
        raise Refused(faults.BAD_TIME)
    desk.entry = Entry()
    opened, _ = desk.opening()
    made = tuple(
        replace(event, taken_at=taken) if isinstance(event, SaleOpened) else event
        for event in opened
    )
    return Step(made, (Show(display.sale(taken)), Sound(Tone.ACCEPTED)))


def _end(desk: Desk) -> Step:
    authority.need(desk, Right.OUTAGE)
    done = desk.outage
    event = OutageEnded(
        since=done.since, tickets=done.tickets, total=done.total, authority=desk.authority
    )
    shown = Show(display.ended(done.tickets, done.total), private=True)
    return Step((event,), (shown, Sound(Tone.ACCEPTED)))


def _time(desk: Desk, moment: Moment) -> str:
    """The local time typed, of today or of a day named, none that is to come. Raises Refused."""
    typed, now = desk.entry.whole(), moment.local
    if len(typed) not in (*HOUR, *DAY_AND_HOUR):
        raise Refused(faults.BAD_TIME)
    clock = int(typed[-4:])
    try:
        found = now.replace(hour=clock // 100, minute=clock % 100, second=0, microsecond=0)
        if len(typed) in DAY_AND_HOUR:
            date = int(typed[:-4])
            found = found.replace(day=date // 100, month=date % 100)
            if found > now + timedelta(days=1):
                found = found.replace(year=now.year - 1)
    except ValueError:
        raise Refused(faults.BAD_TIME) from None
    if found > now:
        raise Refused(faults.BAD_TIME)
    return found.isoformat(timespec="milliseconds")
