"""Files that the caller names, also where the owner of the state may not read or write them.

One rule for every command: what is there already is never written over, and what fails leaves
nothing behind. Whoever is root opens them before he becomes the state's owner, who is trusted with
no other file of the machine.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from pos_terminal.commands.till import enter, state_of
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import say
from pos_terminal.journal.owner import must_change
from pos_terminal.storage.files import sync_directory

BIG = Path("/var/tmp")
"""For files that may be large: /tmp lies in memory on many machines (file-hierarchy(7))."""

KEPT = b"k"
"""What the child says to its parent once the files are to stay."""


@contextmanager
def reading_file(file: Path) -> Iterator[None]:
    """Failure, with code and remedy, where a file that the caller named cannot be read."""
    try:
        yield
    except UnicodeDecodeError as error:
        detail = say("{file} : n'est pas un texte en UTF-8").format(file=file)
        raise Failure(faults.FILE_UNREADABLE, detail) from error
    except OSError as error:
        raise Failure(faults.FILE_UNREADABLE, about(error, file)) from error


@contextmanager
def writing_file(file: Path | None = None) -> Iterator[None]:
    """Failure, with code and remedy, where a file that the caller asked for cannot be made."""
    try:
        yield
    except OSError as error:
        raise Failure(faults.FILE_UNWRITABLE, about(error, file)) from error


class NewFiles:
    """Files in the making: each draft is written, then all get their names in `deliver`."""

    def __init__(self, outs: Sequence[Path], drafts: Sequence[Path], fds: Sequence[int]) -> None:
        self.drafts = tuple(drafts)
        self._outs = outs
        self._fds = fds
        self._named: list[Path] = []
        self.delivered = False

    def deliver(self) -> None:
        """Give them their names, durably. A record that says they are there comes behind this."""
        self.delivered = True
        for draft, fd in zip(self.drafts, self._fds, strict=bool(self._fds)):
            with draft.open("rb") as made, os.fdopen(fd, "wb") as open_file:
                shutil.copyfileobj(made, open_file, 1 << 20)
                open_file.flush()
                os.fsync(open_file.fileno())
        if self._fds:
            return
        for draft, out in zip(self.drafts, self._outs, strict=True):
            _must_be_new(out)
            draft.replace(out)
            self._named.append(out)
            sync_directory(out.parent)

    def take_back(self) -> None:
        """Have none of them be there."""
        for out in self._named:
            out.unlink(missing_ok=True)


@contextmanager
def new_files(*outs: Path, folder: Path | None = None) -> Iterator[NewFiles]:
    """Have files made that are not there yet; where the block fails, none is.

    A `folder` for them is made as well, where it is missing. Failure where a file is there already,
    or cannot be made.
    """
    with writing_file(), ExitStack() as undo, ExitStack() as rooms:
        _prepare(outs, folder, undo)
        places = {out.parent: rooms.enter_context(_room(out.parent)) for out in outs}
        files = NewFiles(outs, [places[out.parent] / out.name for out in outs], ())
        undo.callback(files.take_back)
        yield files
        if not files.delivered:
            files.deliver()
        undo.pop_all()


@contextmanager
def entered_to_write(
    arguments: argparse.Namespace, *outs: Path, folder: Path | None = None
) -> Iterator[NewFiles]:
    """As `new_files`, having entered the till (commands/till.py); JournalError as for `enter`."""
    if not must_change(state_of(arguments)):
        enter(arguments)
        with new_files(*outs, folder=folder) as files:
            yield files
        return
    with writing_file():
        fds, tell = _opened_by_root(outs, folder)
    enter(arguments)
    with writing_file(), _room(BIG) as room:
        places = list(dict.fromkeys(out.parent for out in outs))
        for number in range(len(places)):
            (room / str(number)).mkdir()
        drafts = [room / str(places.index(out.parent)) / out.name for out in outs]
        files = NewFiles(outs, drafts, fds)
        yield files
        if not files.delivered:
            files.deliver()
    os.write(tell, KEPT)


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
            lent[path] = stack.enter_context(_room(BIG)) / path.name
            with lent[path].open("wb") as copy:
                shutil.copyfileobj(opened[path], copy, 1 << 20)
        yield [lent.get(path, path) for path in sources]


def as_owner(
    arguments: argparse.Namespace, work: Callable[[], bytes], *, make: bool = False
) -> bytes:
    """What comes of the work, done as the state's owner (commands/till.py); the caller stays root.

    For work between files that root alone may touch: what those files were opened as, the work has.
    Where it fails the command ends with its status. JournalError as for `enter`.
    """
    if not must_change(state_of(arguments)):
        enter(arguments, make=make)
        return work()
    hear, tell = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(hear)
        enter(arguments, make=make)
        with os.fdopen(tell, "wb") as back:
            back.write(work())
        raise SystemExit(0)
    os.close(tell)
    with os.fdopen(hear, "rb") as told:
        done = told.read()
    _, status = os.waitpid(child, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(code if code > 0 else 128 - code)
    return done


@contextmanager
def _room(parent: Path) -> Iterator[Path]:
    """A folder that goes with the block, whatever is left in it."""
    with tempfile.TemporaryDirectory(prefix=".pos-terminal-", dir=parent) as folder:
        yield Path(folder)


def _prepare(outs: Sequence[Path], folder: Path | None, undo: ExitStack) -> None:
    """See that none is there, and make the folder, to be gone again if this is undone."""
    for out in outs:
        _must_be_new(out)
    missing = [each for each in (folder, *folder.parents) if not each.exists()] if folder else []
    for each in reversed(missing):
        each.mkdir()
        undo.callback(_drop, each)


def _drop(folder: Path) -> None:
    with suppress(OSError):  # somebody else has put something there
        folder.rmdir()


def _must_be_new(out: Path) -> None:
    if os.path.lexists(out):
        raise Failure(faults.FILE_UNWRITABLE, say("{file} existe déjà").format(file=out))


def _opened_by_root(outs: Sequence[Path], folder: Path | None) -> tuple[list[int], int]:
    """Empty files of root's, open, and where to say that they stay; called by root alone.

    Only a child returns. Its parent stays root, does nothing but wait, and takes the files away
    again if the child ends without a word: who has become another user could not.
    """
    hear, tell = os.pipe()
    with ExitStack() as undo:
        fds: list[int] = []
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        _prepare(outs, folder, undo)
        for out in outs:
            fds.append(os.open(out, flags, 0o600))
            undo.callback(out.unlink)
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            undo.pop_all()
            os.close(hear)
            return fds, tell
        for each in (*fds, tell):
            os.close(each)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the child by itself
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: os.kill(child, number))
        kept = os.read(hear, 1)
        _, status = os.waitpid(child, 0)
        if kept:
            undo.pop_all()
        code = os.waitstatus_to_exitcode(status)
        raise SystemExit(code if code >= 0 else 128 - code)
