"""Disks that lose power, are slow, fill up or fail: SQLite VFSs, for `Journal.open(vfs=...)`.

Each is registered under its `name` for as long as the object lives, and passes everything through
to the real file system, so that what runs on it runs for real.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from pathlib import Path
from random import Random

import apsw

SECTOR = 512
"""Bytes that a power cut writes or does not write as one."""

PAGE = 4096
"""Bytes that a flash card rewrites as one, and spoils as one when it is cut in the middle."""

_numbers = count(1)


class Loss(Enum):
    """What a power cut does to what was written and not yet synced."""

    DROPPED = "nothing of it is there"
    TORN = "any of its sectors may be there, in any order"
    SPOILED = "as torn; and a whole page that was being written may hold anything"


@dataclass(frozen=True, slots=True)
class _Change:
    """One write, or with `data` None a truncation to `offset` bytes."""

    offset: int
    data: bytes | None

    def apply(self, content: bytearray) -> None:
        if self.data is None:
            del content[self.offset :]
            return
        content.extend(bytes(max(0, self.offset - len(content))))
        content[self.offset : self.offset + len(self.data)] = self.data

    def pieces(self, size: int) -> "list[_Change]":
        """The same write, cut at the borders of sectors of `size` bytes."""
        if self.data is None:
            return [self]
        first = size - self.offset % size
        starts = [0, *range(first, len(self.data), size)]
        ends = [*starts[1:], len(self.data)]
        return [
            _Change(self.offset + start, self.data[start:end])
            for start, end in zip(starts, ends, strict=True)
        ]


@dataclass(slots=True)
class _Content:
    """A file as it is surely on the disk, and what was written since."""

    synced: bytearray = field(default_factory=bytearray)
    changes: list[_Change] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.changes:
            change.apply(self.synced)
        self.changes.clear()

    def after(self, loss: Loss, random: Random) -> bytes:
        """The file as a cut may leave it."""
        content = bytearray(self.synced)
        if loss is Loss.DROPPED:
            return bytes(content)
        for change in self.changes:
            for piece in change.pieces(SECTOR):
                if random.random() < 0.5:
                    piece.apply(content)
        if loss is Loss.SPOILED:
            self._spoil(content, random)
        return bytes(content)

    def _spoil(self, content: bytearray, random: Random) -> None:
        """Rubbish in some page that an unsynced write touched, whatever else was in it."""
        pages = sorted(
            {
                piece.offset // PAGE
                for change in self.changes
                for piece in change.pieces(PAGE)
                if piece.data is not None
            }
        )
        for page in pages:
            there = len(content[page * PAGE : (page + 1) * PAGE])
            if random.random() < 0.5:
                content[page * PAGE : page * PAGE + there] = random.randbytes(there)


@dataclass(frozen=True, slots=True)
class Image:
    """The files of a disk at the instant of a cut."""

    files: dict[str, _Content]

    def restore(self, directory: Path, loss: Loss, random: Random) -> None:
        """Write to `directory` what the power came back to."""
        for name, content in self.files.items():
            (directory / name).write_bytes(content.after(loss, random))


class _Disk(apsw.VFS):
    """What the disks have in common: a name, and one place that sees each change."""

    def __init__(self, kind: str) -> None:
        self.name = f"{kind}-{next(_numbers)}"
        super().__init__(self.name, "")

    def xOpen(  # noqa: N802 - SQLite's names
        self, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> apsw.VFSFile:
        """SQLite opens a file."""
        return _File(self, name, flags)

    def _wrote(self, file: str, change: _Change) -> None:
        """Before a write or a truncation; what it raises is what SQLite is told."""

    def _syncing(self, file: str) -> None:
        """Before a sync."""

    def _synced(self, file: str) -> None:
        """After a sync."""


class _File(apsw.VFSFile):
    def __init__(
        self, disk: _Disk, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> None:
        super().__init__("", name, flags)
        full = name.filename() if isinstance(name, apsw.URIFilename) else name or "temporary"
        self._disk = disk
        self._name = Path(full).name

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk._wrote(self._name, _Change(offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._disk._wrote(self._name, _Change(newsize, None))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk._syncing(self._name)
        super().xSync(flags)
        self._disk._synced(self._name)


class PowerCutVFS(_Disk):
    """Knows at each instant what is surely on the disk and what is only on its way.

    `cut_at` names changes (counted from 1: writes, truncations, syncs) before which an image is
    taken; `seen` is called at that instant, on the thread that writes, and the two are kept in
    `cuts`. What runs on the disk notices nothing. While it is `full`, no write is taken.
    """

    def __init__(
        self, cut_at: frozenset[int] = frozenset(), seen: Callable[[], int] = lambda: 0
    ) -> None:
        super().__init__("powercut")
        self.cuts: list[tuple[Image, int]] = []
        self.changes = 0
        self.full = False
        self._cut_at = cut_at
        self._seen = seen
        self._files: dict[str, _Content] = {}
        self._lock = threading.Lock()

    def hold(self, directory: Path) -> None:
        """The files in `directory` have been on the disk for long."""
        for path in directory.iterdir():
            if path.is_file():
                self._files[path.name] = _Content(bytearray(path.read_bytes()))

    def image(self) -> Image:
        """The disk as it is now."""
        with self._lock:
            return self._image()

    def _image(self) -> Image:
        return Image(
            {
                name: _Content(bytearray(content.synced), list(content.changes))
                for name, content in self._files.items()
            }
        )

    def _count(self) -> None:
        self.changes += 1
        if self.changes in self._cut_at:
            self.cuts.append((self._image(), self._seen()))

    def _wrote(self, file: str, change: _Change) -> None:
        if self.full and change.data is not None:
            raise apsw.FullError("the disk is full, as asked")
        with self._lock:
            self._count()
            self._files.setdefault(file, _Content()).changes.append(change)

    def _syncing(self, file: str) -> None:
        with self._lock:
            self._count()

    def _synced(self, file: str) -> None:
        with self._lock:
            self._files.setdefault(file, _Content()).sync()

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        """A deletion is taken to be durable at once."""
        super().xDelete(filename, syncdir)
        with self._lock:
            self._files.pop(Path(filename).name, None)


class SlowVFS(_Disk):
    """Stands for an SD card: a sync takes `sync` seconds, and each `every`th takes `sometimes`.

    `sync` may be set: for what is to be slow from a moment on.
    """

    def __init__(self, sync: float = 0.05, sometimes: float = 1.0, every: int = 20) -> None:
        super().__init__("slow")
        self.syncs = 0
        self.sync = sync
        self._sometimes = sometimes
        self._every = every

    def _syncing(self, file: str) -> None:
        self.syncs += 1
        time.sleep(self._sometimes if self.syncs % self._every == 0 else self.sync)


class FaultyVFS(_Disk):
    """Fails from change number `first` on (writes, truncations, syncs), until `healed` is set.

    `error` is what SQLite is told: apsw.FullError, apsw.IOError, apsw.ReadOnlyError.
    """

    def __init__(self, error: type[apsw.Error] = apsw.FullError, first: int = 1) -> None:
        super().__init__("faulty")
        self.changes = 0
        self.healed = False
        self._error = error
        self._first = first

    def fail_from_now(self) -> None:
        """Refuse the next change and all after it."""
        self._first = self.changes + 1

    def _wrote(self, file: str, change: _Change) -> None:
        self._fail()

    def _syncing(self, file: str) -> None:
        self._fail()

    def _fail(self) -> None:
        self.changes += 1
        if self.changes >= self._first and not self.healed:
            raise self._error(f"change {self.changes} refused, as asked")
