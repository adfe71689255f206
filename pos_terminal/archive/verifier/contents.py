"""An archive's files."""

import json
import zipfile
from collections.abc import Callable, Generator, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from pos_terminal.verifier.messages import Bad

LONGEST = 1 << 26
"""Bytes of a small file at most: what unpacks to more was made to fill somebody's memory."""

LINE = (1 << 22) + 1
"""Bytes of a line at most: of the longest record that a till writes, and the line's end."""


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
        for name, following in pairwise(self.names):
            if name == following:
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
            while line := file.readline(LINE + 1):
                if len(line) > LINE:
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
