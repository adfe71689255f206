"""The directory that a journal lives in: its lock, and the mark that a journal was begun here.

journal.db      the records (and, while in use, journal.db-wal and journal.db-shm)
journal.mark    the first record's hash and whose it is: without its journal.db, an alarm
lock            the process id of the one that writes, and holds the directory
keys/           the keys that sign, one file a key id (keyring.py)
signer.down     since when the signer does not work; removed once it has signed again
update.confirmed  the version that is there to stay: its breaking migrations may be done
witness.path   the witness's directory, for commands that run without the configuration
spool/          papers that wait for a printer (runtime/spool.py); each is emptied once printed
catalogs/       every catalogue, promotion and setting ever in force, by its SHA-256
"""

import errno
import fcntl
import os
from contextlib import ExitStack
from pathlib import Path

import msgspec

from pos_terminal.domain import faults
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import say
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.record import Record
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.storage.files import sync_directory, write_durably

LOCK = "lock"
MARK = "journal.mark"
CONFIRMED = "update.confirmed"
WITNESS = "witness.path"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What the first record of this place's journal was."""

    first: str
    store: str
    terminal: str
    simulated: bool

    @classmethod
    def of(cls, record: Record) -> "Mark":
        """The mark that a journal with this first record leaves."""
        e = record.envelope
        return cls(first=record.hash.hex(), store=e.store, terminal=e.terminal, simulated=e.sim)


class Lock:
    """This process's hold on the directory, until `release` or the process's end."""

    def __init__(self, directory: Path) -> None:
        # The directory itself and no file in it: who tidies up removes that, and a second till
        # would make another, and hold it.
        self._fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        with ExitStack() as undo:
            # Whatever fails here: a descriptor that is left open holds the lock against ourselves.
            undo.callback(os.close, self._fd)
            self._take(directory / LOCK)
            undo.pop_all()

    def _take(self, path: Path) -> None:
        # A link here would have whoever starts a till truncate the file that it leads to.
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        said = os.open(path, flags, 0o600)
        try:
            # flock and not a file that is there: the kernel lets it go however the process ends.
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Only once it is held: until then the number in it is the other process's.
            os.ftruncate(said, 0)
            os.pwrite(said, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            holder = os.read(said, 32).decode(errors="replace").strip()
            detail = say(
                "{path} est tenu par le processus {pid}",
                path=path.parent,
                pid=holder or say("inconnu"),
            )
            raise JournalError(faults.JOURNAL_LOCKED, detail) from None
        finally:
            os.close(said)

    def release(self) -> None:
        """Let another process have the directory."""
        os.close(self._fd)


def prepare(directory: Path) -> Lock:
    """Make the directory, durably, and lock it. Errors as for `make`; OSError of the lock."""
    make(directory)
    return Lock(directory)


def make(directory: Path) -> None:
    """Make the state directory, durably, for its owner alone, where it is not there yet.

    JournalError where that cannot be.
    """
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Each new name stands in its parent: without this a cut could take the directory back.
        for made in missing:
            sync_directory(made.parent)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        fault = faults.DISK_FULL if full else faults.STATE_IMPOSSIBLE
        raise JournalError(fault, about(error, directory)) from error


def read_mark(directory: Path) -> Mark | None:
    """The mark left here, if any; JournalError where it cannot be read."""
    path = directory / MARK
    try:
        return msgspec.json.decode(path.read_bytes(), type=Mark)
    except FileNotFoundError:
        return None
    except (OSError, *UNREADABLE) as error:
        raise JournalError(faults.JOURNAL_DAMAGED, f"{path}: {error}") from error


def write_mark(directory: Path, first: Record) -> None:
    """Leave the mark, durably. OSError where the disk does not take it."""
    write_durably(directory / MARK, msgspec.json.encode(Mark.of(first)) + b"\n")


def is_confirmed(directory: Path, version: str) -> bool:
    """Whether whoever updates this till has said that this version stays: see `confirm`."""
    try:
        return (directory / CONFIRMED).read_bytes().strip() == version.encode()
    except FileNotFoundError:
        return False


def confirm(directory: Path, version: str) -> None:
    """Say that an update to this version stays, durably: there is no way back from then on."""
    write_durably(directory / CONFIRMED, f"{version}\n".encode())


def keep_witness_path(directory: Path, witness: Path | None) -> None:
    """Keep where the witness looks, durably. OSError where the disk does not take it."""
    path, content = directory / WITNESS, f"{witness.absolute()}\n".encode() if witness else b""
    if not witness:
        path.unlink(missing_ok=True)
    elif not path.exists() or path.read_bytes() != content:
        make(directory)
        write_durably(path, content)


def witness_path(directory: Path) -> Path | None:
    """The witness's directory, if the till that was here last had one."""
    try:
        return Path(os.fsdecode((directory / WITNESS).read_bytes()).removesuffix("\n"))
    except FileNotFoundError:
        return None
