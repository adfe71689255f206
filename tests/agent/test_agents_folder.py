"""Whose directory it is: one program at a time, be it an agent or a till."""

from pathlib import Path

import pytest

from pos_terminal.agent.folder import AgentError, owned
from pos_terminal.domain import faults
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.state_directory import Lock


def refused(state: Path) -> None:
    with pytest.raises(AgentError) as caught, owned(state):
        pass
    assert caught.value.fault is faults.AGENT_TWICE


def test_neither_an_agent_nor_a_till_begins_in_a_directory_that_is_taken(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with owned(state):
        refused(state)
        with pytest.raises(JournalError) as caught:
            Lock(state)
        assert caught.value.fault is faults.JOURNAL_LOCKED
    till = Lock(state)
    refused(state)
    (state / "lock").unlink()  # as who tidies up does
    refused(state)
    till.release()
    with owned(state):
        pass
