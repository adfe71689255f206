"""`journal begin`: somebody decides that a journal is lost, and another begins that says so."""

from pathlib import Path

import pytest

from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.system import CommandGiven, KeyMade, TechnicalEvent
from pos_terminal.journal.verify import verify
from tests.support.journaled import Line, days, records


@pytest.fixture
def state(tmp_path: Path) -> Path:
    days(tmp_path / "state", 1)
    return tmp_path / "state"


@pytest.fixture
def line(state: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(state, capsys)


def test_where_a_journal_is_lost_another_begins_and_says_who_decided_that_and_why(
    state: Path, line: Line
) -> None:
    lost = verify(state / "journal.db").key
    for file in state.glob("journal.db*"):
        file.unlink()
    status, said = line("journal", "stats")
    assert (status, said["code"]) == (1, "J-113")
    status, said = line("journal", "begin", "--because", "carte morte")
    assert status == 0 and said["key"] != lost
    first, given, begun = (record.event for record in records(state)[:3])
    assert isinstance(first, KeyMade) and lost in first.lost
    assert isinstance(given, CommandGiven) and given.command == "journal begin"
    assert isinstance(begun, TechnicalEvent) and begun.code == jet.INTEGRITY
    assert "carte morte" in begun.detail and "nomme un journal" in begun.detail
    assert line("journal", "verify")[1]["key"] == said["key"]


def test_none_begins_beside_one_that_is_there(state: Path, line: Line) -> None:
    before = records(state)
    status, said = line("journal", "begin", "--because", "carte morte")
    assert (status, said["code"]) == (1, "J-114")
    assert records(state) == before


@pytest.mark.parametrize("command", ["begin", "continue", "voucher-key"])
def test_a_decision_without_a_reason_is_none(state: Path, line: Line, command: str) -> None:
    before = records(state)
    with pytest.raises(SystemExit, match="2"):
        line.text("journal", command, "--because", " ")
    assert records(state) == before
