"""A file of small secrets that are overwritten where they lie, so that a destroyed one is gone.

A database moves its rows, and a file that is written anew leaves its old blocks to the disk: either
way a deleted secret can be read from free blocks for years. Here each has a slot, whose bytes are
replaced in place and synced. That reaches the medium where the file system writes in place (ext4
but for `data=journal`, XFS); one that copies on write (btrfs, snapshots) and a flash card, which
writes elsewhere and erases later, keep the old bytes for a while: docs/persons.md says so.

Slots lie in pages, each of which is there twice. A power cut in a write may spoil all of the page
that is being written (as on a flash card), with other slots in it: the other copy is whole, as the
two are written and synced one behind the other.
"""

import fcntl
import io
import os
from binascii import crc32
from collections.abc import Iterator, Set
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from pos_terminal.storage.files import sync_directory

SIZE = 60
"""Bytes of a secret: a key of 32 that is sealed with a nonce of 12 and a tag of 16."""

PAGE = 4096
"""Bytes that a cut may spoil as one."""

_SLOT = SIZE + 4
_IN_PAGE = PAGE // _SLOT

_NOTHING = bytes(SIZE)
"""What an empty slot holds. Its checksum is not nought: a page of zeros, as a card may return for
one that it lost, holds no slots at all."""


class Spoilt(ValueError):
    """Neither copy of a slot is whole."""


class Slots:
    """The slots in a file that is opened, or in a copy of one in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._changes: list[tuple[int, bytes]] = []

    @classmethod
    def open(cls, path: Path, *, new: bool) -> "Slots":
        """Those of that file, to read and write; `new`: made if it is not there, for this user.

        FileNotFoundError and other OSErrors. What a cut left of a write is made good.
        """
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
        fd = os.open(path, flags | os.O_CREAT if new else flags, 0o600)
        with ExitStack() as undo:
            slots = cls(undo.enter_context(os.fdopen(fd, "r+b", buffering=0)))
            if new:
                sync_directory(path.parent)
            with slots.alone():
                slots._mend()
            undo.pop_all()
        return slots

    @classmethod
    def copied(cls, path: Path) -> "Slots":
        """Those of that file as they are now: what is destroyed later is in them still."""
        return cls(io.BytesIO(path.read_bytes()))

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps out whoever else writes, and those in `quiet`. Not to be nested."""
        with _locked(self._file.fileno(), fcntl.LOCK_EX):
            self._changes.clear()  # of somebody who gave up
            yield

    def get(self, slot: int) -> bytes:
        """The secret there; empty where there is none. Spoilt where its bytes are not whole."""
        for place in _places(slot):
            found = self._read(place)
            if found is not None:
                return b"" if found == _NOTHING else found
        raise Spoilt(f"slot {slot} is spoilt")

    def put(self, secret: bytes) -> int:
        """The slot that holds it, durably once `settle` has returned. To be called `alone`."""
        # Only one that is empty, not one that merely nobody names any more: whoever let it go may
        # take that back until it is destroyed.
        free = (slot for slot in range(self._count()) if self._read_any(slot) == _NOTHING)
        slot = next(free, None)
        if slot is None:
            slot = self._grow()
        self._change(slot, secret)
        return slot

    def keep(self, kept: Set[int]) -> None:
        """Destroy all but these, durably. To be called `alone`."""
        for slot in range(self._count()):
            if slot not in kept and self._read_any(slot) != _NOTHING:
                self._change(slot, _NOTHING)
        self.settle()

    def settle(self) -> None:
        """Make each `put` since `alone` durable."""
        if not self._changes:
            return
        self._sync()
        for slot, secret in self._changes:
            self._write(_places(slot)[1], _checked(secret))
        # Each copy by itself: a cut may spoil what is on its way to the disk.
        self._sync()
        self._changes.clear()

    def _count(self) -> int:
        # A pair of pages that a cut left half is none: nothing was ever in it.
        return self._file.seek(0, os.SEEK_END) // (2 * PAGE) * _IN_PAGE

    def _grow(self) -> int:
        slot = self._count()
        empty = _checked(_NOTHING) * _IN_PAGE
        for place in _places(slot):
            self._write(place, empty)
        return slot

    def _change(self, slot: int, secret: bytes) -> None:
        """Write the first copy."""
        self._write(_places(slot)[0], _checked(secret))
        self._changes.append((slot, secret))

    def _write(self, place: int, content: bytes) -> None:
        self._file.seek(place)
        if self._file.write(content) != len(content):
            raise OSError(f"{self._file.name} took a part of a write only")

    def _sync(self) -> None:
        # Not fsync: when the file was written is no matter, and costs a commit of ext4's own.
        os.fdatasync(self._file.fileno())

    def _read(self, place: int) -> bytes | None:
        self._file.seek(place)
        content = self._file.read(_SLOT)
        secret = content[:SIZE]
        return secret if len(content) == _SLOT and content == _checked(secret) else None

    def _read_any(self, slot: int) -> bytes | None:
        first, second = map(self._read, _places(slot))
        return second if first is None else first

    def _mend(self) -> None:
        """Make the two copies one again: the first is the newer, unless it was being written."""
        for slot in range(self._count()):
            first, second = map(self._read, _places(slot))
            right = second if first is None else first
            if right is None or first == second:
                continue
            self._write(_places(slot)[first is not None], _checked(right))
            self._sync()


@contextmanager
def quiet(path: Path) -> Iterator[None]:
    """Nobody writes to the slots of that file meanwhile, if there are any."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield
        return
    try:
        with _locked(fd, fcntl.LOCK_SH):
            yield
    finally:
        os.close(fd)


@contextmanager
def _locked(fd: int, how: int) -> Iterator[None]:
    fcntl.flock(fd, how)
    try:
        yield
    finally:
        fcntl.flock(fd, fcntl.LOCK_UN)


def _checked(secret: bytes) -> bytes:
    return secret + crc32(secret).to_bytes(4, "big")


def _places(slot: int) -> tuple[int, int]:
    """Where the slot's two copies are in the file."""
    page, place = divmod(slot, _IN_PAGE)
    first = 2 * PAGE * page + _SLOT * place
    return first, first + PAGE
