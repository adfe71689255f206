"""Events, moments and directories for tests of the journal."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from hypothesis import strategies as st

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.event import SERIES, Event
from pos_terminal.domain.events.paper import ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.events.sale import (
    LineSold,
    LineVoided,
    Origin,
    Paid,
    SaleAbandoned,
    SaleClosed,
    SaleOpened,
    Tender,
    TicketLine,
    VatSum,
)
from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.domain.events.system import (
    CatalogChanged,
    CommandGiven,
    TillStarted,
    TillStopped,
)
from pos_terminal.domain.events.values import EntryMethod, PreviousEnd, PrintOutcome, VoidKind
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.quantity import Unit
from pos_terminal.journal.catalogs import NO_TEXT
from pos_terminal.journal.chain import Row
from pos_terminal.journal.database import NAME
from pos_terminal.journal.keyring import FOLDER, software
from pos_terminal.journal.record import Record, Running
from pos_terminal.journal.store import Journal
from pos_terminal.verifier.chain import leaf

IDENTITY = Identity(store="boulangerie", terminal="2", software="0.1.0", simulated=False)
CATALOG = NO_TEXT
"""A catalogue that an archive need not hold."""
WRITTEN = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
"""The one that stands in the golden records."""
ORIGIN = Origin(file="9f" * 32, date="2026-01-05", ticket="150040")
PARIS = timezone(timedelta(hours=1))
SIGN_ON = OperatorSignedOn(operator=7)


def moment(number: int = 0) -> Moment:
    """A moment, `number` seconds after half past eight."""
    at = datetime(2026, 1, 5, 8, 30, tzinfo=PARIS) + timedelta(seconds=number)
    return Moment(
        at=at.isoformat(timespec="milliseconds"),
        utc=int(at.timestamp()) * 1_000_000,
        mono=60_000_000 + number * 1_000_000,
        boot="0f8fad5b-d9cb-469f-a165-70867728950e",
        trust=Trust.SYNCHRONISED,
    )


def line(sale: int, number: int = 1, gross: int = 130) -> LineSold:
    return LineSold(
        sale=sale, line=number, plu="28", name="Tradition «à l'ancienne»", unit=Unit.PIECE,
        family="pain", quantity=1000, price=gross, per=1000, list_price=130, list_per=1000,
        vat=550, gross=gross, entry=EntryMethod.KEY,
    )  # fmt: skip


def repeated(sold: LineSold, *, voided: bool = False) -> TicketLine:
    return TicketLine(
        line=sold.line, plu=sold.plu, name=sold.name, unit=sold.unit, family=sold.family,
        quantity=sold.quantity, price=sold.price, per=sold.per, vat=sold.vat, gross=sold.gross,
        net=0 if voided else sold.gross - 7, voided=voided,
    )  # fmt: skip


def paid(sale: int, total: int) -> Tender:
    return Tender(sale=sale, tender="cash", amount=total, given=total + 70, change=70)


def closed(
    sale: int,
    number: int,
    total: int = 130,
    series: str = SERIES,
    catalog: str = CATALOG,
    lines: Sequence[LineSold] = (),
) -> SaleClosed:
    return SaleClosed(
        sale=sale, series=series, number=number, catalog=catalog,
        lines=tuple(map(repeated, lines or [line(sale, gross=total)])),
        vat=(VatSum(rate=550, gross=total, net=total - 7, vat=7),),
        tenders=(Paid(tender="cash", amount=total, given=total + 70, change=70),),
        total=total, turnover=total, change=70,
    )  # fmt: skip


def ticket(
    sale: int, number: int, total: int = 130, catalog: str = CATALOG, series: str = SERIES
) -> list[Event]:
    """All the events of a sale of one line that is paid."""
    return [
        SaleOpened(sale=sale, catalog=catalog),
        line(sale, gross=total),
        paid(sale, total),
        closed(sale, number, total, series, catalog),
    ]


def every_kind(series: str = SERIES) -> list[Event]:
    """A short morning in which each kind of event happens."""
    wrong = line(2, gross=260)
    minus = LineVoided(sale=2, line=1, plu="28", quantity=-1000, gross=-260, how=VoidKind.CORRECT)
    return [
        TillStarted(
            version="0.1.0", after=PreviousEnd.FIRST, configuration="ab" * 32, catalog=WRITTEN
        ),
        SIGN_ON,
        *ticket(1, 1, catalog=WRITTEN, series=series),
        ReceiptRequested(series=series, number=1, copy=0),
        ReceiptPrinted(series=series, number=1, copy=0, outcome=PrintOutcome.PRINTED),
        CatalogChanged(catalog="1f" * 32),
        SaleOpened(sale=2, catalog="1f" * 32, origin=ORIGIN),
        wrong,
        minus,
        SaleAbandoned(
            sale=2, catalog="1f" * 32, lines=(repeated(wrong, voided=True),), total=0, origin=ORIGIN
        ),
        ReceiptRequested(series=series, number=1, copy=1),
        ReceiptPrinted(
            series=series, number=1, copy=1, outcome=PrintOutcome.REFUSED, fault="P-103"
        ),
        TillStopped(reason="SIGTERM"),
    ]


def stamped(events: Sequence[Event], identity: Identity = IDENTITY) -> Iterator[Record]:
    """The records that a journal would hold, without a disk."""
    running = Running(identity=identity)
    for number, event in enumerate(events):
        record, running = running.stamp(event, moment(number))
        yield record


def decided(period: Period) -> CommandGiven:
    """Somebody's decision to close it before its end."""
    command = f"close {period.value}, avant sa fin : la saison finit"
    return CommandGiven(command=command, uid=0, user="root")


