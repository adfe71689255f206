"""Attacks on when a period ends (E8, E18)."""

import json
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
from pos_terminal.journal.database import reading
from pos_terminal.journal.keyring import FOLDER, software
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from tests.attacks.attack import Attacker, Found, attack, by_verify, in_rounds
from tests.attacks.on_archives import in_three_places
from tests.conftest import run
from tests.support.journaling import (
    IDENTITY,
    SIGN_ON,
    database,
    decided,
    forge,
    kept,
    tamper,
    ticket,
)  # fmt: skip

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


Told = tuple[Event | Period, str]
"""An event, or a period that is closed, and when."""


def signed(state: Path, *told: Told) -> int:
    """A journal of these, each record signed by the till's key; the last one's number."""

    async def body() -> int:
        journal = Journal.open(state, IDENTITY)
        for each, local in told:
            events: list[Event] = [each] if isinstance(each, Event) else []
            if isinstance(each, Period):
                events = [*closing.closures(journal.running.books, at(local), (each,), ORDINARY)]
            await journal.append(events, at(local))
        last = journal.running.seq
        await journal.close()
        return last

    return run(body())


def sales(number: int, local: str) -> list[Told]:
    """A ticket, and the Z of its day."""
    return [*((event, local) for event in ticket(number, number)), (Period.DAY, local)]


MAY, JUNE = "2026-05-12T19:00:00+02:00", "2026-06-12T19:00:00+02:00"


@attack(Attacker.OWNER, "a month closed twice, and no record of who decided it")
def closed_twice(place: Path) -> Found:
    """The first Z is what he shows."""
    state, right, end = place / "state", place / "right", "2026-06-01T09:00:00+02:00"
    may = [*sales(1, MAY), (Period.MONTH, MAY), *sales(2, MAY), (Period.MONTH, end)]
    signed(state, *may)
    signed(right, *may[:-7], (decided(Period.MONTH), MAY), *may[-7:])
    assert verify(database(right)).records, "early by somebody's decision, and at its end"
    return in_three_places(state)


@attack(Attacker.OWNER, "a month closed a second time, with the days of the next one in it")
def closed_late(place: Path) -> Found:
    """The turnover of June stands in May, which was declared; day and month say so."""
    state, end = place / "state", "2026-07-01T09:00:00+02:00"
    may = [*sales(1, MAY), (Period.MONTH, "2026-06-01T09:00:00+02:00")]
    month = signed(state, *may, *sales(2, JUNE), (Period.MONTH, end))
    forge(state, month, lambda rec: rec.replace(b'"label":"2026-06"', b'"label":"2026-05"'))
    forge(state, month - 1, lambda rec: rec.replace(b'"2026-06-12"', b'"2026-05-31"'))
    sealed_again(state, month - 1)
    found = in_rounds(state)
    assert by_verify(state).words != found.words, "the till's own state finds the day before"
    return found


def sealed_again(state: Path, seq: int) -> None:
    """Checkpoints of the records as they are now, signed by the till's key."""
    (key,) = (state / FOLDER).glob("*.pem")
    signer, updates = software(state, key.stem), []
    with reading(database(state)) as reader:
        for seal in reader.seals(seq - 1, 10):
            tree = Frontier().extend(reader.hashes(0, seal.size))
            (head,) = reader.hashes(seal.size - 1, 1)
            peaks = [peak.hex() for peak in tree.peaks]
            said = json.loads(seal.body) | {"head": head.hex(), "root": tree.root.hex()}
            body = json.dumps(said | {"frontier": peaks}, sort_keys=True, separators=(",", ":"))
            sig = signer.close(body.encode()).hex()
            to = f"body = x'{body.encode().hex()}', sig = x'{sig}'"
            updates.append(f"UPDATE checkpoint SET {to} WHERE size = {seal.size}")
    tamper(state, *updates)


def not_over(book: Book, period: Period, moment: Moment, hours: ClosingHours) -> Found:
    """What the till says that is to close it all the same."""
    try:
        closing.must_be_over(book, period, moment, hours)
    except NotOver as error:
        return Found("till", "at once", str(error))
    raise AssertionError("nobody found it")
