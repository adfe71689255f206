"""An archive's files, and the hashes over its records."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pos_terminal.archive.verifier.messages import Bad

NOTHING = bytes(32)
"""The hash before the first record."""


LONGEST = 1 << 26
"""Bytes of a line, or of a small file, at most: a whole shop's balances fit many times, and what
unpacks to more was made to fill somebody's memory."""


class Contents:
    """The archive's files, from the ZIP or from the folder that it was unpacked into."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise Bad("path", path)
        if path.is_dir():
            self._open: Callable[[str], Any] = lambda name: (path / name).open("rb")
            self.names = sorted(entry.name for entry in path.iterdir())
        else:
            self._open = (archive := zipfile.ZipFile(path)).open
            self.names = sorted(entry.filename for entry in archive.infolist())
        # One program reads the first of two, another the last: each would show another archive.
        for name in set(self.names):
            if self.names.count(name) > 1:
                raise Bad("twice", name)

    def open(self, name: str) -> BinaryIO:
        """A file to be read."""
        if name not in self.names:
            raise Bad("missing", name)
        file: BinaryIO = self._open(name)
        return file

    def whole(self, name: str) -> bytes:
        """A small file."""
        with self.open(name) as file:
            content = file.read(LONGEST + 1)
        if len(content) > LONGEST:
            raise Bad("long", name)
        return content

    def json(self, name: str) -> Any:
        """What a small file says."""
        return parsed(self.whole(name), name)

    def raw(self, name: str) -> Iterator[bytes]:
        """A file's lines, with their ends."""
        with self.open(name) as file:
            while line := file.readline(LONGEST + 1):
                if len(line) > LONGEST:
                    raise Bad("long", name)
                yield line

    def pieces(self, name: str) -> Generator[bytes, int, None]:
        """A file by pieces of as many bytes as are asked for; below 0, the rest of the line."""
        with self.open(name) as file:
            size = yield b""
            while True:
                size = yield file.read(size) if size >= 0 else file.readline(-size)

    def lines(self, name: str) -> Iterator[Any]:
        """What a file says with a JSON value a line."""
        for line in self.raw(name):
            yield parsed(line, name)


def parsed(text: bytes, name: str) -> Any:
    """What a JSON text says."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Bad("unreadable", name, error) from error


def leaf(rec: bytes) -> bytes:
    """A record's hash: its link in the chain, and its leaf in the Merkle tree."""
    return hashlib.sha256(b"\0" + rec).digest()


class Tree:
    """A Merkle tree (RFC 6962, 2.1) that grows: the roots of its whole subtrees, largest first."""

    def __init__(self, size: int, peaks: list[str]) -> None:
        self.size = size
        self.peaks = [bytes.fromhex(peak) for peak in peaks]

    def add(self, hash_: bytes) -> None:
        """One leaf more."""
        size = self.size
        while size & 1:
            hash_ = hashlib.sha256(b"\1" + self.peaks.pop() + hash_).digest()
            size >>= 1
        self.peaks.append(hash_)
        self.size += 1

    def root(self) -> bytes:
        """The tree hash over all leaves so far; there is at least one."""
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = hashlib.sha256(b"\1" + peak + root).digest()
        return root