def row(record: Record) -> Row:
    return Row(record.seq, record.kind, record.rec, record.hash)


@st.composite
def mornings(draw: st.DrawFn, most: int = 40) -> list[Event]:
    """Events in an order that a till could have recorded, several sales open at once."""
    events: list[Event] = []
    opened: dict[int, list[LineSold]] = {}
    sales, tickets = 0, {SERIES: 0, "B": 0}
    for choice in draw(st.lists(st.sampled_from("oollcax"), max_size=most)):
        if choice == "o":
            sales += 1
            opened[sales] = []
            events.append(SaleOpened(sale=sales, catalog=CATALOG))
        elif choice == "x":
            events.append(OperatorSignedOn(operator=draw(st.integers(1, 9))))
        elif opened:
            sale = draw(st.sampled_from([*opened]))
            if choice == "a":
                lines = tuple(map(repeated, opened.pop(sale)))
                total = draw(st.integers(-(10**9), 10**9))
                events.append(SaleAbandoned(sale=sale, catalog=CATALOG, lines=lines, total=total))
                continue
            gross = draw(st.integers(0 if choice == "l" else -(10**9), 10**9))
            opened[sale].append(line(sale, len(opened[sale]) + 1, gross))
            events.append(opened[sale][-1])
            if choice == "c":
                series, sold = draw(st.sampled_from((SERIES, "B"))), opened.pop(sale)
                tickets[series] += 1
                total = sum(each.gross for each in sold)
                events.append(paid(sale, total))
                events.append(closed(sale, tickets[series], total, series, lines=sold))
    return events


async def kept(directory: Path, events: Sequence[Event], vfs: str = "") -> list[Record]:
    """`events` in a journal in `directory`, one append each, and the journal closed."""
    journal = Journal.open(directory, IDENTITY, vfs=vfs)
    waiting = [journal.append([event], moment(n)) for n, event in enumerate(events)]
    records = [record for future in waiting for record in await future]
    await journal.close()
    return records


def database(directory: Path) -> Path:
    return directory / NAME


def tamper(directory: Path, *statements: str) -> None:
    """Change the file behind the triggers' back, by another library than the one that wrote it.

    The triggers are put back, as whoever does not want to be found would.
    """
    triggers = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
    with sqlite3.connect(database(directory)) as db:
        found = db.execute(triggers).fetchall()
        for name, _ in found:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        for _, sql in found:
            db.execute(sql)
    db.close()


def forge(directory: Path, seq: int, change: Callable[[bytes], bytes]) -> None:
    """Write a record anew, whatever is made of its bytes, and chain and sign the rest behind it by
    the till's own key, as who holds that can.
    """
    (key,) = (directory / FOLDER).glob("*.pem")
    signer, head, updates = software(directory, key.stem), "", []
    with sqlite3.connect(database(directory)) as db:
        behind = "SELECT seq, rec FROM journal WHERE seq >= ? ORDER BY seq"
        rows = db.execute(behind, (seq,)).fetchall()
    db.close()
    for number, rec in rows:
        new = change(rec) if number == seq else _PREV.sub(b'"prev":"%b"' % head.encode(), rec, 1)
        head = leaf(new).hex()
        to = f"rec = x'{new.hex()}', hash = x'{head}', sig = x'{signer.seal(new).signature.hex()}'"
        updates.append(f"UPDATE journal SET {to} WHERE seq = {number}")
    tamper(directory, *updates)


_PREV = re.compile(rb'"prev":"[0-9a-f]{64}"')


def tamper_beside(file: Path, *statements: str) -> None:
    """Change a database that this process has open: by another, as a second SQLite library in one
    process would let go of the locks of the first.
    """
    code = (
        "import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1])\n"
        "what = \"SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'\"\n"
        "found = db.execute(what).fetchall()\n"
        "[db.execute(f'DROP TRIGGER {name}') for name, _ in found]\n"
        "[db.execute(statement) for statement in sys.argv[2:]]\n"
        "[db.execute(sql) for _, sql in found]\n"
        "db.commit()\n"
    )
    subprocess.run([sys.executable, "-c", code, str(file), *statements], check=True, timeout=60)
