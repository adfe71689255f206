"""The file `journal.db`: its tables, how it is opened, and nothing about what records mean.

SQLite comes with apsw, never from the system: before 3.51.3 a write-ahead log that was reset in
the middle of a checkpoint could lose rows (versions 3.7.0 to 3.51.2).
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

import apsw

from pos_terminal.domain import faults
from pos_terminal.journal.chain import Row
from pos_terminal.journal.checkpoint import Seal
from pos_terminal.journal.errors import JournalError, using

NAME = "journal.db"
APPLICATION = 0x504F534A
"""PRAGMA application_id, «POSJ»: `file` and others can tell what this database is."""

log = logging.getLogger(__name__)

_OLDEST_SQLITE = (3, 51, 3)

_RECORDS = f"""
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, rec BLOB NOT NULL, hash BLOB NOT NULL, sig BLOB
) STRICT;
CREATE TABLE kind (kind TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER journal_insert BEFORE INSERT ON journal
    WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_kind AFTER INSERT ON journal
    WHEN NOT EXISTS (SELECT 1 FROM kind WHERE kind = new.kind)
    BEGIN INSERT INTO kind VALUES (new.kind, new.seq); END;
CREATE TRIGGER journal_update BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_delete BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
PRAGMA application_id = {APPLICATION};
"""

_EVIDENCE = """
CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY, body BLOB NOT NULL, sig BLOB NOT NULL
) STRICT;
CREATE TABLE cosignature (
    size INTEGER NOT NULL, witness TEXT NOT NULL, body BLOB NOT NULL, sig BLOB NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (size, witness)
) STRICT, WITHOUT ROWID;
CREATE TABLE keys (
    key_id TEXT NOT NULL, alg TEXT NOT NULL, public BLOB NOT NULL, from_seq INTEGER NOT NULL,
    certificate BLOB, PRIMARY KEY (key_id, alg)
) STRICT, WITHOUT ROWID;
CREATE TABLE purge (last INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER checkpoint_insert BEFORE INSERT ON checkpoint
    WHEN new.size <= (SELECT coalesce(max(size), 0) FROM checkpoint)
        OR new.size > (SELECT coalesce(max(seq), 0) FROM journal)
    BEGIN SELECT RAISE(ABORT, 'a checkpoint is of the records there are'); END;
CREATE TRIGGER purge_insert BEFORE INSERT ON purge
    WHEN NOT EXISTS (SELECT 1 FROM checkpoint WHERE size = new.last)
        OR new.last <= (SELECT coalesce(max(last), 0) FROM purge)
    BEGIN SELECT RAISE(ABORT, 'a purge ends with a checkpoint'); END;
DROP TRIGGER journal_update;
CREATE TRIGGER journal_update BEFORE UPDATE ON journal
    WHEN new.seq IS NOT old.seq OR new.kind IS NOT old.kind OR new.hash IS NOT old.hash
        OR new.rec IS NOT x'' OR new.sig IS NOT NULL
        OR old.seq > (SELECT coalesce(max(last), 0) FROM purge)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
""" + "".join(
    f"""
CREATE TRIGGER {table}_{change} BEFORE {change.upper()} ON {table}
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""
    for table in ("checkpoint", "cosignature", "keys", "purge")
    for change in ("update", "delete")
)

MIGRATIONS = (_RECORDS, _EVIDENCE)
"""What makes each layout of the one before, from none to the first on; each is one transaction.

A purged record keeps its row, its kind and its hash: `rec` is then x'' and `sig` NULL.
"""

LAYOUT = len(MIGRATIONS)
"""PRAGMA user_version."""


def connect(path: Path, vfs: str, flags: int) -> apsw.Connection:
    """A connection to `path`; waits up to 5 s for another's lock, then apsw.BusyError.

    psow=0: a card that loses power in the middle of a sector may spoil all of that sector, so no
    commit ever writes into one that holds an earlier commit (SQLite pads the log to whole sectors).
    """
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    if version < _OLDEST_SQLITE:
        raise JournalError(
            faults.JOURNAL_FAILED,
            f"SQLite {apsw.sqlite_lib_version()} can lose rows; 3.51.3 or newer is needed",
        )
    name = f"file:{quote(str(path))}?psow=0"
    db = apsw.Connection(name, flags=flags | apsw.SQLITE_OPEN_URI, vfs=vfs or None)
    db.set_busy_timeout(5000)
    return db


def let_go(db: apsw.Connection) -> None:
    """Close a connection; the last one takes the log in, and where the disk refuses it stays."""
    try:
        db.close()
    except apsw.Error as error:
        log.warning("the log was not taken into %s, and stays: %s", NAME, error)


