"""How every SQLite file of the terminal is opened.

SQLite comes with apsw, never from the system: before 3.51.3 a write-ahead log that was reset in
the middle of a checkpoint could lose rows (versions 3.7.0 to 3.51.2).
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

log = logging.getLogger(__name__)

_OLDEST = (3, 51, 3)


ROOM = 128 * 1024
"""Bytes that a disk must have left for a log and its index: two of the latter, and a commit.

SQLite maps the index into memory and touches it as it grows. Where a file system has smaller blocks
than a page (ext4 under 512 MiB: 1 KiB, mke2fs.conf) there is none yet under what it touches, and a
full disk ends the program by SIGBUS, without a word.
"""


MOUNTS = Path("/proc/self/mountinfo")


class SqliteTooOld(apsw.Error):
    """The library at hand can lose rows: nothing is opened with it."""


def connect(path: Path, vfs: str, flags: int) -> apsw.Connection:
    """A connection to `path`; waits up to 5 s for another's lock, then apsw.BusyError.

    apsw.FullError where there is no room for a log's index.
    psow=0: a card that loses power in the middle of a sector may spoil all of that sector, so no
    commit ever writes into one that holds an earlier commit (SQLite pads the log to whole sectors).
    """
    version = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
    if version < _OLDEST:
        found = apsw.sqlite_lib_version()
        raise SqliteTooOld(f"SQLite {found} can lose rows; 3.51.3 or newer is needed")
    # SQLite refuses a link anywhere in the name; the folders above the state are not the state's.
    here = path.parent.resolve() / path.name
    # Who only reads, too: the first to come makes the index anew, whatever was left of one.
    must_have_room(here.parent)
    name = f"{uri(here)}?psow=0"
    flags |= apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_NOFOLLOW
    db = apsw.Connection(name, flags=flags, vfs=vfs or None)
    db.set_busy_timeout(5000)
    return db


def uri(path: Path) -> str:
    """The file's name as SQLite reads it, which ends at a `?` or `#` (sqlite.org/uri.html, 3.1)."""
    escaped = str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{escaped}"


def must_have_room(folder: Path) -> None:
    """apsw.FullError where the disk has too little room left for a log to grow; OSError."""
    try:
        disk = os.statvfs(folder)
    except FileNotFoundError:
        return  # whoever opens what is not there is told by SQLite
    left = disk.f_bavail * disk.f_frsize
    if left < ROOM and _reserved_for_us(folder):
        left = disk.f_bfree * disk.f_frsize
    if left < ROOM:
        raise apsw.FullError(f"{left >> 10} KiB are left, and {ROOM >> 10} are needed")


def _reserved_for_us(folder: Path) -> bool:
    """Whether the blocks that its file system sets aside are this user's: ext4 mounted with
    `resuid=` (ext4(5)), which statvfs does not tell."""
    device = folder.stat().st_dev
    where = f"{os.major(device)}:{os.minor(device)}"
    ours = f"resuid={os.geteuid()}"
    for line in MOUNTS.read_text().splitlines():  # proc_pid_mountinfo(5)
        fields = line.split()
        if fields[2] == where:
            return ours in fields[-1].split(",")
    return False


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
    """One transaction that no other process writes beside: committed at the end, or all undone.

    apsw.FullError before anything is written where the disk has too little room: of a commit that
    a full disk cut short nobody knows whether it is there.
    """
    must_have_room(Path(db.filename).parent)
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
