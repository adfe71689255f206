"""Attacks on when a period ends (E8, E18)."""

from datetime import UTC, date, datetime
from pathlib import Path

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit import clock
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period import closing
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.period.closing import Books, ClosingHours, NotOver
from pos_terminal.journal.store import Journal
from tests.attacks.attack import Attacker, Found, attack
from tests.conftest import run
from tests.support.journaling import IDENTITY, SIGN_ON, kept, ticket

ORDINARY = ClosingHours()


def at(local: str) -> Moment:
    """That moment, by a clock that a time server keeps."""
    utc = int(datetime.fromisoformat(local).astimezone(UTC).timestamp()) * 1_000_000
    return Moment(at=local, utc=utc, mono=utc, boot="", trust=Trust.SYNCHRONISED)


def sold(books: Books, moment: Moment, number: int) -> Books:
    """A ticket, and a day's Z behind it."""
    events: list[Event] = ticket(number, number)
    for event in events:
        books = books.after(event, moment)
    for closed in closing.closures(books, moment, (Period.DAY,), ORDINARY):
        books = books.after(closed, moment)
    return books


@attack(Attacker.OWNER, "this month set as the fiscal year's first, so that a year ends by itself")
def another_year(_: Path) -> Found:
    """Each month can be made the end of one, and nobody has decided it."""
    moment = at("2026-06-02T09:00:00+02:00")
    books = sold(Books(Book(), 0), at("2026-05-30T19:00:00+02:00"), 1)
    for closed in closing.closures(books, moment, (Period.MONTH,), ORDINARY):
        books = books.after(closed, moment)
    turned = ClosingHours(year_begins=6)
    assert turned.year_end(date(2026, 5, 30)) < moment.day, "by the settings it is over"
    assert not closing.due(books.book, moment, turned)
    return not_over(books.book, Period.YEAR, moment, turned)


@attack(Attacker.OWNER, "a time zone where it is next year already, so that this one ends early")
def another_zone(_: Path) -> Found:
    """What is sold between is of another exercise, by a clock that a time server keeps."""
    moment = at("2027-01-01T04:30:00+14:00")  # half past three in the afternoon, in the shop
    books = Books(Book(), 0)
    for number, day in enumerate(("2026-12-30T19:00:00+01:00", "2026-12-31T08:00:00+01:00"), 1):
        books = sold(books, at(day), number)
    assert ORDINARY.year_end(date(2026, 12, 31)) < ORDINARY.day(moment.local), "by the settings"
    assert not closing.due(books.book, moment, ORDINARY)
    there = at("2027-01-01T04:30:00+01:00")
    assert closing.due(books.book, there, ORDINARY) == (Period.MONTH, Period.YEAR)
    return not_over(books.book, Period.MONTH, moment, ORDINARY)


@attack(Attacker.OWNER, "clock and battery set years ahead, and a record made before the restart")
def ahead(place: Path) -> Found:
    """Two clocks agree, and the last record says the same: whoever asks nobody else believes it."""
    state, told = place / "state", replace(at("2040-03-01T09:00:00+01:00"), trust=Trust.UNVERIFIED)
    run(kept(state, ticket(1, 1)))

    async def body() -> tuple[Moment, Book]:
        journal = Journal.open(state, IDENTITY)
        (record,) = await journal.append([SIGN_ON], told)
        await journal.close()
        return record.moment, journal.running.book

    last, book = run(body())
    restarted = replace(told, boot="another", utc=told.utc + 60_000_000)
    assert clock.kept(restarted, restarted.utc, replace(last, trust=Trust.KEPT), book.known)
    assert not clock.kept(restarted, restarted.utc, last, book.known)
    assert clock.can_be(last, book.known)[1] < last.utc, "and no date that is told then (persons)"
    assert closing.due(book, restarted, ORDINARY), "by the wall's date all of it is over"
    assert not closing.first(book, restarted, ORDINARY, ())
    fault = faults.CLOCK_UNVOUCHED
    return Found("till", "at once", f"{fault.code} {fault.cause}")


def not_over(book: Book, period: Period, moment: Moment, hours: ClosingHours) -> Found:
    """What the till says that is to close it all the same."""
    try:
        closing.must_be_over(book, period, moment, hours)
    except NotOver as error:
        return Found("till", "at once", str(error))
    raise AssertionError("nobody found it")
