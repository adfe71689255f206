"""What was tried on a box before it was commissioned: nobody runs it, and it is thrown away."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_terminal.journal.commissioning import FOLDER
from pos_terminal.journal.state_directory import Lock


@contextmanager
def held(state: Path) -> Iterator[None]:
    """Let no simulation run meanwhile. JournalError (J-103) where one does."""
    lock = Lock(state / FOLDER)
    try:
        yield
    finally:
        lock.release()


def forget(state: Path) -> None:
    """Throw away all that was tried; nobody may be trying (`held`)."""
    for path in (state / FOLDER).iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
