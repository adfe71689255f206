"""A flashed box: where what belongs to its updates lies, and the system's tools that change it."""

import ctypes
import fcntl
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_NOATIME = 1, 2, 4, 8, 32, 1024
"""mount(2); as the first partition stands in fstab."""

_libc = ctypes.CDLL(None, use_errno=True)

INSTALLING = 1800
"""Seconds that RAUC may take: half a gigabyte onto the slowest of cards takes minutes."""


class Box:
    """The files, below `root`, and the commands. A test has another root, and its own commands."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.config = root / "boot/config"
        self.choice = self.config / "slot.env"
        self.back = self.config / "retour.txt"
        self.note = self.config / "etat.txt"
        self.own = root / "var/lib/pos-terminal-update"
        self.news = root / "run/pos-terminal-update"
        self.request = root / "var/lib/pos-terminal-agent/update"
        self.keyring = root / "etc/rauc/keyring.pem"
        self._system = root / "etc/rauc/system.conf"
        self._cmdline = root / "proc/cmdline"

    @property
    def compatible(self) -> str:
        """Which board's releases it takes. Failure (B-170) for a box without slots."""
        found = re.search(r"^compatible=(\S+)$", self._text(self._system), re.MULTILINE)
        return found[1] if found else self._none(self._system)

    @property
    def slot(self) -> str:
        """The slot that runs, as the loader told the kernel. Failure (B-170)."""
        return self._told("rauc.slot")

    @property
    def version(self) -> str:
        """The release that runs. Failure (B-170)."""
        return self._told("pos.version")

    @contextmanager
    def writable(self) -> Iterator[None]:
        """The first partition is read-only but for as long as this. OSError where it cannot be.

        One at a time: who is done first would make it read-only under the other's hands.
        """
        lock = os.open(self.config, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._remount(0)
            try:
                yield
            finally:
                self._remount(MS_RDONLY)
        finally:
            os.close(lock)

    def install(self, bundle: Path) -> None:
        """Write a bundle into the slot that does not run. Failure (B-175) with what RAUC says.

        RAUC checks signature, board and every byte once more, by its own means.
        """
        self._run(["rauc", "install", str(bundle)], INSTALLING)

    def log(self, unit: str) -> list[str]:
        """The last lines that a unit has said since the box started; none where nobody knows."""
        asked = ["journalctl", "--boot", f"--unit={unit}", "--output=cat", "--lines=8", "--quiet"]
        try:
            ran = subprocess.run(
                asked, capture_output=True, text=True, timeout=60, errors="replace", check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return []
        return ran.stdout.splitlines()

    def restart(self) -> None:
        """Start the machine anew."""
        self._run(["systemctl", "--no-block", "reboot"], 60)

    def _remount(self, more: int) -> None:
        """mount(2) itself: mount(8) would look up fstab's PARTUUID, and finds no disk where the
        unit has no devices. FAT keeps its own options.
        """
        flags = MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | more
        if _libc.mount(None, str(self.config).encode(), None, flags, None):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(self.config))

    def _run(self, command: list[str], patience: float) -> None:
        try:
            ran = subprocess.run(
                command, capture_output=True, text=True, timeout=patience, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failure(faults.UPDATE_FAILED, str(error)) from error
        if ran.returncode:
            said = (ran.stderr or ran.stdout).strip().splitlines()[-3:]
            raise Failure(faults.UPDATE_FAILED, f"{command[0]}: {' / '.join(said)}"[:300])

    def _told(self, name: str) -> str:
        found = re.search(rf"(?:^| ){re.escape(name)}=(\S+)", self._text(self._cmdline))
        return found[1] if found else self._none(self._cmdline)

    def _text(self, file: Path) -> str:
        return file.read_text() if file.exists() else ""

    def _none(self, file: Path) -> str:
        raise Failure(faults.UPDATE_NO_SLOTS, str(file))
