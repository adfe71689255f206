"""What was in force goes with the records: catalogue, promotions and settings, by their SHA-256."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from pos_terminal.domain.events.system import TillStarted
from pos_terminal.journal.catalogs import FOLDER
from pos_terminal.testing.running import run
from tests.support.closing_days import sell
from tests.support.journaled import Line, records
from tests.support.season import checked, packed, unpacked
from tests.support.shop import CATALOG, PROMOTIONS, open_shop


@pytest.fixture
def state(tmp_path: Path) -> Path:
    async def two_days() -> None:
        for price in ("1,30", "1,40"):
            async with open_shop(tmp_path, catalog=CATALOG.replace("1,30", price)) as shop:
                await sell(shop)

    run(two_days())
    return tmp_path / "state"


@pytest.fixture
def line(state: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(state, capsys)


def test_an_archive_has_every_text_that_was_in_force(
    state: Path, line: Line, tmp_path: Path
) -> None:
    assert line("journal", "archive", "--out", tmp_path / "a.zip")[0] == 0
    files = unpacked(tmp_path / "a.zip")
    texts = {name: body for name, body in files.items() if name.startswith("text-")}
    assert all(name == f"text-{sha256(body).hexdigest()}" for name, body in texts.items())
    for text in (CATALOG, CATALOG.replace("1,30", "1,40"), PROMOTIONS):
        assert text.encode() in texts.values()
    started = [r.event for r in records(state) if isinstance(r.event, TillStarted)]
    for each in started:
        assert b"[terminal]" in texts[f"text-{each.configuration}"]
    assert checked(tmp_path / "a.zip")[0] == 0
    new = tmp_path / "new"
    assert line("journal", "restore", "--from", tmp_path / "a.zip", state=new)[0] == 0
    back = {f"text-{path.name}": path.read_bytes() for path in (new / FOLDER).iterdir()}
    assert back == texts


@pytest.mark.parametrize("how", ["deleted", "changed"])
def test_a_text_that_is_gone_is_a_finding(
    state: Path, line: Line, tmp_path: Path, *, how: str
) -> None:
    """A price list of its own making would make every discount look right."""
    name = sha256(CATALOG.encode()).hexdigest()
    kept = state / FOLDER / name
    if how == "deleted":
        kept.unlink()
    else:
        kept.write_text(CATALOG.replace("1,30", "1,20"))
    status, said = line("journal", "archive", "--out", tmp_path / "a.zip")
    assert (status, said["code"], name in said["detail"]) == (1, "J-104", True)
    assert not (tmp_path / "a.zip").exists()
    broken = line("journal", "archive", "--out", tmp_path / "b.zip", "--even-if-broken")
    assert broken[0] == 0 and name in broken[1]["broken"]
    status, words = checked(tmp_path / "b.zip", "--lang", "en")
    assert status == 1 and name in words


def test_an_archive_without_a_text_or_with_another_is_not_right(
    line: Line, tmp_path: Path
) -> None:
    assert line("journal", "archive", "--out", tmp_path / "a.zip")[0] == 0
    files = unpacked(tmp_path / "a.zip")
    name = f"text-{sha256(CATALOG.encode()).hexdigest()}"
    for body in (None, b"plu,name,price\n"):
        forged = {**files, name: body} if body else {k: v for k, v in files.items() if k != name}
        del forged["manifest.sig"]  # who forges has no key; and that is said last
        manifest = json.loads(forged["manifest.json"])
        entries = [entry for entry in manifest["files"] if body or entry["name"] != name]
        for entry in entries:
            if entry["name"] == name and body:
                entry |= {"size": len(body), "sha256": sha256(body).hexdigest()}
        forged["manifest.json"] = json.dumps({**manifest, "files": entries}).encode()
        status, words = checked(packed(forged, tmp_path / f"{bool(body)}.zip"), "--lang", "en")
        expected = f"{name} is not the file that was archived" if body else "is not there"
        assert status == 1 and expected in words
