"""A backup taken beside a till that sells, read again, and put back: the till sells on from it."""

import hashlib
import json
import shutil
import threading
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from pos_terminal.__main__ import main
from pos_terminal.archive import backup
from pos_terminal.archive.copies import BadCopy
from pos_terminal.archive.state_files import STATE_FILES
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.notation import day_and_hour
from pos_terminal.persons import clerks_file
from pos_terminal.runtime.shop_catalogue import ShopCatalogue
from pos_terminal.runtime.shop_settings import ShopSettings
from tests.support.journaled import Line, days, kept, records
from tests.support.people import CONTACT


@pytest.fixture
def state(tmp_path: Path) -> Path:
    days(tmp_path / "state", 2)
    return tmp_path / "state"


@pytest.fixture
def line(state: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(state, capsys)


def test_all_comes_back_and_the_till_sells_on(state: Path, line: Line, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.json"
    sheet.write_bytes(msgspec.json.encode({"items": [CONTACT]}))
    person = line("person", "add", sheet)[1]["person"]
    (tmp_path / "pin").write_text("4821\n")
    assert line("clerk", "add", "12", "--pin-file", tmp_path / "pin")[0] == 0
    (state / "terminal.good.toml").write_text('[shop]\nname = "B"\n[terminal]\ncatalog = "c.csv"\n')
    out, keys, new = tmp_path / "b.zip", tmp_path / "k.zip", tmp_path / "new"
    status, made = line("journal", "backup", "--out", out, "--keys", keys)
    assert (status, made["sha256"]) == (0, hashlib.sha256(out.read_bytes()).hexdigest())
    before = records(state)
    done = before[-1].event
    assert isinstance(done, TechnicalEvent)
    assert (done.code, made["sha256"] in done.detail) == (jet.BACKUP, True)
    assert made["records"] == len(before) - 2, "the copy cannot know of itself"

    status, found = line("journal", "restore", "--from", out, "--keys", keys, state=new)
    assert (status, found["keys"], found["records"]) == (0, True, made["records"])
    here = {name for name in STATE_FILES if (state / name).exists()}
    assert {name for name in STATE_FILES if (new / name).exists()} == here
    assert clerks_file.read(new) == clerks_file.read(state)
    assert line("person", "export", person, state=new)[1]["items"]
    assert {path.stat().st_mode & 0o077 for path in new.rglob("*")} == {0}
    with kept(new) as shop:
        shop.start()
        shop.sale()
    assert line("journal", "verify", state=new)[0] == 0


def test_what_the_shop_put_in_place_of_the_technicians_files_holds_again(
    state: Path, line: Line, tmp_path: Path
) -> None:
    """Without it the next card would sell at the prices, and with the settings, of before."""
    ShopCatalogue(state).put(b"dearer", b"catalogue", sha256(b"catalogue").hexdigest())
    settings = ShopSettings(state)
    settings.put(b"kept", b"terminal", 60)
    settings.keep()
    settings.put(b"on trial", b"terminal", 60)
    assert settings.at_start(b"terminal").trial
    out, keys, new = tmp_path / "b.zip", tmp_path / "k.zip", tmp_path / "new"
    assert line("journal", "backup", "--out", out, "--keys", keys)[0] == 0
    assert line("journal", "restore", "--from", out, "--keys", keys, state=new)[0] == 0
    assert ShopCatalogue(new).in_place_of(b"catalogue") == b"dearer"
    found = ShopSettings(new).at_start(b"terminal")
    assert (found.source, found.trial) == (b"kept", 0), "and never what was but on trial"
    assert ShopSettings(new).at_start(b"another").source == b"another"


def test_who_was_erased_after_the_copy_is_held_again_and_that_is_said(
    state: Path, line: Line, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.json"
    sheet.write_bytes(msgspec.json.encode({"items": [CONTACT]}))
    person = line("person", "add", sheet)[1]["person"]
    out, keys, new = tmp_path / "b.zip", tmp_path / "k.zip", tmp_path / "new"
    assert line("journal", "backup", "--out", out, "--keys", keys)[0] == 0
    assert line("person", "erase", person)[0] == 0
    found = line("journal", "restore", "--from", out, "--keys", keys, state=new)[1]
    said = records(new)[-1].event
    assert isinstance(said, TechnicalEvent)
    assert said.code == jet.RESTORE
    assert said.detail.endswith(f"personnes tenues comme au {day_and_hour(found['persons'])}")
    assert line("person", "export", person, state=new)[1]["items"], "as the copy has it"
    assert line("person", "erase", person, state=new)[0] == 0
    assert line("person", "list", state=new)[1] == []


def test_no_private_key_is_in_the_backup(state: Path, line: Line, tmp_path: Path) -> None:
    out, new = tmp_path / "b.zip", tmp_path / "new"
    assert line("journal", "backup", "--out", out)[0] == 0
    with ZipFile(out) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    for key in (state / "keys").iterdir():
        assert key.read_bytes() not in whole
    status, found = line("journal", "restore", "--from", out, state=new)
    assert (status, found["keys"]) == (0, False)
    assert line("journal", "verify", state=new)[0] == 0
    assert line("close", "day", state=new)[1]["code"] == "J-109", "and no till sells upon it"


def test_it_is_consistent_while_the_till_writes(state: Path, tmp_path: Path) -> None:
    """Copies one behind the other, each of some moment, while records keep coming."""
    enough = threading.Event()
    sold: list[int] = []

    def sell() -> None:
        with kept(state) as shop:
            shop.start()
            while not enough.is_set():
                shop.sale()
                sold.append(len(shop.records))

    seller = threading.Thread(target=sell)
    seller.start()
    try:
        counts = [backup.make(state, tmp_path / f"{n}.zip").records for n in range(4)]
        while len(sold) < 5:
            enough.wait(0.01)
    finally:
        enough.set()
        seller.join()
    assert counts == sorted(counts)
    for number, count in enumerate(counts):
        new = tmp_path / f"new{number}"
        new.mkdir()
        backup.unpack(tmp_path / f"{number}.zip", None, new)
        assert [r.rec for r in records(new)] == [r.rec for r in records(state)][:count]


def spoilt(source: Path, target: Path, name: str, content: bytes) -> Path:
    """A copy of the ZIP with one file's content, its CRC fitting."""
    with ZipFile(source) as old, ZipFile(target, "w") as new:
        for each in old.namelist():
            new.writestr(each, content if each == name else old.read(each))
    return target


def test_what_is_not_as_it_was_is_not_restored(state: Path, line: Line, tmp_path: Path) -> None:
    out, new = tmp_path / "b.zip", tmp_path / "new"
    assert line("journal", "backup", "--out", out)[0] == 0
    with ZipFile(out) as archive:
        manifest = json.loads(archive.read(backup.MANIFEST))
        journal = archive.read("journal.db")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(out.read_bytes()[:-300])
    foreign = {**manifest, "files": [{**manifest["files"][0], "name": "../outside"}]}
    newer = {**manifest, "v": backup.VERSION + 1}
    for bad in (
        cut,
        spoilt(out, tmp_path / "1.zip", "journal.db", journal.replace(b'"plu":"1"', b'"plu":"2"')),
        spoilt(out, tmp_path / "2.zip", "journal.db", journal + b"\0" * 100_000_000),
        spoilt(out, tmp_path / "3.zip", backup.MANIFEST, json.dumps(foreign).encode()),
        spoilt(out, tmp_path / "4.zip", backup.MANIFEST, json.dumps(newer).encode()),
        spoilt(out, tmp_path / "5.zip", backup.MANIFEST, b"[" * 100_000),
    ):
        status, said = line("journal", "restore", "--from", bad, state=new)
        assert (status, said["code"]) == (1, "J-122"), bad
        assert not new.exists()
    assert not (tmp_path / "outside").exists()


def test_what_cannot_be_recorded_is_no_backup(state: Path, line: Line, tmp_path: Path) -> None:
    out = tmp_path / "b.zip"
    shutil.rmtree(state / "keys")
    status, said = line("journal", "backup", "--out", out)
    assert (status, said["code"], out.exists()) == (1, "J-109", False)


def test_keys_that_were_changed_meanwhile_are_said(state: Path, tmp_path: Path) -> None:
    with pytest.raises(BadCopy, match="back up again"):
        backup.make_keys(state, tmp_path / "k.zip", "ab" * 32)
    assert list(tmp_path.glob("k.zip*")) == []


def test_an_existing_file_is_not_written_over(state: Path, tmp_path: Path) -> None:
    out = tmp_path / "b.zip"
    out.write_text("mine")
    assert main(["journal", "backup", "--out", str(out), "--state", str(state)]) == 1
    assert out.read_text() == "mine"
