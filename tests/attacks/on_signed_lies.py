"""Attacks with the till's own key: records in order, signed, that a till would never write.

Whoever holds the key signs whatever he likes. What he signs must still follow from what he signed
before: the verifier's core makes it again from the records alone. The till's own writer refuses
some of it; the attacker's refuses nothing.
"""

import sqlite3
from pathlib import Path

from msgspec.structs import replace

from pos_terminal.domain.audit.setup import Setup
from pos_terminal.domain.events.event import SERIES, Event
from pos_terminal.domain.events.paper import ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.period import Archived, Purged
from pos_terminal.domain.events.sale import RefundOpened, Returned, SaleClosed, SaleOpened
from pos_terminal.domain.events.system import (
    CatalogChanged,
    TechnicalEvent,
    TillStarted,
    TillStopped,
)
from pos_terminal.domain.events.values import PreviousEnd, PrintOutcome
from tests.attacks.attack import Attacker, Found, attack, in_both
from tests.conftest import run
from tests.support.journaling import CATALOG, database, forge, kept, line, ticket


def back(sale: int, number: int, of: Returned, cents: int) -> list[Event]:
    """A sale that takes a piece of a ticket's line back, for that much."""
    minus = replace(line(sale, gross=-cents), quantity=-1000, price=cents, of=of)
    opened, _, tender, closed = ticket(sale, number, -cents)
    assert isinstance(closed, SaleClosed)
    lines = tuple(
        replace(each, quantity=-1000, price=cents, of=of) for each in closed.lines
    )
    return [opened, minus, tender, replace(closed, lines=lines)]


def found(place: Path, *events: Event) -> Found:
    """A journal that says so, each record signed; who finds it, wherever it is asked."""
    state = place / "state"
    run(kept(state, events))
    assert count(state) == len(events) + 1, "unprotected, it is a journal like any other"
    return in_both(state)


def count(state: Path) -> int:
    """Records that are there, each signed."""
    with sqlite3.connect(database(state)) as db:
        (there,) = db.execute("SELECT count(*) FROM journal WHERE sig IS NOT NULL").fetchone()
    db.close()
    return int(there)


FIRST = Returned(series=SERIES, number=1, line=1)


@attack(Attacker.OWNER, "a ticket refunded twice, each time signed by the till's key")
def refunded_twice(place: Path) -> Found:
    """Cash out of the drawer, with a paper for it."""
    return found(place, *ticket(1, 1), *back(2, 2, FIRST, 130), *back(3, 3, FIRST, 130))


@attack(Attacker.OWNER, "more cents given back for a piece than its ticket took for it")
def refunded_dearer(place: Path) -> Found:
    """The quantity is right."""
    return found(place, *ticket(1, 1), *back(2, 2, FIRST, 131))


@attack(Attacker.OWNER, "a refund of a ticket that never was")
def refunded_nothing(place: Path) -> Found:
    """Nobody looks whether the number was given."""
    return found(place, *ticket(1, 1), *back(2, 2, replace(FIRST, number=7), 130))


@attack(Attacker.OWNER, "a refund that belittles what had come back of its ticket")
def refund_belittled(place: Path) -> Found:
    """What had come back is what the next refund is bounded by."""
    again = RefundOpened(sale=3, series=SERIES, number=1, reason="", authority=0, paid=(), before=0)
    opened = SaleOpened(sale=3, catalog=CATALOG)
    return found(place, *ticket(1, 1), *back(2, 2, FIRST, 60), opened, again)


@attack(Attacker.OWNER, "a ticket that says less than its sale's records, and adds up")
def ticket_belittled(place: Path) -> Found:
    """Lines, VAT, payments and totals of the ticket fit; the customer paid more."""
    *sold, _ = ticket(1, 1, 1300)
    return found(place, *sold, ticket(1, 1, 130)[-1])


@attack(Attacker.OWNER, "a second original of a ticket, printed without a copy's number")
def unnumbered(place: Path) -> Found:
    """To be expensed twice."""
    asked = ReceiptRequested(series=SERIES, number=1, copy=0)
    came = ReceiptPrinted(series=SERIES, number=1, copy=0, outcome=PrintOutcome.PRINTED)
    return found(place, *ticket(1, 1), asked, came, asked)


@attack(Attacker.OWNER, "a duplicate whose request was left out of the journal")
def unasked(place: Path) -> Found:
    """The paper is there, and nobody asked for it."""
    came = ReceiptPrinted(series=SERIES, number=1, copy=3, outcome=PrintOutcome.PRINTED)
    return found(place, *ticket(1, 1), came)


@attack(Attacker.OWNER, "a purge with its signed record, and no archive that holds what goes")
def purged_unarchived(place: Path) -> Found:
    """The record is what makes emptied records right."""
    purge = Purged(last=4, sha256="aa" * 32, copies=("aa" * 32, "bb" * 32))
    return found(place, *ticket(1, 1), *ticket(2, 2), purge)


@attack(Attacker.OWNER, "an archive of all records to come, so that no year's end asks for one")
def archived_ahead(place: Path) -> Found:
    """Its number alone tells the till that every closed year is archived."""
    ahead = Archived(first=1, last=10**9, sha256="aa" * 32)
    assert not replace(Setup().after(ahead), year_closed=10**6).archive_due
    state = place / "state"
    run(kept(state, [*ticket(1, 1), replace(ahead, last=5)]))
    forge(state, 6, lambda rec: rec.replace(b'"last":5,', b'"last":1000000000,'))
    return in_both(state)


@attack(Attacker.OWNER, "the archive of a fiscal year that was never closed")
def archived_year(place: Path) -> Found:
    """JET 30 says so, for whoever asks whether it was made."""
    return found(place, *ticket(1, 1), Archived(first=1, last=5, sha256="aa" * 32, years=("2026",)))


def started(after: PreviousEnd, catalog: str = CATALOG) -> TillStarted:
    return TillStarted(version="0.1.0", after=after, configuration="ab" * 32, catalog=catalog)


@attack(Attacker.OWNER, "a crash told as a stop that was meant")
def crash_hidden(place: Path) -> Found:
    """The plug was pulled over a sale that nobody was to see."""
    return found(place, started(PreviousEnd.FIRST), *ticket(1, 1), started(PreviousEnd.STOP))


@attack(Attacker.OWNER, "a start whose change of prices left no technical event")
def prices_hidden(place: Path) -> Found:
    """JET 911 is missing."""
    first, stop = started(PreviousEnd.FIRST), TillStopped(reason="signal")
    return found(place, first, stop, started(PreviousEnd.STOP, "1f" * 32), TillStopped(reason=""))


@attack(Attacker.OWNER, "a sale by a catalogue that was never in force")
def prices_of_nowhere(place: Path) -> Found:
    """The archive has its text, and no record says when it came."""
    change = CatalogChanged(catalog="1f" * 32)
    return found(place, started(PreviousEnd.FIRST), change, *ticket(1, 1))


@attack(Attacker.OWNER, "a technical event that passes for the closure of a year")
def event_forged(place: Path) -> Found:
    """The JET shows it with its label, and there is none."""
    return found(place, *ticket(1, 1), TechnicalEvent(code=60, detail="exercice 2025, clôture 1"))
