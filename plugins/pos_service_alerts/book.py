"""What the alerts remember: how far they have told, whose mail was held back, and the threads."""

import secrets

import apsw
import msgspec
from msgspec import Struct

from pos_service_alerts.changed import Changed
from pos_terminal.agent.clock import Clock
from pos_terminal.agent.delivery import HOUR, DeliveryRules, has_room
from pos_terminal.domain.health.incidents import Change
from pos_terminal.storage.worker import Worker

SCHEMA = """
CREATE TABLE known (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE thread (
    place INTEGER PRIMARY KEY, subject TEXT NOT NULL, code TEXT NOT NULL, root TEXT NOT NULL,
    UNIQUE (subject, code)
) STRICT;
CREATE TABLE written (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, address TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE changed (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, change BLOB NOT NULL
) STRICT;
CREATE TABLE held (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, address TEXT NOT NULL, change BLOB NOT NULL
) STRICT;
"""

REMEMBERED = 2000
"""Threads and written mails that are known; an hour's, of all recipients, are far fewer."""

MOST_HELD = 1000
"""Changes held back for one recipient: further ones are only counted."""


class Summary(Struct, frozen=True):
    """What was held back for a recipient: the mail's id, the last of it, and how many more."""

    id: str
    last: int
    changes: list[Change]
    more: int


