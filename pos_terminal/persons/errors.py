"""Why personal data cannot be used, each with the fault that names it to people."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure, Fault
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import labelled


class PersonsError(Failure):
    """Personal data cannot be read or written."""


def fault_of(error: BaseException) -> Fault:
    """The fault that stands for a failure of the database or of the disk under it."""
    match error:
        case apsw.CorruptError() | apsw.NotADBError():
            return faults.PERSONS_DAMAGED
        case apsw.BusyError():
            return faults.PERSONS_BUSY
        case apsw.FullError() | OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return faults.PERSONS_FULL
        case _:
            return faults.PERSONS_FAILED


@contextmanager
def using(path: Path) -> Iterator[None]:
    """Turns what the database or the disk says about `path` into a PersonsError."""
    try:
        yield
    except OSError as error:
        raise PersonsError(fault_of(error), about(error, path)) from error
    except apsw.Error as error:
        raise PersonsError(fault_of(error), labelled(path, error)) from error
