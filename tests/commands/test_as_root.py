"""Commands that root runs on another user's state: all is that user's, and no link is followed."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import need
from tests.support.journaled import days, records

OWNER = 61_234
"""Nobody's number on a machine; the state is its."""

CALL = (sys.executable, "-m", "pos_terminal")

LET_IN = """
set -eu
mkdir -p "$1/program/$2"
mount --bind "$3/$2" "$1/program/$2"
mount --rbind "$1/program" "$3"
shift 3
exec "$@"
"""
"""In a mount namespace of its own: a folder that others may not enter (root's home, with a Python
in it) is one that they may, and holds nothing but that part of it."""


@pytest.fixture
def state() -> Iterator[Path]:
    """A till's state of two days, another user's, in a folder that everybody can pass through."""
    need(os.geteuid() == 0, "root", "sudo make test")
    folder = Path(tempfile.mkdtemp(prefix="pos-root-"))
    folder.chmod(0o755)
    days(folder / "state", 2)
    for path in (folder / "state", *(folder / "state").rglob("*")):
        os.chown(path, OWNER, OWNER)
    yield folder / "state"
    shutil.rmtree(folder)


def command(state: Path, *words: str | Path, uid: int = 0) -> subprocess.CompletedProcess[str]:
    call = [*CALL, *map(str, words), "--state", str(state), "--json"]
    as_user = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"] if uid else []
    call = [*let_in(state.parent), *as_user, *call]
    return subprocess.run(call, capture_output=True, text=True, check=False)


def let_in(folder: Path) -> list[str]:
    """What has Python be where every user can read it, if it is not: see LET_IN."""
    python = Path(sys.base_prefix)
    shut = next((each for each in python.parents if not each.stat().st_mode & stat.S_IXOTH), None)
    if shut is None:
        return []
    inner = python.relative_to(shut).parts[0]
    script = ["sh", "-c", LET_IN, "let-in", str(folder), inner, str(shut)]
    return ["unshare", "--mount", *script]


def owners(state: Path) -> set[int]:
    return {path.lstat().st_uid for path in (state, *state.rglob("*"))}


def pin(folder: Path) -> Path:
    """A PIN that only root can read, in a folder that only root can enter."""
    path = folder / "pin"
    path.write_text("4821\n")
    path.chmod(0o600)
    return path


def test_all_that_root_has_written_is_the_owners(state: Path, tmp_path: Path) -> None:
    archive, sheet = tmp_path / "a.zip", tmp_path / "person.json"
    sheet.write_text(
        '{"items": [{"name": "c", "purpose": "c", "ground": "contract", "data": {"name": "Z"}}]}'
    )
    for words in (
        ("clerk", "add", "12", "--pin-file", pin(tmp_path)),
        ("person", "add", sheet),
        ("journal", "rotate-key"),
        ("journal", "archive", "--out", archive),
        ("journal", "export", "csv", "--out", tmp_path / "tables"),
        ("journal", "backup", "--out", tmp_path / "b.zip", "--keys", tmp_path / "k.zip"),
        ("stock", "show"),
    ):
        done = command(state, *words)
        if words[:1] == ("stock",):
            assert "J-101" in done.stdout, "there is no catalogue here"
        else:
            assert done.returncode == 0, done.stdout + done.stderr
    assert owners(state) == {OWNER}
    assert archive.stat().st_uid == 0 and archive.stat().st_size > 10_000
    for made in (tmp_path / "tables" / "tickets.csv", tmp_path / "b.zip", tmp_path / "k.zip"):
        assert (made.stat().st_uid, made.stat().st_mode & 0o777) == (0, 0o600)
        assert made.stat().st_size > 0
    given = [record.event for record in records(state) if record.kind == "command.given"]
    assert {(event.uid, event.user) for event in given} == {(0, "root")}  # type: ignore[attr-defined]


def test_a_file_that_only_root_can_read_is_restored(state: Path) -> None:
    shut, new = state.parent / "shut", state.parent / "new"
    shut.mkdir(mode=0o700)
    new.mkdir()
    os.chown(new, OWNER, OWNER)
    archive = shut / "archive.zip"
    assert command(state, "journal", "archive", "--out", archive).returncode == 0
    assert (archive.stat().st_uid, archive.stat().st_mode & 0o777) == (0, 0o600)
    done = command(new, "journal", "restore", "--from", archive)
    assert done.returncode == 0, done.stdout + done.stderr
    kept = [r.rec for r in records(new)]
    assert kept == [r.rec for r in records(state)][: len(kept)] and len(kept) > 10
    assert owners(new) == {OWNER}
    absent = command(new, "journal", "restore", "--from", shut / "absent.zip")
    assert json.loads(absent.stdout)["code"] == "J-122"


def test_root_purges_upon_copies_that_only_root_can_read(state: Path) -> None:
    shut = state.parent / "shut"
    shut.mkdir(mode=0o700)
    copies = [shut / "a.zip", shut / "b.zip"]
    assert command(state, "journal", "archive", "--out", copies[0]).returncode == 0
    shutil.copy2(copies[0], copies[1])
    given = [word for copy in copies for word in ("--copy", copy)]
    done = command(state, "journal", "purge", "--through-closure", "1", *given)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert [each["path"] for each in told["copies"]] == [str(copy) for copy in copies]
    assert told["one_medium"] and told["emptied"] > 0
    assert owners(state) == {OWNER}


