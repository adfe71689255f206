"""Records: the journal's records as stored, read beside the writer and off the loop.

Nobody but the till opens its files. A reader takes little at a time, less while somebody is being
served, and never holds the writer's log up: each batch is a transaction of its own.
"""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    Closure,
    Record,
    Records,
    RecordsAsked,
    SigningKey,
)
from pos_terminal.channel.service import Peer
from pos_terminal.domain import faults
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.language import say
from pos_terminal.journal import last_backup
from pos_terminal.journal.chain import Row
from pos_terminal.journal.cosignature import witnessed
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.signatures import keys_in_force
from pos_terminal.runtime.methods.terminal import Evidence, Terminal
from pos_terminal.tasks.groups import to_the_end

MOST = 200
"""Records in one answer at most, and as many as are given to whoever names no limit."""

ENOUGH = 96 << 10
"""Bytes of records after which an answer ends: 16 readers who read nothing hold 2 MiB in base64."""

SERVING = 1.0
"""Seconds between two answers to a follower while a sale is open."""

GATHER = 0.2
"""Seconds in which a follower's next records gather, so that not each one costs an answer."""

AGAIN = 2.0
"""Seconds until a journal that is out of order is looked at again."""


class RecordMethods:
    """Reads the journal for whoever asks, one after the other."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._path = terminal.state / NAME
        self._one = asyncio.Lock()  # however many ask, one of the process's threads works for them

    async def records(self, peer: Peer, asks: RecordsAsked) -> AsyncGenerator[Records, None]:
        """Records behind a number, then each new one; at most so many at once."""
        after, limit = asks.after, min(asks.limit or MOST, MOST)
        if after < 0 or limit < 1:
            raise ChannelError(
                faults.BAD_REQUEST,
                say("écritures après {after}, {limit} à la fois", after=after, limit=limit),
            )
        while True:
            found = await self._read(after, limit)
            if after > found.last:  # an older copy was put back: who follows must begin anew
                detail = say(
                    "pas d'écriture {after} : le journal finit à {last}",
                    after=after,
                    last=found.last,
                )
                raise ChannelError(faults.BAD_REQUEST, detail)
            yield found
            if found.records:
                after = found.records[-1].seq
            await asyncio.sleep(SERVING if self._terminal.selling_now else GATHER)
            if after >= found.last:
                await self._grown(after)

    async def evidence(self) -> Evidence:
        """What the file says now; JournalError where it cannot be read."""
        async with self._one:
            return await to_the_end(partial(
                    _read_evidence,
                    self._path,
                    self._terminal.vfs,
                    self._terminal.settings.witnesses.quorum,
                ))

    async def _read(self, after: int, limit: int) -> Records:
        try:
            async with self._one:
                return await to_the_end(
                    partial(_read, self._path, self._terminal.vfs, after, limit)
                )
        except JournalError as error:
            raise ChannelError(error.fault, error.detail) from error

    async def _grown(self, after: int) -> None:
        """Return once there is a record behind that one."""
        while True:
            journal = self._terminal.journal()
            if journal and await journal.grown(after):
                return
            await asyncio.sleep(AGAIN)


def _read_evidence(path: Path, vfs: str, quorum: int) -> Evidence:
    with reading(path, vfs) as reader:
        row = reader.last_of_kind(PeriodClosed.kind)
        seen, closure = witnessed(reader, quorum).size, _closure(row) if row else None
        keys = keys_in_force(reader)
    key = SigningKey(keys[-1].public.key, keys[-1].origin) if keys else None
    return Evidence(seen, closure, last_backup.last_at(path.parent) or None, key)


def _closure(row: Row) -> Closure | None:
    """None where the record is purged; Broken where it is damaged."""
    if not row.rec:
        return None
    record = row.record()
    closed = record.event
    assert isinstance(closed, PeriodClosed)
    return Closure(closed.period.value, closed.number, closed.label, record.envelope.at)


def _read(path: Path, vfs: str, after: int, limit: int) -> Records:
    with reading(path, vfs) as reader:
        purged, last = reader.purged(), reader.last()
        rows = reader.rows(max(after, purged), limit)
    records, size = [], 0
    for row in rows:
        records.append(Record(row.seq, row.kind, row.rec, row.hash, row.sig))
        size += len(row.rec)
        if size > ENOUGH:
            break
    return Records(records, purged, last)