def open_writer(path: Path, vfs: str) -> apsw.Connection:
    """The one connection that writes; makes the tables that are not there yet."""
    with ExitStack() as undo:
        db = connect(path, vfs, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        undo.callback(let_go, db)
        if not db.execute("SELECT count(*) FROM sqlite_schema").get:
            make_durable(db)
            migrate(db, 0)
        check_layout(db, path)
        make_durable(db)
        migrate(db, db.pragma("user_version"))
        undo.pop_all()
    return db


def migrate(db: apsw.Connection, layout: int) -> None:
    """Bring an older layout up to this version's; it is the old or the new, whatever happens."""
    for number, statements in enumerate(MIGRATIONS[layout:], layout + 1):
        with db:
            db.execute(f"{statements} PRAGMA user_version = {number};").fetchall()


def make_durable(db: apsw.Connection) -> None:
    """From here on a commit has returned only when it is on the disk."""
    if db.pragma("journal_mode", "wal") != "wal":
        raise JournalError(faults.JOURNAL_FAILED, f"{db.filename} takes no write-ahead log")
    db.pragma("synchronous", "full")
    db.pragma("wal_autocheckpoint", 0)
    db.pragma("trusted_schema", "off")


def check_layout(db: apsw.Connection, path: Path) -> None:
    """JournalError unless this database is a journal that this version can read."""
    if db.pragma("application_id") != APPLICATION:
        raise JournalError(faults.JOURNAL_FOREIGN, f"{path} is no journal")
    if db.pragma("user_version") > LAYOUT:
        raise JournalError(faults.JOURNAL_NEWER, f"{path} has layout {db.pragma('user_version')}")


@lru_cache(maxsize=64)
def insert(rows: int) -> str:
    """The statement that appends so many rows: one statement is one transaction, one commit."""
    values = ",".join(["(?,?,?,?,?)"] * rows)
    return f"INSERT INTO journal (seq, kind, rec, hash, sig) VALUES {values}"


class Reader:
    """A read-only connection. Each call ends its transaction, so that it never holds the log up."""

    def __init__(self, path: Path, vfs: str = "") -> None:
        self._db = connect(path, vfs, apsw.SQLITE_OPEN_READONLY)
        self._has_evidence = self._db.pragma("user_version") >= 2

    def check(self, path: Path) -> None:
        """JournalError unless this is a journal of a layout that this version can read."""
        check_layout(self._db, path)

    def rows(self, after: int, limit: int) -> list[Row]:
        """At most `limit` rows behind record `after`, in order."""
        sql = "SELECT seq, kind, rec, hash, sig FROM journal WHERE seq > ? ORDER BY seq LIMIT ?"
        return [Row._make(row) for row in self._db.execute(sql, (after, limit))]

    def hashes(self, after: int, limit: int) -> list[bytes]:
        """Their hashes alone, of purged records too."""
        sql = "SELECT hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?"
        return [bytes(found) for (found,) in self._db.execute(sql, (after, limit))]

    def seal(self, most: int | None = None) -> Seal | None:
        """The last checkpoint, or the last one of at most that size; None where there is none."""
        sql = "SELECT size, body, sig FROM checkpoint WHERE size <= ? ORDER BY size DESC LIMIT 1"
        if not self._has_evidence:
            return None
        rows = self._db.execute(sql, (sys.maxsize if most is None else most,)).fetchall()
        return Seal._make(rows[0]) if rows else None

    def seals(self, after: int, limit: int) -> list[Seal]:
        """At most `limit` checkpoints of more than `after` records, in order."""
        if not self._has_evidence:
            return []
        sql = "SELECT size, body, sig FROM checkpoint WHERE size > ? ORDER BY size LIMIT ?"
        return [Seal._make(row) for row in self._db.execute(sql, (after, limit))]

    def witnessed(self) -> int:
        """The largest size that somebody else has cosigned; 0 for none."""
        if not self._has_evidence:
            return 0
        size: int = self._db.execute("SELECT coalesce(max(size), 0) FROM cosignature").get
        return size

    def purged(self) -> int:
        """The last record that was purged; 0 for none."""
        if not self._has_evidence:
            return 0
        last: int = self._db.execute("SELECT coalesce(max(last), 0) FROM purge").get
        return last

    def key_records(self) -> list[int]:
        """The records that brought keys into force, as the projection `keys` says."""
        if not self._has_evidence:
            return []
        sql = "SELECT DISTINCT from_seq FROM keys ORDER BY from_seq"
        return [seq for (seq,) in self._db.execute(sql)]

    def last(self) -> int:
        """The last record's number; 0 in an empty journal."""
        seq: int = self._db.execute("SELECT coalesce(max(seq), 0) FROM journal").get
        return seq

    def kinds(self) -> list[str]:
        """Every kind there is, without a walk through the records."""
        return [kind for (kind,) in self._db.execute("SELECT kind FROM kind")]

    def close(self) -> None:
        """Let the file go."""
        self._db.close()


@contextmanager
def reading(path: Path, vfs: str = "") -> Iterator[Reader]:
    """A Reader on an existing journal; JournalError where there is none or it cannot be read."""
    if not path.exists():
        raise JournalError(faults.JOURNAL_MISSING, f"there is no {path}")
    with using(path), closing(Reader(path, vfs)) as reader:
        reader.check(path)
        yield reader
