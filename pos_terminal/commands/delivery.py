"""A new file that the caller asked for, also where the owner of the state may not write."""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pos_terminal.commands.till import enter, state_of
from pos_terminal.journal.owner import must_change


class Delivery:
    """Where `out` is written. Given a descriptor, it is written elsewhere and copied into that."""

    def __init__(self, out: Path, fd: int | None = None) -> None:
        self._out = out
        self._fd = fd

    @contextmanager
    def file(self) -> Iterator[Path]:
        """Where to write it; it is where it was asked for once the block ends well."""
        if self._fd is None:
            yield self._out
            return
        with tempfile.TemporaryDirectory(prefix="pos-terminal-") as folder:
            draft = Path(folder) / self._out.name
            yield draft
            with os.fdopen(self._fd, "wb") as out, draft.open("rb") as made:
                shutil.copyfileobj(made, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())


def enter_to_deliver(arguments: argparse.Namespace, *outs: Path) -> tuple[Delivery, ...]:
    """Enter the till (commands/till.py), each of `outs` opened before where that is needed.

    OSError where one cannot be opened, or is there already; JournalError as for `enter`.
    """
    fds: list[int | None] = [None] * len(outs)
    if must_change(state_of(arguments)):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        fds = [os.open(out, flags, 0o600) for out in outs]
    enter(arguments)
    return tuple(map(Delivery, outs, fds))
