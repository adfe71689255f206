"""What was sold, as the journal's records say it: read once, kept in a file of the agent's own.

It is no evidence, and may be lost: it is made of the journal again. Moving the cursor costs the
disk, so records are taken in batches; what is read twice after a power cut is written over itself.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import apsw
import msgspec
from msgspec import Raw, Struct

from pos_service_console import holdings
from pos_terminal.agent.world import Agent
from pos_terminal.channel.interface import Record
from pos_terminal.domain.audit.changes import CHANGES
from pos_terminal.domain.audit.jet import jet_line
from pos_terminal.domain.events import vocabulary
from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.event import SERIES, Event
from pos_terminal.domain.events.grants import (
    GrantEnded,
    GrantGiven,
    GrantUsed,
    SupportCommanded,
    SupportOpened,
)
from pos_terminal.domain.events.held import is_held, sells
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import (
    CatalogChanged,
    CommandGiven,
    ConfigurationChanged,
    TillStarted,
)
from pos_terminal.domain.events.values import AccountMove
from pos_terminal.storage.worker import Worker
from pos_terminal.tasks.groups import first
from pos_terminal.tasks.observers import Observers

T = TypeVar("T")

SCHEMA = """
CREATE TABLE ticket (
    number INTEGER PRIMARY KEY, seq INTEGER NOT NULL, day TEXT NOT NULL, hour INTEGER NOT NULL,
    at TEXT NOT NULL, clerk INTEGER NOT NULL, turnover INTEGER NOT NULL, total INTEGER NOT NULL,
    pieces INTEGER NOT NULL, basket INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX ticket_day ON ticket (day, hour, turnover, pieces, basket, clerk);
CREATE TABLE sold (
    number INTEGER NOT NULL, line INTEGER NOT NULL, day TEXT NOT NULL, plu TEXT NOT NULL,
    name TEXT NOT NULL, quantity INTEGER NOT NULL, unit TEXT NOT NULL, gross INTEGER NOT NULL,
    PRIMARY KEY (number, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX sold_day ON sold (day, plu, gross, quantity);
CREATE TABLE paid (
    seq INTEGER NOT NULL, place INTEGER NOT NULL, day TEXT NOT NULL, tender TEXT NOT NULL,
    amount INTEGER NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (seq, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX paid_day ON paid (day, tender, amount, times);
CREATE TABLE change (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, grant_number INTEGER NOT NULL,
    clerk INTEGER NOT NULL, what TEXT NOT NULL, told TEXT NOT NULL
) STRICT;
CREATE TABLE closure (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, period TEXT NOT NULL, number INTEGER NOT NULL,
    label TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE on_account (
    number INTEGER PRIMARY KEY, person TEXT NOT NULL, month TEXT NOT NULL, amount INTEGER NOT NULL,
    invoice INTEGER NOT NULL
) STRICT;
CREATE INDEX on_account_person ON on_account (person, month);
"""
SCHEMA += holdings.SCHEMA
TABLES = ("ticket", "sold", "paid", "change", "closure", "on_account")

BATCH = 500
"""Records in one transaction."""


class Entry(Struct, frozen=True):
    """Of a record's envelope what is needed here (journal/codec): local time, operator, body."""

    at: str
    op: int
    body: Raw


SHOWN: tuple[type[Event], ...] = (
    SaleClosed, PaymentChanged, PeriodClosed, AccountMoved, InvoiceMade, TillStarted,
)  # fmt: skip
"""Events that a table is made of, beside the changes."""

_ENTRY = msgspec.json.Decoder(Entry)
KINDS = {
    kind: msgspec.json.Decoder(vocabulary.KINDS[kind])
    for kind in (*CHANGES, *(each.kind for each in SHOWN))
}

MOVING = {
    each.kind: msgspec.json.Decoder(vocabulary.KINDS[each.kind]) for each in holdings.MOVING
}


class Sales:
    """One terminal's. `news` counts how often something was read; `at` is how far. `heard` are told
    of all records as they are read.
    """

    def __init__(self, agent: Agent, store: Worker) -> None:
        self._agent = agent
        self._store = store
        self._read: asyncio.Queue[Record] = asyncio.Queue(2 * BATCH)
        self.news = 0
        self.heard: Observers[Sequence[Record]] = Observers()
        self.at = 0

    @classmethod
    def of(cls, agent: Agent, store: Worker) -> "Sales":
        """The one over that store, which each hook of the plug-in is given."""
        if store not in _KNOWN:
            _KNOWN[store] = cls(agent, store)
        return _KNOWN[store]

    async def follow(self) -> None:
        """Read the journal, for ever."""
        cursor = await self._agent.cursor("trade")
        self.at = cursor.at.seq

        async def read() -> None:
            async for record in self._agent.records(cursor):
                await self._read.put(record)

        async def write() -> None:
            while True:
                batch = [await self._read.get()]
                while len(batch) < BATCH and not self._read.empty():
                    batch.append(self._read.get_nowait())
                await self._take(batch)
                await cursor.move(batch[-1])

        await first(read(), write())

    async def ask(self, question: Callable[[apsw.Connection], T]) -> T:
        """What the tables say, off the loop."""
        return await self._store.do(question)

    async def _take(self, batch: list[Record]) -> None:
        start = None
        if not self.at or batch[0].seq <= self.at:  # another journal: what is here is not of it
            start = await holdings.carried(self._agent.till)
        added = [row for record in batch for row in rows(record)]
        moved = [(record.seq, event) for record in batch if (event := moving(record))]

        def put(db: apsw.Connection) -> None:
            with db:
                if start is not None:
                    for table in TABLES:
                        db.execute(f"DELETE FROM {table}")
                    holdings.begin(db, start)
                for sql, values in added:
                    db.execute(sql, values)
                holdings.count(db, moved)

        if added or moved or start is not None:
            await self._store.do(put)
        self.at = batch[-1].seq
        self.news += 1
        self.heard.tell(batch)


_KNOWN: WeakKeyDictionary[Worker, Sales] = WeakKeyDictionary()


def rows(record: Record) -> Iterable[tuple[str, tuple[Any, ...]]]:
    """What one record adds: statements and their values."""
    if record.kind not in KINDS or not record.rec:  # purged records have no text
        return
    entry = _ENTRY.decode(record.rec)
    event = KINDS[record.kind].decode(entry.body)
    match event:
        case SaleClosed(series=series) if series == SERIES:
            yield from _ticket(record.seq, entry, event)
        case PeriodClosed():
            yield _INTO_CLOSURE, (
                record.seq, entry.at, event.period.value, event.number, event.label,
                bytes(entry.body),
            )  # fmt: skip
        case PaymentChanged(series=series) if series == SERIES:
            # On the day on which it is put right, as in that day's Z.
            for place, (tender, sign) in enumerate(((event.from_tender, -1), (event.to_tender, 1))):
                paid = (record.seq, place, entry.at[:10], tender, sign * event.amount, sign)
                yield _INTO_PAID, paid
        case AccountMoved(series=series) if series == SERIES:
            if event.move is not AccountMove.SETTLED:
                moved = (event.number, event.person, entry.at[:7], event.amount, 0)
                yield _INTO_ON_ACCOUNT, moved
        case InvoiceMade():
            for series, number in event.places:
                if series == SERIES:
                    yield _INVOICED, (event.number, number)
        case SaleClosed() | PaymentChanged() | AccountMoved():
            return  # an exercise
        case _:
            grant, clerk, what = _change(event)
            yield _INTO_CHANGE, (
                record.seq, entry.at, record.kind, grant, clerk, what, _told(event)
            )  # fmt: skip


def moving(record: Record) -> Event | None:
    """What of it changes a balance."""
    if record.kind not in MOVING or not record.rec:
        return None
    return MOVING[record.kind].decode(_ENTRY.decode(record.rec).body)


def _ticket(
    seq: int, entry: Entry, event: SaleClosed
) -> Iterable[tuple[str, tuple[Any, ...]]]:
    at = event.taken_at or entry.at
    day, hour = at[:10], int(at[11:13])
    # What is sold, as the Z counts it: no voucher, deposit or debt, whatever VAT is due on it.
    sold = [each for each in event.lines if not (each.voided or is_held(each))]
    yield _INTO_TICKET, (
        event.number, seq, day, hour, at, entry.op, event.turnover, event.total,
        sum(each.pieces for each in sold), int(sells(event)), bytes(entry.body),
    )  # fmt: skip
    for line in sold:
        if not line.voucher:
            yield _INTO_SOLD, (
                event.number, line.line, day, line.plu, line.name, line.quantity, line.unit.value,
                line.gross,
            )  # fmt: skip
    for place, paid in enumerate(event.tenders):
        yield _INTO_PAID, (seq, place, day, paid.tender, paid.amount, 1)


def _change(event: Event) -> tuple[int, int, str]:
    """The grant and the clerk behind it; and what, where one record is looked up by another."""
    match event:
        case CatalogChanged():
            return 0, 0, event.catalog
        case ConfigurationChanged():
            return 0, 0, event.after
        case TillStarted():  # no change, but it says what held before the first
            return 0, 0, event.catalog
        case CommandGiven():
            return event.grant, 0, event.command
        case GrantGiven() | GrantEnded():
            return event.grant, event.by, ""
        case GrantUsed() | SupportOpened() | SupportCommanded():
            return event.grant, 0, ""
        case _:
            return 0, 0, ""


def _told(event: Event) -> str:
    """Its line in the JET, which says each change in words."""
    line = jet_line(event)
    return " : ".join(filter(None, (line.label, line.detail))) if line else event.kind


_INTO_TICKET = "INSERT OR REPLACE INTO ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INTO_SOLD = "INSERT OR REPLACE INTO sold VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_INTO_PAID = "INSERT OR REPLACE INTO paid VALUES (?, ?, ?, ?, ?, ?)"
_INTO_CHANGE = "INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?, ?, ?, ?)"
_INTO_CLOSURE = "INSERT OR REPLACE INTO closure VALUES (?, ?, ?, ?, ?, ?)"
_INTO_ON_ACCOUNT = "INSERT OR REPLACE INTO on_account VALUES (?, ?, ?, ?, ?)"
_INVOICED = "UPDATE on_account SET invoice = ? WHERE number = ?"
