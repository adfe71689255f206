"""A folder of files that are used again and overwritten where they lie.

A new file, a name and one that goes each cost ext4 a commit of its journal, some 30 KiB and two
flushes of the card. What is put over blocks that are there already costs its own pages and one.

A file has a page with a mark, which says how it stands with the content that lies in the pages
behind it. They are written and synced one by one: a power cut may spoil all of a page that is
being written (as on a flash card), and so one of the two at most. Each has the number with which
it was written: a mark of an earlier one says nothing of the content that is there now.
"""

import logging
import os
from binascii import crc32
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from struct import Struct
from threading import Lock

from pos_terminal.storage.files import write_durably

log = logging.getLogger(__name__)

PAGE = 4096
"""Bytes that a cut may spoil as one."""

SUFFIX = ".kept"

SPARE, LARGE = 4, 8 * PAGE
"""Empty files that a start leaves for what comes, and from how many bytes on it leaves none."""

_HEAD = Struct(">QI")
"""Number and length; behind them the CRC-32 of both and of what follows. A page of zeros, as a card
may return for one that it lost, has another."""

_SUM = Struct(">I")


@dataclass(eq=False, slots=True)
class Kept:
    """What lies in a file. `mark` is empty where it has none; either is None where it is spoilt."""

    path: Path
    number: int
    content: bytes | None
    mark: bytes | None = b""


class ReusedFiles:
    """The files. Calls block for the disk's time, and raise OSError. Threads may share them, each
    with what it keeps itself. Before `load` the folder counts as empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._free: list[Path] = []
        self._names = count(1)
        self._numbers = count(1)
        self._taking = Lock()

    def load(self) -> list[Kept]:
        """What is in them, in the order in which it was put, and what is spoilt."""
        paths = list(self._folder.glob(f"*{SUFFIX}"))
        found = [kept for path in paths if (kept := read(path))]
        stems = [int(path.stem) for path in paths if path.stem.isdecimal()]
        self._names = count(max(stems, default=0) + 1)
        self.begin_behind(max((kept.number for kept in found), default=0))
        self._free = [kept.path for kept in found if kept.content == b""]
        self._trim({kept.path for kept in found if kept.mark is None})
        return sorted((kept for kept in found if kept.content != b""), key=lambda k: k.number)

    def begin_behind(self, number: int) -> None:
        """What is put from here on has a number behind this one."""
        self._numbers = count(max(number + 1, next(self._numbers)))

    def _trim(self, spoilt: set[Path]) -> None:
        """Leave few empty files, and none that is large or has a spoilt mark."""
        small = [each for each in self._free if each.stat().st_size <= LARGE]
        spare = [each for each in small if each not in spoilt][:SPARE]
        for path in set(self._free) - set(spare):
            with suppress(OSError):  # it stays as it is until the next start
                path.unlink()
        self._free = spare

    def put(self, content: bytes, number: int | None = None) -> Kept:
        """Keep that, durably as this returns; behind all others, or with a number of its own."""
        with self._taking:
            # A number of its own may be that of a mark which an empty file still has.
            path = self._free.pop() if self._free and number is None else None
            number = next(self._numbers) if number is None else number
            name = next(self._names) if path is None else 0
        pages = _pages(number, content)
        if path is None:
            path = self._folder / f"{name:06}{SUFFIX}"
            write_durably(path, _pages(0, b"") + pages, 0o600)
        else:
            try:
                _overwrite(path, pages, PAGE)
            except OSError:
                self._free.append(path)
                raise
        return Kept(path, number, content)

    def mark(self, kept: Kept, mark: bytes) -> None:
        """Say of what is kept how it stands with it, in fewer bytes than a page has; durably."""
        _overwrite(kept.path, _pages(kept.number, mark), 0)
        kept.mark = mark

    def clear(self, kept: Kept) -> None:
        """It is not kept any longer, and nothing of it is in the file; durably."""
        size = kept.path.stat().st_size - PAGE
        if kept.content is not None:
            size = len(_pages(kept.number, kept.content))
        _overwrite(kept.path, _pages(kept.number, b"").ljust(size, b"\0"), PAGE)
        if kept.mark is None:
            self.mark(kept, b"")
        self._free.append(kept.path)


def read(path: Path) -> Kept | None:
    """What is in that file; None, and in the log, where it cannot be read."""
    try:
        content = path.read_bytes()
    except OSError as error:
        log.error("%s cannot be read, and stays: %s", path, error)
        return None
    marked, body = _taken_apart(content[:PAGE]), _taken_apart(content[PAGE:])
    if body is None:
        number, mark = marked or (0, None)
        return Kept(path, number, None, mark)
    return Kept(path, *body, _mark_of(body[0], marked))


def _mark_of(number: int, marked: tuple[int, bytes] | None) -> bytes | None:
    """What the mark says of the content of that number."""
    if marked is None or marked[0] > number:
        return None
    return marked[1] if marked[0] == number else b""


def _pages(number: int, content: bytes) -> bytes:
    head = _HEAD.pack(number, len(content))
    whole = head + _SUM.pack(crc32(head + content)) + content
    return whole.ljust(-(-len(whole) // PAGE) * PAGE, b"\0")


def _taken_apart(pages: bytes) -> tuple[int, bytes] | None:
    """Number and content; None where they are not whole."""
    begin = _HEAD.size + _SUM.size
    if len(pages) < begin:
        return None
    head, told = pages[: _HEAD.size], pages[_HEAD.size : begin]
    number, length = _HEAD.unpack(head)
    content = pages[begin : begin + length]
    return (number, content) if told == _SUM.pack(crc32(head + content)) else None


def _overwrite(path: Path, pages: bytes, place: int) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        written = os.pwrite(fd, pages, place)
        if written != len(pages):
            raise OSError(f"{path}: {written} of {len(pages)} bytes written")
        # Not fsync: when the file was written is no matter, and costs a commit of ext4's own.
        os.fdatasync(fd)
    finally:
        os.close(fd)
