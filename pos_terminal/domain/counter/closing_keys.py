"""X, the blind count, and Z. What they add up to is the journal's book: they only ask for it."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.cash import between_sales, named_drawer
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.drawer_count import DrawerCount
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import (
    CloseDay,
    CloseService,
    ListSales,
    OpenDrawer,
    PrintClosure,
    ReadDay,
    Sound,
    Step,
)
from pos_terminal.domain.events.cash import DrawerOpened
from pos_terminal.domain.events.period import Period, PeriodCopied
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.questions import (
    BestSold,
    BestSoldWanted,
    ClosureFound,
    ClosureWanted,
)
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period.drawer import Counting

ACCEPTED = Sound(Tone.ACCEPTED)

MOST_ARTICLES = 200
"""On one paper: two metres of it."""

YEAR_AND_MONTH = 6
"""Digits of a month, such as 202609."""


def read(desk: Desk, _: str, __: Moment) -> Step:
    """`X`: the running day on paper; `10 X`: by the hour as well, and the ten best articles.

    It says what the drawer should hold: not for everybody.
    """
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    between_sales(desk)
    most = int(desk.entry.whole()) if desk.entry.number else None
    if most is not None and not 0 < most <= MOST_ARTICLES:
        raise Refused(faults.BAD_NUMBER)
    authority.need(desk, Right.CLOSE)
    best = None if most is None else look_up(desk, BestSoldWanted(most))
    desk.entry = Entry()
    return Step(effects=(ReadDay(best if isinstance(best, BestSold) else None), ACCEPTED))


def count(desk: Desk, _: str, __: Moment) -> Step:
    """`COMPTE`: begin to count the drawer, without being told what it should hold.

    `2 TIROIR COMPTE` counts another than one's own. The drawer opens for it: that needs the right,
    and leaves the record, of any opening without a sale, whether the count is ended or given up.
    """
    between_sales(desk)
    if replace(desk.entry, drawer=None) != Entry():
        raise Refused(faults.NOT_NOW)
    authority.need(desk, Right.NO_SALE)
    drawer = named_drawer(desk)
    desk.entry = Entry()
    desk.pending = DrawerCount(Counting(drawer=drawer))
    opened = DrawerOpened(reason=say("COMPTAGE DU TIROIR"), authority=desk.authority, drawer=drawer)
    return Step((opened,), (OpenDrawer(drawer), ACCEPTED))


def close(desk: Desk, _: str, __: Moment) -> Step:
    """`Z`: close the day, once no sale is open or on hold; else it is said which are, on paper."""
    desk.nothing_typed()
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    if desk.sale or desk.waiting:
        step = desk.refuse(faults.SALES_OPEN)
        return replace(step, effects=(*step.effects, ListSales(desk.open_sales)))
    authority.need(desk, Right.CLOSE)
    return Step(effects=(CloseDay(desk.authority),))


def service(desk: Desk, _: str, __: Moment) -> Step:
    """`SERVICE`: close a section of the day. Sales on hold go on into the next one."""
    desk.nothing_typed()
    between_sales(desk)
    authority.need(desk, Right.CLOSE)
    return Step(effects=(CloseService(desk.authority),))


def reprint(desk: Desk, _: str, __: Moment) -> Step:
    """`ZBIS`: print the last Z once more; `12 ZBIS`: that of number 12.

    `202609 ZBIS`: that of September 2026; `202600 ZBIS`: of the fiscal year that began in 2026.
    """
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    wanted = _wanted(desk.entry.whole()) if desk.entry.number else ClosureWanted(Period.DAY)
    authority.need(desk, Right.CLOSE)
    found = look_up(desk, wanted)
    if not isinstance(found, ClosureFound):
        raise Refused(faults.UNKNOWN_CLOSURE)
    desk.entry = Entry()
    closed, number = found.closed, found.copies + 1
    copied = PeriodCopied(
        period=closed.period, number=closed.number, copy=number, authority=desk.authority
    )
    return Step((copied,), (PrintClosure(found, number), ACCEPTED))


def _wanted(typed: str) -> ClosureWanted:
    """Six digits are a month; the month 00 is the year."""
    if len(typed) != YEAR_AND_MONTH:
        return ClosureWanted(Period.DAY, int(typed))
    year, month = typed[:4], typed[4:]
    if month == "00":
        return ClosureWanted(Period.YEAR, label=year)
    return ClosureWanted(Period.MONTH, label=f"{year}-{month}")
