"""What the helper has of the system: the stick, the files of who asks, the till's own commands."""

import errno
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from pos_terminal.domain import faults
from pos_terminal.domain.audit.stick import (
    ANSWER,
    ANSWERS,
    ASKED,
    StickAnswer,
    StickAsked,
    check,
    read_asked,
)
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import say
from pos_terminal.stick import plugged
from pos_terminal.storage import mounts
from pos_terminal.storage.files import write_durably

KINDS = {"vfat": "utf8,umask=0077", "exfat": "umask=0077"}
"""The file systems that are tried, by their options: what every computer writes, and no other."""

PATIENCE = 60.0
"""Seconds in which the stick is plugged in."""

LARGEST = 4096
"""Bytes of what somebody asks."""

WAITING = 6 * 3600.0
"""Seconds that a command may take: years of records onto a slow stick."""


class Reader:
    """The stick of a box whose files lie below `root`."""

    def __init__(self, root: Path = Path("/"), patience: float = PATIENCE) -> None:
        self.word = root / "boot/config/cle-usb.txt"
        self._asked = root / "run/pos-terminal" / ASKED
        self._folder = root / ANSWERS
        self._sys = root / "sys"
        self._dev = root / "dev"
        self._patience = patience

    def asked(self) -> tuple[StickAsked, bool] | None:
        """What somebody asks for, and whether on the first partition; None: nothing.

        What the till asks is taken away; what a technician wrote stays until it is done. Failure
        (B-184) where it makes no sense.
        """
        text = self._taken()
        try:
            if text:
                asked = msgspec.json.decode(text, type=StickAsked)
                check(asked)
                return asked, False
            if self.word.exists():
                return read_asked(self.word.read_bytes()[:LARGEST].decode()), True
        except (msgspec.MsgspecError, ValueError) as error:
            raise Failure(faults.STICK_FAILED, str(error)) from error
        return None

    def answer(self, answer: StickAnswer) -> None:
        """Leave it for everybody."""
        self._folder.mkdir(mode=0o755, exist_ok=True)
        write_durably(self._folder / ANSWER, msgspec.json.encode(answer))

    @contextmanager
    def mounted(self, *, writes: bool) -> Iterator[Path]:
        """The stick, once it is there; its folder, until the end of the block. Failure."""
        until = time.monotonic() + self._patience
        place = self._folder / "stick"
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        while not self._mount(place, writes=writes):
            if time.monotonic() > until:
                raise Failure(faults.STICK_ABSENT)
            time.sleep(1)
        try:
            yield place
        finally:
            self.unmount(place)

    def mount(self, node: Path, place: Path, kind: str, *, writes: bool) -> None:
        """OSError. (A test has another.)"""
        mounts.mount(node, place, kind, KINDS[kind], writes=writes)

    def unmount(self, place: Path) -> None:
        """OSError."""
        mounts.unmount(place)

    def command(self, *words: str) -> dict[str, object]:
        """What a command of the program's own says as JSON. Failure with the fault that it had."""
        ran = self.run([sys.executable, "-m", "pos_terminal", *words, "--json"])
        last = (ran.stdout.strip().splitlines() or [""])[-1]
        try:
            told = msgspec.json.decode(last, type=dict[str, object])
        except (msgspec.MsgspecError, UnicodeError):
            detail = (ran.stderr or ran.stdout).strip()[-300:]
            raise Failure(faults.STICK_FAILED, f"{words[0]}: {detail}") from None
        if ran.returncode:
            code, detail = str(told.get("code", "")), str(told.get("detail", ""))
            known = {each.code: each for each in faults.every()}
            raise Failure(known.get(code, faults.STICK_FAILED), detail)
        return told

    @contextmanager
    def without_till(self) -> Iterator[None]:
        """The till is stopped for as long as this, and started again whatever happens. Failure.

        One that was handed over starts no more, and says so itself (J-139): no failure of this.
        """
        try:
            stopped = self._systemctl("stop")
            if stopped.returncode:
                raise Failure(faults.STICK_FAILED, stopped.stderr.strip()[-200:])
            yield
        finally:
            self._systemctl("start")

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """What became of a command. Failure (B-184) where it cannot be run. (A test has others.)"""
        try:
            return subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=WAITING,
                check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failure(faults.STICK_FAILED, str(error)) from error

    def _systemctl(self, word: str) -> subprocess.CompletedProcess[str]:
        return self.run(["systemctl", word, "pos-terminal.service"])

    def _mount(self, place: Path, *, writes: bool) -> bool:
        """Whether a stick is mounted there. Failure where several could be."""
        able = [
            (node, kind)
            for node in plugged.partitions(self._sys, self._dev)
            for kind in KINDS
            if self._tried(node, place, kind, writes=False)
        ]
        if len(able) > 1:
            raise Failure(faults.STICK_UNCLEAR, ", ".join(node.name for node, _ in able))
        for node, kind in able:
            try:
                self.mount(node, place, kind, writes=writes)
            except OSError as error:
                raise Failure(faults.STICK_FAILED, about(error, node)) from error
        return bool(able)

    def _tried(self, node: Path, place: Path, kind: str, *, writes: bool) -> bool:
        try:
            self.mount(node, place, kind, writes=writes)
        except OSError as error:
            # Another file system; none that this kernel knows; gone meanwhile.
            if error.errno in (errno.EINVAL, errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.EIO):
                return False
            raise Failure(faults.STICK_FAILED, about(error, node)) from error
        self.unmount(place)
        return True

    def _taken(self) -> bytes:
        """What the till asks, taken away; empty: nothing. Its folder is not root's."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            fd = os.open(self._asked, flags)
        except FileNotFoundError:
            return b""
        except OSError as error:  # a link
            self._asked.unlink()
            raise Failure(faults.STICK_FAILED, about(error, self._asked)) from error
        with os.fdopen(fd, "rb") as file:
            self._asked.unlink(missing_ok=True)
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                plain = say("{path} n'est pas un fichier ordinaire", path=self._asked)
                raise Failure(faults.STICK_FAILED, plain)
            return file.read(LARGEST)