@pytest.mark.slow
def test_root_hands_a_till_over_by_a_stick_that_is_shut_to_its_owner(state: Path) -> None:
    """As the technician does it: sudo on both boxes, and the settings are root's."""
    stick, new = state.parent / "stick", state.parent / "new"
    stick.mkdir(mode=0o700)
    new.mkdir()
    os.chown(new, OWNER, OWNER)
    here, there = (state.parent / name / "terminal.toml" for name in ("old.etc", "new.etc"))
    here.parent.mkdir()
    here.write_text('[shop]\nname = "Au Bon Pain"\n[terminal]\nnumber = "2"\ncatalog = "a.csv"\n')
    here.with_name("a.csv").write_text("plu,name,price\n1,Pain,1.30\n")
    key = json.loads(command(new, "handover", "in", stick, "--config", there).stdout)["key"]
    out = ("handover", "out", stick, "--config", here, "--to")
    done = command(state, *out, key)
    assert done.returncode == 0, done.stdout + done.stderr
    files = {f"remise-{key[:12]}{end}" for end in (".zip", "-demande.json", "-reponse.json")}
    other = state.parent / "other"
    other.mkdir()
    os.chown(other, OWNER, OWNER)
    second = json.loads(command(other, "handover", "in", stick, "--config", there).stdout)["key"]
    refused = command(state, *out, second)
    assert (refused.returncode, json.loads(refused.stdout)["code"]) == (1, "J-140")
    files.add(f"remise-{second[:12]}-demande.json")
    assert {path.name for path in stick.iterdir()} == files, "what fails leaves nothing"
    done = command(new, "handover", "in", stick, "--config", there)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == {"key": key, "taken": True, "settings_left": []}
    assert owners(state) == owners(new) == {OWNER}
    assert {path.stat().st_uid for path in (*stick.iterdir(), there)} == {0}
    assert there.read_bytes() == here.read_bytes() and there.stat().st_mode & 0o777 == 0o644
    kept = [record.rec for record in records(state)]
    assert [record.rec for record in records(new)][: len(kept)] == kept


def test_what_root_began_and_could_not_end_is_gone(state: Path, tmp_path: Path) -> None:
    for key in (state / "keys").iterdir():
        key.unlink()
    for action in ("backup", "archive"):
        done = command(state, "journal", action, "--out", tmp_path / "a.zip")
        assert (done.returncode, json.loads(done.stdout)["code"]) == (1, "J-109")
        assert list(tmp_path.iterdir()) == []
    (tmp_path / "mine").write_text("kept")
    done = command(state, "journal", "backup", "--out", tmp_path / "mine")
    assert json.loads(done.stdout)["code"] == "C-131"
    assert (tmp_path / "mine").read_text() == "kept"


LINKS = (
    "lock", "journal.mark", "clerks.toml", "clerks.toml.new", "persons.db-wal", "journal.db-wal",
    "catalogs", "till",
)  # fmt: skip


@pytest.mark.parametrize("name", LINKS)
def test_a_planted_link_is_found_and_what_it_leads_to_is_unchanged(state: Path, name: str) -> None:
    target = state.parent / "target"
    target.write_text("kept\n")
    os.chown(target, OWNER, OWNER)  # its owner may write it, and so could whoever became him
    link = state / name
    if link.is_dir():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.symlink_to(target)
    os.chown(link, OWNER, OWNER, follow_symlinks=False)
    words = ("journal", "rotate-key") if name == "lock" else ("close", "day")
    done = command(state, *words)
    assert (done.returncode, json.loads(done.stdout)["code"]) == (1, "J-132"), done.stdout
    assert target.read_text() == "kept\n"
    assert owners(state) == {OWNER}


def test_a_program_that_its_owner_cannot_read_is_said(state: Path) -> None:
    if not let_in(state.parent):
        pytest.skip("this Python is where everybody can read it")
    call = [*CALL, "journal", "rotate-key", "--state", str(state), "--json"]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["code"]) == (1, "C-133"), done.stderr


def test_another_user_is_told_what_helps(state: Path) -> None:
    done = command(state, "journal", "verify", uid=OWNER + 1)
    assert (done.returncode, json.loads(done.stdout)["code"]) == (1, "J-131")
    assert "sudo" in json.loads(done.stdout)["remedy"]


def test_the_lock_of_a_till_is_no_link(state: Path, tmp_path: Path) -> None:
    """The till's own user, too, follows none: another program of his may have been taken over."""
    target = tmp_path / "target"
    target.write_text("kept\n")
    (state / "lock").unlink()
    (state / "lock").symlink_to(target)
    for path in (state, *state.rglob("*")):
        os.chown(path, 0, 0, follow_symlinks=False)
    done = command(state, "journal", "rotate-key")
    assert (done.returncode, json.loads(done.stdout)["code"]) == (1, "J-132")
    assert target.read_text() == "kept\n"


def test_whoever_comes_first_makes_a_state_that_is_his_alone(state: Path) -> None:
    new = state.parent / "new"
    done = command(new, "journal", "restore", "--from", state)
    assert done.returncode == 0, done.stdout
    assert stat.S_IMODE(new.stat().st_mode) == 0o700
