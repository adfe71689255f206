"""How every SQLite file of the terminal is opened.

SQLite comes with apsw, never from the system: before 3.51.3 a write-ahead log that was reset in
the middle of a checkpoint could lose rows (versions 3.7.0 to 3.51.2).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import apsw

log = logging.getLogger(__name__)

_OLDEST = (3, 51, 3)


class SqliteTooOld(apsw.Error):
    """The library at hand can lose rows: nothing is opened with it."""


def connect(path: Path, vfs: str, flags: int) -> apsw.Connection:
    """A connection to `path`; waits up to 5 s for another's lock, then apsw.BusyError.

    psow=0: a card that loses power in the middle of a sector may spoil all of that sector, so no
    commit ever writes into one that holds an earlier commit (SQLite pads the log to whole sectors).
    """
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    if version < _OLDEST:
        found = apsw.sqlite_lib_version()
        raise SqliteTooOld(f"SQLite {found} can lose rows; 3.51.3 or newer is needed")
    # SQLite refuses a link anywhere in the name; the folders above the state are not the state's.
    here = path.parent.resolve() / path.name
    name = f"file:{quote(str(here))}?psow=0"
    flags |= apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_NOFOLLOW
    db = apsw.Connection(name, flags=flags, vfs=vfs or None)
    db.set_busy_timeout(5000)
    return db


@contextmanager
def reading_beside(path: Path) -> Iterator[apsw.VFSFile]:
    """The bytes of a database that this process has open; apsw.Error where they are not read.

    Through SQLite's own file layer: a file of ours, once closed, would drop every lock that the
    connections here have on it («How To Corrupt An SQLite Database File», 2.2). Another process
    would then take the log away from under them.
    """
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_NOFOLLOW
    file = apsw.VFSFile("", str(path.parent.resolve() / path.name), [flags, 0])
    try:
        yield file
    finally:
        file.xClose()


def let_go(db: apsw.Connection) -> None:
    """Close a connection; the last one takes the log in, and where the disk refuses it stays."""
    name = db.filename
    try:
        db.close()
    except apsw.Error as error:
        log.warning("the log was not taken into %s, and stays: %s", name, error)


@contextmanager
def writing(db: apsw.Connection) -> Iterator[None]:
    """One transaction that no other process writes beside: committed at the end, or all undone."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
