"""The write-ahead log as a file: made durable once more, and searched for a hole.

SQLite takes what it reads of the log for what is on the disk, and the log to end where a frame does
not fit. Neither need be so: a sync that failed leaves pages that are gone with the next power cut,
and one flipped bit hides every commit behind it.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import apsw

from pos_terminal.storage.files import write_durably
from pos_terminal.storage.sqlite import reading_beside

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


def has_hole(path: Path, valid: int) -> bool:
    """Whether commits stand in the log of that database, behind the `valid` frames that SQLite
    found, and are not in the database either: they were acknowledged.

    The last commit before a power cut may be there in part, and was not. A second one of this very
    log is behind a hole, as each is begun once the one before it is synced.
    """
    try:
        with log_of(path).open("rb") as log, reading_beside(path) as database:
            page, salts = _kind(log, database)
            if not page:
                return False
            commits: list[int] = []
            lost: dict[int, int] = {}
            coming: dict[int, int] = {}
            for frame in _frames(log, page, salts, valid):
                coming[frame.page] = frame.at
                if frame.commit:
                    commits.append(frame.commit)
                    lost.update(coming)
                    coming.clear()
            # SQLite may repeat a commit's last frame once, to fill a sector.
            if len(commits) <= 2 and len({*commits}) <= 1:
                return False
            known = {frame.page: frame.at for frame in _frames(log, page, salts, 0, valid)}
            # One that was taken in before the log was hurt is in the database: nothing is lost.
            return any(
                _at(log, place, page)
                != (_at(log, known[number], page) if number in known
                    else database.xRead(page, (number - 1) * page))
                for number, place in lost.items()
            )  # fmt: skip
    except FileNotFoundError:
        return False


class Frame(NamedTuple):
    """A page of a commit in the log: which, where its bytes are, and with a commit's last the size
    of the database in pages, which is 0 in the others."""

    page: int
    at: int
    commit: int


def _kind(log: BinaryIO, database: apsw.VFSFile) -> tuple[int, bytes]:
    """The size of the log's pages, and its salts: those of its own frames.

    One flipped bit in the log's header hides all of it, so where its sum is wrong the database says
    the one, and the first frame the other.
    """
    header = _at(log, 0, HEADER)
    if len(header) == HEADER and _summed(header[:24], header[3] & 1 == 1) == header[24:]:
        return int.from_bytes(header[8:12], "big"), header[16:24]
    size = int.from_bytes(database.xRead(2, 16), "big")
    return (1 << 16 if size == 1 else size), _at(log, HEADER + 8, 8)


def _summed(content: bytes, big: bool) -> bytes:
    """The log's checksum of these bytes (fileformat2, 4.2): big-endian by the magic's last bit."""
    one = two = 0
    for at in range(0, len(content), 8):
        words = struct.unpack_from(">II" if big else "<II", content, at)
        one = (one + words[0] + two) & 0xFFFFFFFF
        two = (two + words[1] + one) & 0xFFFFFFFF
    return struct.pack(">II", one, two)


def _frames(
    log: BinaryIO, page: int, salts: bytes, first: int, last: int | None = None
) -> Iterator[Frame]:
    """The frames of that log from one to another, or to its end.

    A log that began anew over this file left its old frames behind, which have other salts.
    """
    number = first
    while last is None or number < last:
        place = HEADER + number * (FRAME + page)
        frame = _at(log, place, FRAME + page)
        if len(frame) < FRAME + page:
            return
        if frame[8:16] == salts:
            commit = int.from_bytes(frame[4:8], "big")
            yield Frame(int.from_bytes(frame[:4], "big"), place + FRAME, commit)
        number += 1


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)


def keep_aside(path: Path) -> None:
    """Keep the log of that database as it is, before anything is written over what it lost."""
    write_durably(path.with_name(path.name + ASIDE), log_of(path).read_bytes(), mode=0o600)