class AlertBook:
    """The plug-in's store. Each method is one transaction, done when it returns."""

    def __init__(self, worker: Worker, clock: Clock) -> None:
        self._worker = worker
        self._clock = clock

    async def box(self) -> str:
        """A word of chance, this box's from its first mail on: it makes ids of mails its own."""
        return await self._kept("box", secrets.token_hex(6))

    async def place(self, newest: int) -> int:
        """Behind which change to go on: `newest` the first time, and in a table that is new."""
        return min(int(await self._kept("place", str(newest))), newest)

    async def move(self, place: int) -> None:
        """All changes up to that place are told."""
        await self.note("place", str(place))

    async def noted(self, name: str) -> str:
        """What was noted under that name; empty for nothing."""
        return await self._worker.do(lambda db: _known(db, name))

    async def note(self, name: str, value: str) -> None:
        """Note it."""
        await self._worker.do(lambda db: _note(db, name, value))

    async def thread(self, subject: str, code: str, id: str, *, anew: bool) -> str:
        """The id of the mail that began an incident's thread: `id` where `anew`, or it has none."""

        def find(db: apsw.Connection) -> str:
            key = (subject, code)
            sql = "SELECT root FROM thread WHERE (subject, code) = (?, ?)"
            root = None if anew else db.execute(sql, key).get
            if root is None:
                db.execute("INSERT OR REPLACE INTO thread (subject, code, root) VALUES (?, ?, ?)",
                           (*key, id))  # fmt: skip
                _forget(db, "thread")
            return str(root or id)

        return await self._worker.do(find)

    async def may_go(self, id: str, address: str, change: Change, an_hour: int) -> bool:
        """Whether that mail goes now, or is held back for the summary; the same when asked again.

        Behind one that is held back all others are: a recovery is not told before its failure.
        """
        now = self._clock.utc()

        def decide(db: apsw.Connection) -> bool:
            if db.execute("SELECT 1 FROM written WHERE id = ?", (id,)).get:
                return True
            if db.execute("SELECT 1 FROM held WHERE id = ?", (id,)).get:
                return False
            sql = "SELECT count(*) FROM held WHERE address = ?"
            waiting = int(str(db.execute(sql, (address,)).get))
            if not waiting and _has_room(db, address, an_hour, now):
                _write(db, id, address, now)
                return True
            if waiting < MOST_HELD:
                encoded = msgspec.json.encode(change)
                db.execute("INSERT INTO held (id, address, change) VALUES (?, ?, ?)",
                           (id, address, encoded))  # fmt: skip
            else:
                more = int(_known(db, f"more {address}") or 0) + 1
                _note(db, f"more {address}", str(more))
            return False

        return await self._worker.do(decide)

    async def summary(self, address: str, an_hour: int) -> Summary | None:
        """What was held back for a recipient and may be told now; None: nothing, or no room yet.

        The same again until it is `summed_up`: so one that is put into the outbox twice is one.
        """
        now, name = self._clock.utc(), f"summary {address}"

        def take(db: apsw.Connection) -> Summary | None:
            begun = _known(db, name)
            if not begun and not _has_room(db, address, an_hour, now):
                return None
            sql = "SELECT place, change FROM held WHERE address = ? AND place <= ? ORDER BY place"
            rows = list(db.execute(sql, (address, int(begun.split()[0]) if begun else 1 << 62)))
            if not rows:
                return None
            last = int(str(rows[-1][0]))
            if not begun:
                begun = f"{last} {now}"
                _note(db, name, begun)
            changes = [msgspec.json.decode(each, type=Change) for _, each in rows]
            more = int(_known(db, f"more {address}") or 0)
            return Summary(f"summary.{begun.replace(' ', '.')}", last, changes, more)

        return await self._worker.do(take)

    async def summed_up(self, summary: Summary, address: str) -> None:
        """That summary is in the outbox: what it told of is held back no longer."""
        now = self._clock.utc()

        def done(db: apsw.Connection) -> None:
            db.execute("DELETE FROM held WHERE address = ? AND place <= ?", (address, summary.last))
            for name in ("summary", "more"):
                db.execute("DELETE FROM known WHERE name = ?", (f"{name} {address}",))
            _write(db, f"{summary.id}.{address}", address, now)

        await self._worker.do(done)

    async def changed(self, id: str, change: Changed, kept: int) -> bool:
        """Remember a change, and of the older ones so many; False where it was known already."""

        def put(db: apsw.Connection) -> bool:
            sql = "INSERT OR IGNORE INTO changed (id, change) VALUES (?, ?)"
            db.execute(sql, (id, msgspec.json.encode(change)))
            new = db.changes() == 1
            sql = "DELETE FROM changed WHERE place <= (SELECT max(place) FROM changed) - ?"
            db.execute(sql, (kept,))
            return new

        return await self._worker.do(put)

    async def changes(self, most: int) -> list[Changed]:
        """The last changes, the oldest first."""
        sql = "SELECT change FROM changed ORDER BY place DESC LIMIT ?"

        def read(db: apsw.Connection) -> list[Changed]:
            rows = db.execute(sql, (most,)).fetchall()
            return [msgspec.json.decode(each, type=Changed) for (each,) in reversed(rows)]

        return await self._worker.do(read)

    async def _kept(self, name: str, otherwise: str) -> str:
        """What is noted under that name; from now on `otherwise` where that is nothing."""

        def find(db: apsw.Connection) -> str:
            found = _known(db, name)
            if not found:
                _note(db, name, otherwise)
            return found or otherwise

        return await self._worker.do(find)


def _known(db: apsw.Connection, name: str) -> str:
    return str(db.execute("SELECT value FROM known WHERE name = ?", (name,)).get or "")


def _note(db: apsw.Connection, name: str, value: str) -> None:
    db.execute("INSERT OR REPLACE INTO known VALUES (?, ?)", (name, value))


def _has_room(db: apsw.Connection, address: str, an_hour: int, now: int) -> bool:
    sql = "SELECT at FROM written WHERE address = ? AND at > ?"
    written = [at for (at,) in db.execute(sql, (address, now - HOUR))]
    return has_room(written, DeliveryRules(an_hour=an_hour), now)


def _write(db: apsw.Connection, id: str, address: str, now: int) -> None:
    sql = "INSERT OR IGNORE INTO written (id, address, at) VALUES (?, ?, ?)"
    db.execute(sql, (id, address, now))
    _forget(db, "written")


def _forget(db: apsw.Connection, table: str) -> None:
    sql = f"DELETE FROM {table} WHERE place <= (SELECT max(place) FROM {table}) - ?"
    db.execute(sql, (REMEMBERED,))
