"""An archive's files, and the hashes over its records."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pos_terminal.archive.verifier.messages import Bad

NOTHING = bytes(32)
"""The hash before the first record."""


class Contents:
    """The archive's files, from the ZIP or from the folder that it was unpacked into."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise Bad("path", path)
        self._root: Any = path if path.is_dir() else zipfile.Path(path)
        self.names = sorted(entry.name for entry in self._root.iterdir())

    def open(self, name: str) -> BinaryIO:
        """A file to be read."""
        if name not in self.names:
            raise Bad("missing", name)
        file: BinaryIO = (self._root / name).open("rb")
        return file

    def json(self, name: str) -> Any:
        """What a small file says."""
        with self.open(name) as file:
            return parsed(file.read(), name)

    def lines(self, name: str) -> Iterator[Any]:
        """What a file says with a JSON value a line; nothing where there is no such file."""
        if name in self.names:
            with self.open(name) as file:
                for line in file:
                    yield parsed(line, name)

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        """The rows of a table."""
        with self.open(name) as file:
            text = io.TextIOWrapper(file, "utf-8-sig", newline="")
            yield from csv.DictReader(text, delimiter=";")


def parsed(text: bytes, name: str) -> Any:
    """What a JSON text says."""
    try:
        return json.loads(text)
    except ValueError as error:
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
