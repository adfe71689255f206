"""Golden journals: what a released version wrote is read and verified by every later one."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

import pos_terminal
from pos_terminal.archive.restore import restore
from pos_terminal.domain.events.vocabulary import KINDS
from pos_terminal.journal.database import NAME
from pos_terminal.journal.upcast import UPCASTS
from pos_terminal.journal.verify import Level, verify
from tests.journal.make_golden import GOLDEN, NEW, cut
from tests.support.kinds import schema
from tests.support.season import checked

CHANGES = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
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


@pytest.mark.parametrize("golden", JOURNALS, ids=lambda path: path.stem)
def test_the_changelog_lists_the_kinds_of_a_release(golden: Path) -> None:
    """Those of the first, and what each later one brings."""
    release = rf"^## \[{re.escape(golden.stem)}\].*?(?=^## \[|\Z)"
    (section,) = re.findall(release, CHANGES, re.M | re.S)
    (listed,) = re.findall(r"^### Kinds of records\n(.*?)(?=^### |\Z)", section, re.M | re.S)
    earlier = {kind for path in JOURNALS[: JOURNALS.index(golden)] for kind in kinds(path)}
    assert re.findall(r"`([a-z_.]+)`", listed) == sorted(kinds(golden) - earlier)


def test_what_this_version_writes_down_of_its_kinds_is_what_they_say() -> None:
    """A field that came after the cut would be nobody's promise."""
    ours = (GOLDEN / f"{pos_terminal.__version__}.kinds.json").read_text(encoding="utf-8")
    assert json.loads(ours) == schema(), f"{CUT} --again, or give the program a new version"


@pytest.mark.parametrize("golden", JOURNALS, ids=lambda path: path.stem)
def test_no_field_of_a_golden_record_is_gone(golden: Path) -> None:
    """By the bytes that were written then: what they say is read, and written again alike."""
    with zipfile.ZipFile(golden) as file:
        lines = file.read("records.jsonl").splitlines()
    for line in lines:
        said = json.loads(line)
        if said["kind"] in KINDS and said["kind"] not in UPCASTS:
            read = msgspec.convert(said["body"], KINDS[said["kind"]])
            now = msgspec.to_builtins(read)
            assert lacks(said["body"], now) == [], said["kind"]


def lacks(then: Any, now: Any, where: str = "") -> list[str]:
    """What is in the one and not, or otherwise, in the other."""
    match then, now:
        case dict(), dict():
            return [
                each
                for name, value in then.items()
                for each in lacks(value, now.get(name, "gone"), f"{where}.{name}")
            ]
        case list(), list() | tuple() if len(then) == len(now):
            return [
                each
                for number, (one, other) in enumerate(zip(then, now, strict=True))
                for each in lacks(one, other, f"{where}[{number}]")
            ]
    return [] if then == now and type(then) is type(now) else [f"{where}: {then!r}, {now!r}"]
