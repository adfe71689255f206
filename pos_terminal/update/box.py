"""A flashed box: where what belongs to its updates lies, and the system's tools that change it."""

import fcntl
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_terminal.domain import faults
from pos_terminal.domain.audit.stick import ANSWER, ANSWERS
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.storage import mounts
from pos_terminal.update.loaders import LOADERS, Loader

INSTALLING = 1800
"""Seconds that RAUC may take: half a gigabyte onto the slowest of cards takes minutes."""


class Box:
    """The files, below `root`, and the commands. A test has another root, and its own commands."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.config = root / "boot/config"
        self.back = self.config / "retour.txt"
        self.note = self.config / "etat.txt"
        self.stick = root / ANSWERS / ANSWER
        self.own = root / "var/lib/pos-terminal-update"
        self.news = root / "run/pos-terminal-update"
        self.request = root / "var/lib/pos-terminal-agent/update"
        self.keyring = root / "etc/rauc/keyring.pem"
        self._system = root / "etc/rauc/system.conf"
        self._cmdline = root / "proc/cmdline"
        self._started = root / "run/pos-boot/started"

    @property
    def compatible(self) -> str:
        """Which board's releases it takes. Failure (B-170) for a box without slots."""
        return self._said(self._system, r"^compatible=(\S+)$")

    @property
    def slot(self) -> str:
        """The slot that runs, as the initrd says that started it. Failure (B-170)."""
        return self._said(self._started, r"^SLOT=([ab])$")

    @property
    def version(self) -> str:
        """The release that runs. Failure (B-170)."""
        return self._said(self._cmdline, r"(?:^| )pos\.version=(\S+)")

    @property
    def loader(self) -> Loader:
        """What starts the kernel, as the initrd says. Failure (B-170)."""
        return LOADERS[self._said(self._started, rf"^LOADER=({'|'.join(LOADERS)})$")]

    @property
    def choice(self) -> Path:
        """The file by which the loader is told which slot to start. Failure (B-170)."""
        return self.config / self.loader.file

    @contextmanager
    def writable(self) -> Iterator[None]:
        """The first partition is read-only but for as long as this. OSError where it cannot be.

        One at a time: who is done first would make it read-only under the other's hands.
        """
        lock = os.open(self.config, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # As it stands in fstab. FAT keeps its own options.
            mounts.remount(self.config, writes=True)
            try:
                yield
            finally:
                mounts.remount(self.config, writes=False)
        finally:
            os.close(lock)

    @contextmanager
    def alone(self, *, waits: bool) -> Iterator[None]:
        """Whoever changes slots or book is the only one for as long as this.

        Failure (B-179) where somebody else is at it and this one does not wait.
        """
        lock = os.open(self.own, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
            except BlockingIOError as error:
                busy = say("une autre mise à jour est en cours")
                raise Failure(faults.UPDATE_WAITS, busy) from error
            yield
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

    def _said(self, file: Path, form: str) -> str:
        found = re.search(form, file.read_text() if file.exists() else "", re.MULTILINE)
        if found is None:
            raise Failure(faults.UPDATE_NO_SLOTS, str(file))
        return found[1]
