"""Why a journal cannot be used, each with the fault that names it to people."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure, Fault
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import labelled, say
from pos_terminal.domain.notation import day_and_hour


class JournalError(Failure):
    """The journal cannot be opened or read."""


class JournalFailed(JournalError):
    """The journal takes no more: close it, and open it again to learn what is on disk."""


class Broken(JournalError):
    """Record `seq` is not what was written there; `how` says what does not fit.

    `before` is the local time of the record before it, where that is known: since when what
    follows is in doubt.
    """

    def __init__(self, seq: int, how: str, before: str = "") -> None:
        detail = say("écriture {seq} : {how}", seq=seq, how=how)
        if before:
            then = say("celle d'avant est du {at}", at=day_and_hour(before))
            detail = f"{detail} ; {then}"
        super().__init__(faults.JOURNAL_DAMAGED, detail)
        self.seq = seq
        self.how = how
        self.facts = {"good": False, "record": seq, "how": how, "before": before}


class OutOfStep(ValueError):
    """An event that cannot follow on from the records before it (a number that is not the next)."""


def fault_of(error: BaseException) -> Fault:
    """The fault that stands for a failure of the database or of the disk under it."""
    match error:
        case JournalError():
            return error.fault
        case apsw.FullError():
            return faults.DISK_FULL
        case apsw.CorruptError() | apsw.NotADBError() | apsw.TooBigError() | UnicodeDecodeError():
            return faults.JOURNAL_DAMAGED
        case apsw.BusyError():
            return faults.JOURNAL_LOCKED
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return faults.DISK_FULL
        case OSError(errno=errno.ELOOP):
            return faults.STATE_SPOILT
        case apsw.CantOpenError() if _was_link(error):
            return faults.STATE_SPOILT
        case _:
            return faults.JOURNAL_FAILED


def _was_link(error: apsw.Error) -> bool:
    """Whether SQLite found a link where a file was to be (storage/sqlite.py has it refuse one)."""
    return getattr(error, "extendedresult", 0) == apsw.SQLITE_CANTOPEN_SYMLINK


@contextmanager
def using(path: Path) -> Iterator[None]:
    """Turns what the database or the disk says about `path` into a JournalError.

    A text that is no UTF-8 is what one flipped bit makes of it: SQLite gives it out as it is.
    """
    try:
        yield
    except OSError as error:
        raise JournalError(fault_of(error), about(error, path)) from error
    except UnicodeDecodeError as error:
        raise JournalError(fault_of(error), labelled(path, "a text in it is no UTF-8")) from error
    except apsw.Error as error:
        raise JournalError(fault_of(error), labelled(path, error)) from error


def failed(error: BaseException) -> JournalFailed:
    """The error that every waiting append gets when one of them could not be made durable."""
    detail = error.detail if isinstance(error, JournalError) else f"{type(error).__name__}: {error}"
    return JournalFailed(fault_of(error), detail)
