"""What was heard of each box, durably: its last call and the largest counter that it has shown."""

from collections.abc import Iterable
from enum import Enum

import apsw
import msgspec
from msgspec import Struct

from pos_service_heartbeat import Beat
from pos_terminal.domain.health.silence import Life
from pos_terminal.storage.worker import Worker

SCHEMA = """
CREATE TABLE heard (
    till TEXT PRIMARY KEY, token TEXT NOT NULL, counter INTEGER NOT NULL, at INTEGER NOT NULL,
    beat BLOB
) STRICT, WITHOUT ROWID;
"""


class Taken(Enum):
    """How a call ended."""

    NEW = "new"
    OLD = "old"


class Heard(Struct, frozen=True):
    """A box: its token's hash, when (µs UTC) it was heard last, or written down here, and what it
    said; None where it was never heard.
    """

    token: str
    counter: int
    at: int
    beat: Beat | None = None

    @property
    def life(self) -> Life:
        """When to expect it again."""
        if self.beat is None:  # absence is not consent: one that never calls is silent, too
            return Life(self.at, self.at, None, closed=False)
        return Life(self.at, self.beat.utc, self.beat.opens, closed=self.beat.closed)


class HeardBook:
    """All boxes, in memory and in a file. Make one with `HeardBook.open`."""

    def __init__(self, worker: Worker, tills: dict[str, Heard]) -> None:
        self._worker = worker
        self._tills = tills

    @classmethod
    async def open(cls, worker: Worker, tokens: Iterable[tuple[str, str]], now: int) -> "HeardBook":
        """The boxes as they were left: those of these names and tokens, and no others."""
        wanted = dict(tokens)

        def read(db: apsw.Connection) -> dict[str, Heard]:
            found = {}
            for till, token, counter, at, beat in db.execute("SELECT * FROM heard"):
                # Another token is another box: its counter begins anew.
                if wanted.get(till) == token:
                    found[till] = Heard(token, counter, at, _beat(beat))
                else:
                    db.execute("DELETE FROM heard WHERE till = ?", (till,))
            for till in wanted.keys() - found.keys():
                found[till] = Heard(wanted[till], 0, now)
                sql = "INSERT INTO heard VALUES (?, ?, 0, ?, NULL)"
                db.execute(sql, (till, wanted[till], now))
            return found

        return cls(worker, await worker.do(read))

    def __getitem__(self, till: str) -> Heard:
        return self._tills[till]

    async def take(self, till: str, beat: Beat, at: int) -> Taken:
        """A box has called. Durable on return; OLD, and nothing changed, where its counter is not
        larger than any before.
        """

        def put(db: apsw.Connection) -> bool:
            sql = "UPDATE heard SET counter = ?, at = ?, beat = ? WHERE till = ? AND counter < ?"
            encoded = msgspec.json.encode(beat)
            db.execute(sql, (beat.counter, at, encoded, till, beat.counter))
            return db.changes() == 1

        if not await self._worker.do(put):
            return Taken.OLD
        known = self._tills[till]
        if beat.counter > known.counter:  # two calls may have crossed
            self._tills[till] = Heard(known.token, beat.counter, at, beat)
        return Taken.NEW


def _beat(encoded: bytes | None) -> Beat | None:
    """A beat as it was written; None where there is none, or it is of a version that is no more."""
    try:
        return None if encoded is None else msgspec.json.decode(encoded, type=Beat)
    except msgspec.MsgspecError:
        return None
