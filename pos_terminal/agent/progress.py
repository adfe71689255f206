"""How far a plug-in has come in the journal: its cursors. Moved once the work behind them is done.

So the agent may be killed at any moment: what was done and not yet moved past is done once more.
"""

from typing import NamedTuple, Protocol

import apsw

from pos_terminal.storage.worker import Worker

SCHEMA = """
CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL)
STRICT, WITHOUT ROWID;
"""


class Position(NamedTuple):
    """Behind the record with this number and hash."""

    seq: int
    hash: bytes


START = Position(0, b"")
"""In front of the first record."""


class ToldRecord(Protocol):
    """A record that a cursor may be moved behind."""

    @property
    def seq(self) -> int:
        """Its number."""

    @property
    def hash(self) -> bytes:
        """Its hash."""


class Cursor:
    """A place in the journal that outlasts the agent. Make one with `Cursor.open`."""

    def __init__(self, worker: Worker, name: str, at: Position) -> None:
        self._worker = worker
        self._name = name
        self.at = at

    @classmethod
    async def open(cls, worker: Worker, name: str) -> "Cursor":
        """The cursor of that name, where it was left; START the first time."""
        found = await worker.do(
            lambda db: db.execute("SELECT seq, hash FROM cursor WHERE name = ?", (name,)).get
        )
        return cls(worker, name, Position(found[0], bytes(found[1])) if found else START)

    async def move(self, record: ToldRecord) -> None:
        """Behind that record, durably: all that was to be done with it is done."""
        await self._put(Position(record.seq, bytes(record.hash)))

    async def rewind(self) -> None:
        """To the start: another journal, or an older copy of it, stands where this one was."""
        await self._put(START)

    async def _put(self, at: Position) -> None:
        def put(db: apsw.Connection) -> None:
            db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)", (self._name, *at))

        await self._worker.do(put)
        self.at = at
