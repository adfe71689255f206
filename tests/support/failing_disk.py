"""A disk that fails under a program as it is, and what a power cut leaves of it.

`disk_faults.c` stands between the program and the system. What a sync that failed left in memory
alone is read as if it had been written, as the kernel has it, and is gone with the next cut.
"""

import os
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from shutil import which

from tests.needs import need

SOURCE = Path(__file__).with_name("disk_faults.c")
HEAD = struct.Struct("<cIQI")

Change = tuple[int, bytes | None]
"""Bytes at a place; None: the file was cut off there."""


def built(folder: Path) -> Path:
    """The library, compiled there."""
    need(which("gcc") is not None, "gcc", "apt-get install gcc libc6-dev")
    library = folder / "disk_faults.so"
    command = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, timeout=60)
    return library


def environment(library: Path, root: Path, log: Path, rule: str = "") -> dict[str, str]:
    """For a program that is to run on that disk."""
    return {
        **os.environ, "LD_PRELOAD": str(library), "FAULTS_ROOT": f"{root}/",
        "FAULTS_LOG": str(log), "FAULTS_RULE": rule,
    }  # fmt: skip


@dataclass
class Disk:
    """What is on the disk, and what waits for a sync, by the files' names."""

    durable: dict[str, bytearray] = field(default_factory=dict)
    waiting: dict[str, list[Change]] = field(default_factory=dict)

    def take(self, what: bytes, name: str, at: int, data: bytes) -> None:
        """One line of the log."""
        match what:
            case b"W":
                self.waiting.setdefault(name, []).append((at, data))
            case b"T":
                self.waiting.setdefault(name, []).append((at, None))
            case b"S":
                self._apply(name, self.waiting.pop(name, []))
            case b"F":  # the kernel takes these pages to be clean from here on
                self.waiting.pop(name, None)
            case b"R":
                to = data.decode()
                self.durable[to] = self.durable.pop(name, bytearray())
                self.waiting[to] = self.waiting.pop(name, [])
            case _:
                self.durable.pop(name, None)
                self.waiting.pop(name, None)

    def _apply(self, name: str, changes: list[Change]) -> None:
        if not changes:
            return  # a folder, or nothing new
        content = self.durable.setdefault(name, bytearray())
        for at, data in changes:
            if data is None:
                del content[at:]
                continue
            content.extend(bytes(max(0, at - len(content))))
            content[at : at + len(data)] = data

    def cut(self, place: Path, random: Random) -> None:
        """The files after a power cut: of what waited, any part may have arrived."""
        for name, changes in self.waiting.items():
            self._apply(name, [each for each in changes if random.random() < 0.5])
        for name, content in self.durable.items():
            file = place / name
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.write_bytes(content)
            file.chmod(0o600)


def told(log: Path) -> Iterator[tuple[bytes, str, int, bytes]]:
    """What happened, in its order."""
    content, at = log.read_bytes(), 0
    while at < len(content):
        what, length, place, size = HEAD.unpack_from(content, at)
        at += HEAD.size
        name = content[at : at + length].decode()
        at += length
        yield what, name, place, content[at : at + size]
        at += size
