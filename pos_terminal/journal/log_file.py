"""The write-ahead log as a file: made durable once more, and searched for a hole.

SQLite takes what it reads of the log for what is on the disk, and the log to end where a frame does
not fit. Neither need be so: a sync that failed leaves pages that are gone with the next power cut,
and one flipped bit hides every commit behind it.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pos_terminal.storage.files import write_durably

HEADER = 32
FRAME = 24
"""Bytes before the log's first frame, and before each frame's page: sqlite.org/fileformat2.html,
section 4.1."""

ASIDE = "-wal.hole"
"""What a log with a hole is kept as, beside the journal: it holds what was lost."""

CHUNK = 1 << 20


def log_of(path: Path) -> Path:
    """The log of a database."""
    return path.with_name(f"{path.name}-wal")


def make_durable_again(log: Path) -> None:
    """Write the log's bytes once more, and sync. OSError where the disk refuses.

    Where a sync fails the kernel takes the pages to be clean: they are read as written, no later
    sync writes them, and a power cut takes them (fsync(2), «Notes»). So a program that takes up a
    log which another left behind acknowledges nothing before this.
    """
    try:
        fd = os.open(log, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        at = 0
        while chunk := os.pread(fd, CHUNK, at):
            at += os.pwrite(fd, chunk, at)  # less than asked for, where a write is short
        os.fsync(fd)
    finally:
        os.close(fd)  # SQLite's locks are on its other two files


def has_hole(log: Path, valid: int) -> bool:
    """Whether commits stand behind the `valid` frames that SQLite found: they were acknowledged.

    The last commit before a power cut may be there in part, and was not. A second one of this very
    log is behind a hole, as each is begun once the one before it is synced.
    """
    try:
        with log.open("rb") as file:
            header = file.read(HEADER)
            page = int.from_bytes(header[8:12], "big")
            if len(header) < HEADER or not page:
                return False
            file.seek(HEADER + valid * (FRAME + page))
            found = [*_commits(file, page, header[16:24])]
    except FileNotFoundError:
        return False
    # SQLite may repeat a commit's last frame once, to fill a sector.
    return len(found) > 2 or len({*found}) > 1


def _commits(file: BinaryIO, page: int, salts: bytes) -> Iterator[bytes]:
    """The number of the last page of each commit of that log, from there on.

    A log that began anew over this file left its old frames behind, which have other salts.
    """
    while len(frame := file.read(FRAME + page)) == FRAME + page:
        # The size of the database behind a commit; 0 in the other frames.
        if frame[8:16] == salts and any(frame[4:8]):
            yield frame[:4]


def keep_aside(path: Path) -> None:
    """Keep the log of that database as it is, before anything is written over what it lost."""
    write_durably(path.with_name(path.name + ASIDE), log_of(path).read_bytes(), mode=0o600)
