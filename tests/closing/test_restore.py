"""A journal comes back from a copied directory or from archives, into an empty directory only."""

import shutil
from contextlib import closing
from pathlib import Path

import apsw
import msgspec
import pytest

from pos_terminal.__main__ import main
from pos_terminal.archive.restore import restore
from pos_terminal.archive.state_files import STATE_FILES
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.system import CommandGiven, TechnicalEvent
from pos_terminal.journal import catalogs, keyring, signer_outage, state_directory
from pos_terminal.persons import clerks_file as clerks
from pos_terminal.persons import database
from pos_terminal.runtime import boot, catalogue, promotions, shop_catalogue, shop_settings
from pos_terminal.storage.sqlite import connect
from tests.support.journaled import Line, days, kept, records
from tests.support.people import CONTACT

SHOPS = [f"{each.FOLDER}/{each.NAME}" for each in (shop_catalogue, shop_settings)]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    days(tmp_path / "state", 2)
    return tmp_path / "state"


@pytest.fixture
def line(state: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(state, capsys)


def test_a_copied_directory_sells_on_and_says_that_it_was_restored(
    state: Path, line: Line, tmp_path: Path
) -> None:
    backup, new = tmp_path / "backup", tmp_path / "new"
    shutil.copytree(state, backup)
    before = records(state)
    status, found = line("journal", "restore", "--from", backup, state=new)
    assert (status, found["records"], found["keys"]) == (0, len(before), True)
    *same, given, said = records(new)
    assert isinstance(given.event, CommandGiven)
    assert [(r.rec, r.sig) for r in same] == [(r.rec, r.sig) for r in before]
    assert isinstance(said.event, TechnicalEvent)
    assert said.event.code == jet.RESTORE
    with kept(new) as shop:
        shop.start()
        shop.sale()
    assert line("journal", "verify", state=new)[0] == 0
    assert [(r.rec, r.sig) for r in records(backup)] == [(r.rec, r.sig) for r in before]


def test_archives_give_evidence_and_no_till_sells_upon_it(
    state: Path, line: Line, tmp_path: Path
) -> None:
    before = records(state)
    middle = next(r.seq for r in before if r.kind == "period.closed")
    first, second, new = tmp_path / "1.zip", tmp_path / "2.zip", tmp_path / "new"
    assert line("journal", "archive", "--out", first, "--last", str(middle))[0] == 0
    assert line("journal", "archive", "--out", second, "--first", str(middle + 1))[0] == 0
    upto = len(records(state))
    words = ("journal", "restore", "--from", second, "--from", first)
    status, found = line(*words, state=new)
    assert status == 0, found
    assert not found["keys"]
    kept_rows = [(r.rec, r.sig) for r in records(new)]
    assert kept_rows == [(r.rec, r.sig) for r in records(state)[: len(kept_rows)]]
    assert upto - 2 <= len(kept_rows) <= upto
    assert line("journal", "verify", state=new)[0] == 0
    status, said = line("close", "day", state=new)
    assert (status, said["code"]) == (1, "J-109")


def test_what_is_not_restored_leaves_nothing_behind(
    state: Path, line: Line, tmp_path: Path
) -> None:
    archive, later = tmp_path / "a.zip", tmp_path / "later.zip"
    assert line("journal", "archive", "--out", archive)[0] == 0
    assert line("journal", "archive", "--out", later, "--first", "5")[0] == 0
    cut = tmp_path / "cut.zip"
    cut.write_bytes(archive.read_bytes()[:-200])
    spoilt = tmp_path / "spoilt"
    shutil.copytree(state, spoilt)
    content = (spoilt / "journal.db").read_bytes()
    assert content.count(b'"plu":"1"')
    (spoilt / "journal.db").write_bytes(content.replace(b'"plu":"1"', b'"plu":"2"', 1))
    new, disk = tmp_path / "new", tmp_path / "disk"
    (disk / "lost+found").mkdir(parents=True)
    for bad in (cut, later, spoilt, tmp_path / "absent.zip", tmp_path):
        for place in (new, disk):
            status, said = line("journal", "restore", "--from", bad, state=place)
            assert (status, said["code"]) == (1, "J-122"), bad
        assert not new.exists()
        assert [path.name for path in disk.iterdir()] == ["lost+found"]
    assert line("journal", "restore", "--from", archive, state=disk)[0] == 0
    full = [r.rec for r in records(state)]
    status, said = line("journal", "restore", "--from", archive)
    assert (status, said["code"]) == (1, "J-122")
    assert [r.rec for r in records(state)] == full


def test_an_unclean_copy_brings_its_persons_with_the_log(
    state: Path, line: Line, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Copied as a pulled plug leaves it: what was last told lies in the log beside the file."""
    sheet = tmp_path / "sheet.json"
    sheet.write_bytes(msgspec.json.encode({"items": [CONTACT]}))
    assert main(["person", "add", "--state", str(state), str(sheet)]) == 0
    capsys.readouterr()
    backup, new = tmp_path / "backup", tmp_path / "new"
    with closing(connect(state / "persons.db", "", apsw.SQLITE_OPEN_READWRITE)) as db:
        assert db.execute("SELECT count(*) FROM item").get == 1
        assert main(["person", "add", "--state", str(state), str(sheet)]) == 0
        person = capsys.readouterr().out.strip()
        shutil.copytree(state, backup)
    assert (backup / "persons.db-wal").stat().st_size
    assert line("journal", "restore", "--from", backup, state=new)[0] == 0
    assert (new / "persons.db").stat().st_mode & 0o777 == 0o600
    assert main(["person", "export", "--state", str(new), person]) == 0
    assert str(CONTACT.data.name) in capsys.readouterr().out


def test_all_that_is_no_projection_comes_back(state: Path, line: Line, tmp_path: Path) -> None:
    """Under the names by which the till keeps it."""
    files = (
        boot.LAST_GOOD, boot.GOOD_KEYMAP, clerks.NAME, catalogue.IN_FORCE, promotions.IN_FORCE,
        signer_outage.NAME, state_directory.MARK, *SHOPS,
    )  # fmt: skip
    folders = {f"{name}/" for name in (catalogs.FOLDER, keyring.FOLDER)}
    assert set(STATE_FILES) == {*files, *folders, database.NAME, database.SLOTS}
    (state / shop_settings.FOLDER).mkdir()
    for name in (boot.LAST_GOOD, boot.GOOD_KEYMAP, clerks.NAME, *SHOPS):
        (state / name).write_text("# kept\n")
    for name in (catalogue.IN_FORCE, promotions.IN_FORCE):
        (state / name).write_text("ab" * 32)
    new = tmp_path / "new"
    assert restore([state], new).keys
    for name in (*files, f"{catalogs.FOLDER}/a"):
        assert (new / name).exists() == (state / name).exists(), name
    assert line("journal", "stats", state=new)[1]["beside"]["clerks.toml"]
