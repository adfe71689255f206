"""`journal stats`: what a journal holds, as numbers."""

from collections import Counter
from pathlib import Path

import pytest

from tests.support.journaled import Line, days, records


@pytest.fixture
def line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    days(tmp_path / "state", 3)
    return Line(tmp_path / "state", capsys)


def test_stats_count_what_is_there(tmp_path: Path, line: Line) -> None:
    status, found = line("journal", "stats")
    there = records(tmp_path / "state")
    assert status == 0
    assert found["records"] == len(there) == sum(found["kinds"].values())
    assert found["kinds"] == Counter(r.kind for r in there)
    assert sum(found["sizes"].values()) == sum(len(r.rec) for r in there)
    assert (found["first"], found["last"]) == (there[0].envelope.at, there[-1].envelope.at)
    assert found["closures"] == {"day": 3}
    assert found["session"] == 4
    tickets = [r for r in there if r.kind == "sale.closed"]
    assert sum(found["days"].values()) == sum(found["hours"].values()) == len(tickets)
    assert found["exposed"] == len(there) and found["witnessed"] == found["purged"] == 0
    assert 0 < found["sealed"] <= len(there)
    assert found["beside"]["keys/"] and not found["beside"]["persons.db"]


def test_stats_can_be_read(line: Line) -> None:
    status, out, _ = line.text("journal", "stats")
    assert status == 0
    assert "clôtures : 3 day" in out and "sale.closed" in out and "à sauvegarder" in out


def test_no_journal_has_no_stats(line: Line, tmp_path: Path) -> None:
    status, said = line("journal", "stats", state=tmp_path / "nothing")
    assert (status, said["code"]) == (1, "J-107")
