"""The files under a connection that writes: their names still lead to what was opened.

A file that was renamed or removed goes on taking what is written through it, and gives it back, to
whoever opened it; to everybody else, and after the next start, there is only what the name leads to
by then. A commit into such a file is not durable, however often it was synced.
"""

import os
from pathlib import Path

from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.log_file import log_of


class OpenedFiles:
    """The database, its log and the log's index, as they were when the database was opened."""

    def __init__(self, path: Path) -> None:
        """OSError where one of them is not there: SQLite has all three by its first reading."""
        self._grows = (path, log_of(path))
        self._sizes = [0, 0]
        names = (*self._grows, path.with_name(f"{path.name}-shm"))
        self._opened = {name: _identity(name.lstat()) for name in names}

    def must_be_theirs(self) -> None:
        """JournalError (J-104) where a name leads elsewhere, or a file is shorter than it was."""
        for name, opened in self._opened.items():
            try:
                found = _identity(name.lstat())
            except FileNotFoundError:
                found = None
            if found != opened:
                raise _moved(name, say("ce nom ne mène plus au fichier où il est écrit"))
        for name, size in zip(self._grows, self._sizes, strict=True):
            if name.stat().st_size < size:
                raise _moved(name, say("il a été raccourci"))

    def note_sizes(self) -> None:
        """Behind a commit: neither is ever made shorter while it is open, the log neither, which
        is written over from its start.
        """
        self._sizes = [name.stat().st_size for name in self._grows]


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _moved(name: Path, how: str) -> JournalError:
    return JournalError(faults.JOURNAL_DAMAGED, f"{name.name} : {how}")
