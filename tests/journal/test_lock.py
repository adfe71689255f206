"""The lock of a state directory, on a disk that takes nothing."""

import resource
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.state_directory import Lock


def test_a_lock_that_could_not_be_written_is_let_go(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            Lock(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    held = Lock(tmp_path)
    with pytest.raises(JournalError) as refused:
        Lock(tmp_path)
    assert refused.value.fault is faults.JOURNAL_LOCKED
    held.release()
    Lock(tmp_path).release()
