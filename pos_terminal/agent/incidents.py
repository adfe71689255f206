"""The table of incidents, kept on disk, and what was told of them for whoever tells it further."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from typing import NamedTuple, NoReturn

import apsw
import msgspec

from pos_terminal.agent.clock import Clock
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.health.incidents import (
    MINUTE,
    SECOND,
    Change,
    Incident,
    Incidents,
    Key,
    Told,
)
from pos_terminal.storage.worker import Worker

log = logging.getLogger(__name__)

NAME = "agent"
SCHEMA = """
CREATE TABLE incident (
    subject TEXT, code TEXT, row BLOB NOT NULL, PRIMARY KEY (subject, code)
) STRICT, WITHOUT ROWID;
CREATE TABLE change (place INTEGER PRIMARY KEY AUTOINCREMENT, change BLOB NOT NULL) STRICT;
CREATE TABLE mute (subject TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

ROUND = 1.0
"""Seconds between two looks at what is due to be told."""

SELDOM = 10 * MINUTE
"""How often at most a row is written of which there is nothing to tell: a card wears out. Each
minute it would be two MiB an hour."""

LONGEST_MUTE = 30 * 24 * 3600
"""Seconds that a subject may be muted: one that is forgotten would be silent for ever."""

FULL = 10.0
"""Seconds between two attempts at a disk that takes nothing."""

REMEMBERED = 10_000
"""Changes that are kept: who has not told them after so many more never will."""


class Numbered(NamedTuple):
    """A change with its place: the n-th that there ever was."""

    place: int
    change: Change


class IncidentBook:
    """The agent's one table of incidents. Make one with `IncidentBook.open`, and `run` it.

    What is reported is in the table at once, and on the disk with what there is to tell of it.
    """

    def __init__(
        self,
        worker: Worker,
        clock: Clock,
        table: Incidents,
        place: int,
        mutes: dict[str, int],
    ) -> None:
        self._worker = worker
        self._clock = clock
        self._table = table
        self._place = place
        self._mutes = mutes
        self._untold: list[Change] = []
        self._written = clock.utc()
        self._news = asyncio.Condition()

    @classmethod
    async def open(cls, worker: Worker, clock: Clock) -> "IncidentBook":
        """The table as it was left."""

        def read(db: apsw.Connection) -> tuple[list[Incident], int, dict[str, int]]:
            found = (_row(row) for (row,) in db.execute("SELECT row FROM incident"))
            rows = [row for row in found if row is not None]
            ((place,),) = db.execute("SELECT coalesce(max(place), 0) FROM change")
            return rows, place, dict(db.execute("SELECT subject, until FROM mute"))

        rows, place, mutes = await worker.do(read)
        return cls(worker, clock, Incidents(rows), place, mutes)

    def __iter__(self) -> Iterator[Incident]:
        """The incidents that are there, the oldest first."""
        return iter(self._table)

    def report(self, subject: str, fault: Fault, detail: str = "") -> None:
        """It is bad. TableFull (a ValueError) where there is no room for another subject."""
        self._table.report(subject, fault.code, self._clock.utc(), detail)

    def recover(self, subject: str, fault: Fault) -> None:
        """It is good again; of no consequence where it was not known to be bad."""
        self._table.recover(subject, fault.code, self._clock.utc())

    def found(self, subject: str, bad: Iterable[tuple[Fault, str]]) -> None:
        """All that is wrong with a subject, each with its detail: what else was is over."""
        wrong = list(bad)
        self._table.recover_others(subject, [fault.code for fault, _ in wrong], self._clock.utc())
        for fault, detail in wrong:
            self.report(subject, fault, detail)

    def muted_until(self, subject: str) -> int:
        """Until when (µs UTC) nobody outside is to be told of that subject; 0: they are told."""
        until, now = self._mutes.get(subject, 0), self._clock.utc()
        # One that would last longer than it may was given by a clock that has been set back.
        return until if now < until <= now + LONGEST_MUTE * SECOND else 0

    async def mute(self, subject: str, seconds: int) -> None:
        """Have nobody told of that subject for so long, also over restarts; 0: tell again."""
        until = self._clock.utc() + seconds * SECOND

        def put(db: apsw.Connection) -> None:
            sql = "DELETE FROM mute WHERE subject = ? OR until < ?"
            db.execute(sql, (subject, self._clock.utc()))
            if seconds:
                db.execute("INSERT INTO mute VALUES (?, ?)", (subject, until))

        await self._worker.do(put)
        self._mutes[subject] = until

    async def test(self) -> None:
        """Have a test told, as a failure would be."""
        now = self._clock.utc()
        row = Incident(
            subject="test", code=faults.ALERT_TEST.code, opened=(now,), seen=now, settling=now
        )
        self._untold.append(Change(Told.OPENED, now, row))
        await self._write()

    async def history(self, subject: str | None, limit: int) -> list[Change]:
        """The last changes, the oldest first; of one subject where one is named."""
        sql = "SELECT change FROM change ORDER BY place DESC"

        def read(db: apsw.Connection) -> list[Change]:
            every = (msgspec.json.decode(each, type=Change) for (each,) in db.execute(sql))
            found = (each for each in every if subject in (None, each.incident.subject))
            return [*islice(found, limit)][::-1]

        return await self._worker.do(read)

    @property
    def place(self) -> int:
        """The place of the newest change."""
        return self._place

    async def changes(self, after: int) -> AsyncIterator[Numbered]:
        """What is told from behind that place on, for ever. Keep the place in a store of your own.

        A place makes a stable id for a message about it.
        """
        sql = "SELECT place, change FROM change WHERE place > ? ORDER BY place LIMIT 100"
        at = after

        def read(db: apsw.Connection) -> list[Numbered]:
            rows = db.execute(sql, (at,))
            return [Numbered(n, msgspec.json.decode(each, type=Change)) for n, each in rows]

        while True:
            for numbered in await self._worker.do(read):
                yield numbered
                at = numbered.place
            await self._beyond(at)

    async def _beyond(self, place: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: self._place > place)

    async def run(self) -> NoReturn:
        """Tell what is due, for ever. A disk that takes nothing may be what there is to tell."""
        try:
            while True:
                await asyncio.sleep(ROUND)
                try:
                    await self.advance()
                except apsw.Error as error:
                    log.error("incidents wait to be written: %s", error)
                    await asyncio.sleep(FULL)
        finally:
            await self._write()

    async def advance(self) -> None:
        """Tell what is due by now. apsw.Error where the disk does not take it: then next time."""
        now = self._clock.utc()
        changes = self._table.tick(now)
        for change in changes:
            _log(change)
        self._untold += changes
        if self._untold or (self._table.touched and not 0 <= now - self._written < SELDOM):
            await self._write()

    async def _write(self) -> None:
        changes, self._untold = self._untold, []
        keys, self._table.touched = self._table.touched, set()
        rows = [(key, self._table.row(key)) for key in keys]
        self._written = self._clock.utc()
        try:
            self._place = await self._worker.do(lambda db: _put(db, rows, changes))
        except apsw.Error:
            self._untold = changes + self._untold
            self._table.touched |= keys
            raise
        async with self._news:
            self._news.notify_all()


def _put(
    db: apsw.Connection, rows: list[tuple[Key, Incident | None]], changes: list[Change]
) -> int:
    """Write what changed; the newest change's place."""
    for key, row in rows:
        db.execute("DELETE FROM incident WHERE (subject, code) = (?, ?)", key)
        if row is not None:
            db.execute("INSERT INTO incident VALUES (?, ?, ?)", (*key, msgspec.json.encode(row)))
    for change in changes:
        db.execute("INSERT INTO change (change) VALUES (?)", (msgspec.json.encode(change),))
    ((place,),) = db.execute("SELECT coalesce(max(place), 0) FROM change")
    db.execute("DELETE FROM change WHERE place <= ?", (int(str(place)) - REMEMBERED,))
    return int(str(place))


def _row(encoded: bytes) -> Incident | None:
    """A row as it was written; None where its code is one of a later version, which ran here."""
    row = msgspec.json.decode(encoded, type=Incident)
    try:
        return row if row.fault else None
    except KeyError:
        log.warning("an incident %s is of a later version, and is forgotten", row.code)
        return None


def _log(change: Change) -> None:
    row = change.incident
    level = logging.INFO if change.what is Told.RECOVERED else logging.WARNING
    log.log(level, "%s %s: %s %s", row.subject, change.what, row.fault, row.detail)
