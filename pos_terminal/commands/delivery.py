"""Files that the caller names, also where the owner of the state may not write or read them."""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

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


BIG = Path("/var/tmp")
"""For files that may be large: /tmp lies in memory on many machines (file-hierarchy(7))."""


@contextmanager
def entered_to_read(
    arguments: argparse.Namespace, sources: Sequence[Path], *, make: bool = False
) -> Iterator[list[Path]]:
    """Enter the till (commands/till.py); where these files and folders can be read from then on.

    A file that the owner may not read, such as a backup that root made, is copied while this lasts:
    it was opened before. One that nobody can open is left to whoever reads it. JournalError as for
    `enter`.
    """
    with ExitStack() as stack:
        opened: dict[Path, BinaryIO] = {}
        if must_change(state_of(arguments)):
            for path in filter(Path.is_file, sources):
                with suppress(OSError):
                    opened[path] = stack.enter_context(path.open("rb"))
        enter(arguments, make=make)
        shut = [path for path in opened if not os.access(path, os.R_OK, effective_ids=True)]
        lent = {}
        for path in shut:
            folder = tempfile.TemporaryDirectory(prefix="pos-terminal-", dir=BIG)
            lent[path] = Path(stack.enter_context(folder)) / path.name
            with lent[path].open("wb") as copy:
                shutil.copyfileobj(opened[path], copy, 1 << 20)
        yield [lent.get(path, path) for path in sources]


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
