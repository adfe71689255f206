"""Cuts the golden journal of this version: `python -m tests.journal.make_golden [--again]`.

A shop's turn of the year, a change of keys, a witness, and at least one record of each kind in the
vocabulary, archived to `tests/golden/journal/VERSION.zip`. Made with the release of a version and
never changed afterwards: whatever comes later must read and verify it. `--again` cuts that of the
present version anew, as long as it is not released. Beside it stands what each kind says, field by
field. The list of kinds that no golden journal has
yet (`new.txt`) is empty then.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
import typing
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any

from msgspec import Struct
from msgspec.structs import fields, replace

import pos_terminal
from pos_terminal.archive.make import make
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.audit.jet import INTEGRITY
from pos_terminal.domain.events.cash import DrawerOpened
from pos_terminal.domain.events.event import INVOICES, SERIES, Event
from pos_terminal.domain.events.grants import GrantEnded
from pos_terminal.domain.events.outage import OutageEnded
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.period import (
    Archived,
    BalancesOpened,
    PeriodClosed,
    Purged,
    ServiceClosed,
    TrainingEnded,
    TrainingStarted,
)
from pos_terminal.domain.events.sale import (
    LineVoided,
    RefundOpened,
    SaleAbandoned,
    SaleOpened,
    TenderReturned,
)
from pos_terminal.domain.events.system import TechnicalEvent, TillHandedOver, TillStarted
from pos_terminal.domain.events.values import GrantEnd, PreviousEnd, VoidKind
from pos_terminal.domain.events.vocabulary import KINDS
from pos_terminal.journal import consistency_proof, keyring, witness
from pos_terminal.journal.catalogs import NO_TEXT
from pos_terminal.journal.commissioning import HANDOVER
from pos_terminal.journal.continuation import Continuation
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.record import Running
from pos_terminal.journal.store import Journal
from tests.support.journaling import line, moment, paid, repeated, ticket
from tests.support.kinds import schema
from tests.support.sample_year import write, year

GOLDEN = Path(__file__).parents[1] / "golden" / "journal"
NEW = GOLDEN / "new.txt"
IDENTITY = Identity("boulangerie", "2", pos_terminal.__version__, simulated=False)

TELLING: dict[str, Any] = {
    "catalog": NO_TEXT, "sha256": "5a" * 32, "series": SERIES, "number": 1, "ticket_series": SERIES,
    "configuration": NO_TEXT, "promotions": NO_TEXT, "after": NO_TEXT,
    "taken_at": "2026-01-05T08:30:00.000+01:00", "since": "2026-01-05T08:00:00.000+01:00",
}  # fmt: skip
"""What some fields say, by name; of the others the type will do."""

MADE: dict[str, Callable[[Running], Event]] = {
    ServiceClosed.kind: lambda running: running.book.service(running.seq + 1),
    GrantEnded.kind: lambda running: GrantEnded(
        grant=running.grants.standing[0].grant, why=GrantEnd.ENDED, by=9
    ),
    OutageEnded.kind: lambda running: OutageEnded(
        since=running.book.outage.since, tickets=running.book.outage.tickets,
        total=running.book.outage.total,
    ),
    InvoiceMade.kind: lambda running: replace(specimen(InvoiceMade, 0), series=INVOICES),
    RefundOpened.kind: lambda running: replace(
        specimen(RefundOpened, max(running.opened)), number=running.counts.tickets[SERIES], before=0
    ),
    TechnicalEvent.kind: lambda running: TechnicalEvent(code=INTEGRITY, detail="texte"),
}
"""Kinds that must say what the records before them add up to."""


def specimen(kind: type[Struct], sale: int) -> Any:
    """One of that type, with something in each field; `sale` is a sale that is open."""
    told = {**TELLING, "sale": sale}
    made: dict[str, Any] = {}
    for field in fields(kind):
        known = told.get(field.name)
        made[field.name] = known if type(known) is field.type else value(field.type, sale)
    return kind(**made)


def value(hint: Any, sale: int) -> Any:
    """Something of that type."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType):
        return value(next(each for each in inner if each is not NoneType), sale)
    if origin is tuple:
        return (value(inner[0], sale),)
    if hint in (int, str, bool):
        return {int: 1, str: "texte", bool: True}[hint]
    if issubclass(hint, Enum):
        return next(iter(hint))
    return specimen(hint, sale)


def purge(day: int) -> Iterator[Event]:
    """What says that the records up to a day's closure are to go: archived, carried on."""
    yield Archived(first=1, last=day, sha256="5a" * 32, years=("2026",))
    yield replace(specimen(BalancesOpened, 0), through=day)
    yield Purged(last=day, sha256="5a" * 32, copies=("5a" * 32, "5a" * 32))


