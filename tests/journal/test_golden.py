"""Golden journals: what a released version wrote is read and verified by every later one."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pos_terminal.archive.restore import restore
from pos_terminal.domain.events.vocabulary import KINDS
from pos_terminal.journal.database import NAME
from pos_terminal.journal.upcast import UPCASTS
from pos_terminal.journal.verify import Level, verify
from tests.journal.make_golden import GOLDEN, NEW, cut
from tests.support.season import checked

JOURNALS = sorted(GOLDEN.glob("*.zip"))
CUT = "run `python -m tests.journal.make_golden`"


def kinds(golden: Path) -> set[str]:
    with zipfile.ZipFile(golden) as file:
        return {json.loads(line)["kind"] for line in file.read("records.jsonl").splitlines()}


@pytest.mark.parametrize("golden", JOURNALS, ids=lambda path: path.stem)
def test_a_journal_of_an_earlier_version_is_restored_and_verifies(
    golden: Path, tmp_path: Path
) -> None:
    restored = restore([golden], tmp_path / "state")
    found = verify(tmp_path / "state" / NAME, level=Level.ALL)
    assert (found.records, found.unknown) == (restored.records, 0)
    assert found.checkpoints and found.witnessed and not restored.keys


@pytest.mark.parametrize("golden", JOURNALS, ids=lambda path: path.stem)
def test_a_verifier_of_then_and_that_of_today_find_it_right(golden: Path, tmp_path: Path) -> None:
    assert checked(golden)[0] == 0
    with zipfile.ZipFile(golden) as file:
        then = Path(file.extract("verify.py", tmp_path))
    call = (sys.executable, "-I", str(then), str(golden))
    assert subprocess.run(call, capture_output=True, check=False).returncode == 0


def test_every_kind_stands_in_a_golden_journal_or_is_said_to_be_new() -> None:
    golden = {kind for path in JOURNALS for kind in kinds(path)}
    new = set(NEW.read_text().split())
    assert not new & golden, f"they are in a golden journal: take them off {NEW.name}"
    assert KINDS.keys() - golden == new, f"list them in {NEW.name}; at a release, {CUT}"
    assert golden - UPCASTS.keys() <= KINDS.keys(), "a released kind is gone: it needs an upcast"


def test_the_cut_of_today_has_every_kind(tmp_path: Path) -> None:
    """So that a release finds its golden journal one command away."""
    cut(tmp_path / "today.zip")
    assert kinds(tmp_path / "today.zip") == KINDS.keys()
    assert checked(tmp_path / "today.zip")[0] == 0
