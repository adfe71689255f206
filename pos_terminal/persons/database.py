"""The file `persons.db`: its tables, how it is opened, and how nothing of a deleted row stays.

Each item's key lies elsewhere (`persons.slots`), where it can be destroyed for good: a wipe leaves
nothing in this file, and cannot reach the blocks that it and its log had on the disk before.
`secure_delete` overwrites deleted rows. It does not reach the copies that SQLite leaves in a page
when it moves rows to a neighbour, so a wipe writes the whole file anew (VACUUM) and empties the
write-ahead log. `unwiped` outlasts a power cut between a deletion and its wipe.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import apsw

from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.persons import keyfile
from pos_terminal.persons.errors import PersonsError
from pos_terminal.storage.files import sync_directory
from pos_terminal.storage.sqlite import connect, writing

NAME = "persons.db"
SLOTS = "persons.slots"
"""Beside it, each item's own key, sealed under the store key (storage/slots.py)."""

APPLICATION = 0x504F5350
"""PRAGMA application_id, «POSP»."""

LAYOUT = 1
"""PRAGMA user_version."""

_SCHEMA = f"""
CREATE TABLE person (person TEXT PRIMARY KEY, erased INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE item (
    person TEXT NOT NULL REFERENCES person, name TEXT NOT NULL,
    purpose TEXT NOT NULL, ground TEXT NOT NULL, kept_until TEXT,
    slot INTEGER NOT NULL UNIQUE, sealed BLOB NOT NULL, PRIMARY KEY (person, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE state (key_id BLOB, journal_seq INTEGER NOT NULL, unwiped INTEGER NOT NULL) STRICT;
INSERT INTO state VALUES (NULL, 0, 0);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {LAYOUT};
"""


def open_writer(path: Path, vfs: str) -> apsw.Connection:
    """A connection that writes; makes the file, readable by this user alone, and its tables."""
    with ExitStack() as undo, _alone(path.parent):
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)  # the log takes the file's mode over
        db = connect(path, vfs, apsw.SQLITE_OPEN_READWRITE)
        undo.callback(db.close)
        _make_safe(db)
        # Whoever makes the tables is alone here; who finds them waits for nobody that writes.
        if not db.execute("SELECT count(*) FROM sqlite_schema").get:
            with writing(db):
                db.execute(_SCHEMA).fetchall()
        sync_directory(path.parent)
        check_layout(db, path)
        undo.pop_all()
    return db


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Keeps other processes from opening meanwhile: SQLite's change to a log waits for nobody.

    The lock lies on the folder of keys: to close the database's own file would drop SQLite's locks
    on it («How To Corrupt An SQLite Database File», 2.2), and the state itself the till holds.
    """
    keys = keyfile.path_in(directory).parent
    keys.mkdir(mode=0o700, exist_ok=True)
    fd = os.open(keys, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _make_safe(db: apsw.Connection) -> None:
    """A commit is on the disk on return, and what is deleted is overwritten."""
    if db.pragma("journal_mode", "wal") != "wal":
        detail = say("{path} n'admet pas de journal d'écriture (WAL)", path=db.filename)
        raise PersonsError(faults.PERSONS_FAILED, detail)
    db.pragma("synchronous", "full")
    db.pragma("secure_delete", "on")
    db.pragma("temp_store", "memory")  # a wipe's working copy stays out of /tmp
    db.pragma("foreign_keys", "on")
    db.pragma("trusted_schema", "off")


def open_reader(path: Path, vfs: str) -> apsw.Connection:
    """A connection that only reads."""
    with ExitStack() as undo:
        db = connect(path, vfs, apsw.SQLITE_OPEN_READONLY)
        undo.callback(db.close)
        check_layout(db, path)
        undo.pop_all()
    return db


def check_layout(db: apsw.Connection, path: Path) -> None:
    """PersonsError unless this database is one of persons that this version can read."""
    if db.pragma("application_id") != APPLICATION:
        raise PersonsError(
            faults.PERSONS_DAMAGED, say("{path} ne contient pas de personnes", path=path)
        )
    if db.pragma("user_version") > LAYOUT:
        layout = db.pragma("user_version")
        raise PersonsError(
            faults.PERSONS_NEWER, say("{path} a le format {layout}", path=path, layout=layout)
        )


def wipe(db: apsw.Connection) -> None:
    """Leave nothing of what was deleted in the file or its log, if anything was since the last.

    apsw.BusyError where another process reads for longer than 5 s: the next wipe makes it good.
    """
    if not db.execute("SELECT unwiped FROM state").get:
        return
    db.execute("VACUUM")
    db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    db.execute("UPDATE state SET unwiped = 0")