def given_up(sale: int) -> Iterator[Event]:
    """A sale whose line and payment are taken back."""
    yield SaleOpened(sale=sale, catalog=NO_TEXT)
    sold, tender = line(sale), paid(sale, 130)
    yield from (sold, tender)
    yield TenderReturned(
        sale=sale, tender=tender.tender, amount=-130, given=-tender.given, change=-tender.change
    )
    yield LineVoided(
        sale=sale, line=1, plu=sold.plu, quantity=-sold.quantity, gross=-130, how=VoidKind.CORRECT
    )
    lines = (repeated(sold, voided=True),)
    yield SaleAbandoned(sale=sale, catalog=NO_TEXT, lines=lines, total=0, authority=9)


async def live(state: Path) -> None:
    """The journal: days, new keys, lost ones, another box, each kind that is left, the last Z."""
    journal = Journal.open(state, IDENTITY)
    started = TillStarted(version=IDENTITY.software, after=PreviousEnd.FIRST,
                          configuration=NO_TEXT, catalog=NO_TEXT)  # fmt: skip
    await journal.append([started], moment())
    book, last = journal.running.book, journal.running.seq
    days = year(7, opened=date(2026, 12, 28), days=5, tickets=6, book=book, last=last)
    await write(journal.append, days)
    await journal.rotate_keys(moment())
    await journal.close()
    shutil.rmtree(state / keyring.FOLDER)
    journal = Journal.open(state, IDENTITY, continuation=Continuation(because="carte morte"))
    await journal.append([DrawerOpened(reason="monnaie", authority=9)], moment())
    (state / HANDOVER).mkdir()
    heir = keyring.software(state / HANDOVER, "").public.key
    handed = (await journal.hand_over(heir, moment())).event
    assert isinstance(handed, TillHandedOver)
    await journal.close()
    brought = state / HANDOVER / keyring.FOLDER / f"{heir}.new"
    brought.rename(state / keyring.FOLDER / brought.name)
    taken = Continuation(because="remise par un autre boîtier", key=heir, agreed=handed.agreed)
    journal = Journal.open(state, IDENTITY, continuation=taken)
    exercise = (TrainingStarted(supervisor=9), TrainingEnded())
    await journal.append([*exercise, DrawerOpened(reason="monnaie", authority=9)], moment())
    with reading(state / NAME) as reader:
        (day, *_) = (row.seq for row in reader.rows(0, 1000) if row.kind == PeriodClosed.kind)
    counts = journal.running.counts
    sold = ticket(counts.sale + 2, counts.tickets[SERIES] + 1, catalog=NO_TEXT)
    await journal.append([*purge(day), *given_up(counts.sale + 1), *sold], moment())
    with reading(state / NAME) as reader:
        missing = sorted(KINDS.keys() - {*reader.kinds()}, key=lambda kind: (kind in MADE, kind))
    for number, kind in enumerate(missing):
        if not journal.running.opened:  # some kinds end it
            sale = journal.running.counts.sale + 1
            await journal.append([SaleOpened(sale=sale, catalog=NO_TEXT)], moment(number))
        opened, made = max(journal.running.opened), MADE.get(kind)
        event = made(journal.running) if made else specimen(KINDS[kind], opened)
        try:
            await journal.append([event], moment(number))
        except Exception as error:
            raise SystemExit(f"{kind} needs more than a specimen (MADE): {error}") from error
    await journal.close()


def cut(out: Path) -> None:
    """Live, be witnessed, and be archived there."""
    with tempfile.TemporaryDirectory() as scratch:
        state, medium = Path(scratch, "state"), Path(scratch, "medium")
        medium.mkdir()
        asyncio.run(live(state))
        path = state / NAME
        grown = consistency_proof.export(path)
        seen = witness.Witness(medium).cosign(grown, datetime(2027, 1, 4, 8))
        witness.take(path, seen)
        with reading(path) as reader:
            key = reader.stored_keys()[-1].key
        make(state, out, sign=keyring.software(state, key).close)


def main() -> None:
    """Cut it, and empty the list of new kinds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--again", action="store_true", help="in place of the one that is there")
    arguments = parser.parse_args()
    out = GOLDEN / f"{pos_terminal.__version__}.zip"
    if arguments.again:
        out.unlink(missing_ok=True)
    cut(out)
    NEW.write_text("")
    kinds = json.dumps(schema(), indent=1, sort_keys=True, ensure_ascii=False)
    out.with_suffix(".kinds.json").write_text(f"{kinds}\n")
    print(f"{out}: {out.stat().st_size} bytes, {len(KINDS)} kinds")


if __name__ == "__main__":
    main()
