"""A till passes from one box to another: one of them may sell, whatever happens in between."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import CommandGiven, KeyReplaced, TillHandedOver
from pos_terminal.journal import catalogs, handover, keyring
from pos_terminal.journal.commissioning import FOLDER, HANDOVER, waits
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.handover import Luggage, SettingsFile
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.runtime.catalogue import IN_FORCE
from pos_terminal.storage import secret_file
from tests.conftest import run
from tests.support.failing_disk import built, environment
from tests.support.journaled import IDENTITY, days, records

SETTINGS = """\
[shop]
name = "Au Bon Pain"
header = ["../secret"]

[terminal]
store = "boulangerie"
number = "2"
catalog = "articles/pain.csv"
"""
"""A line of text that happens to lead out of the settings' folder takes nothing along."""


class Boxes:
    """An old box that has sold for a day, a new one, and the stick between them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.old, self.new, self.stick = (folder / name for name in ("old", "new", "stick"))
        self._folder, self._capsys = folder, capsys
        days(self.old, 1)
        self.stick.mkdir()
        (folder / "secret").write_text("of another's")
        settings = folder / "old.etc"
        (settings / "articles").mkdir(parents=True)
        (settings / "terminal.toml").write_text(SETTINGS)
        (settings / "articles" / "pain.csv").write_text("plu,name,price\n1,Pain,1.30\n")
        secret_file.make(self.old / "keys" / "vouchers.key", 32)

    def line(self, state: Path, *words: str | Path) -> tuple[int, Any]:
        """The exit status of a command on that state, and what it says."""
        config = state.with_name(f"{state.name}.etc") / "terminal.toml"
        call = [*map(str, words), "--state", str(state), "--config", str(config), "--json"]
        status = main(call)
        said = self._capsys.readouterr().out
        return status, json.loads(said) if said else None

    def asks(self, state: Path | None = None) -> str:
        status, said = self.line(state or self.new, "handover", "in", self.stick)
        assert (status, said["taken"]) == (0, False)
        return str(said["key"])

    def gives(self, key: str) -> tuple[int, Any]:
        return self.line(self.old, "handover", "out", self.stick, "--to", key[:12])

    def takes(self, state: Path | None = None) -> tuple[int, Any]:
        return self.line(state or self.new, "handover", "in", self.stick)

    def sells(self, state: Path) -> bool:
        """Whether a till may sell there, and for good."""
        if waits(state) or not (state / "journal.db").exists():
            return False
        try:
            run(Journal.open(state, IDENTITY).close())
        except JournalError:
            return False
        return True


@pytest.fixture
def boxes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Boxes:
    return Boxes(tmp_path, capsys)


def test_the_till_goes_on_in_the_new_box_and_in_no_other(boxes: Boxes) -> None:
    key = boxes.asks()
    assert boxes.asks() == key, "asked again it says the same"
    assert boxes.sells(boxes.old) and waits(boxes.new)
    genuine = verify(boxes.old / "journal.db").key
    numbers = [r.event.number for r in records(boxes.old) if isinstance(r.event, SaleClosed)]

    assert boxes.gives(key)[0] == 0
    assert not boxes.sells(boxes.old) and not boxes.sells(boxes.new)
    assert boxes.line(boxes.old, "close", "day")[1]["code"] == "J-139"
    status, said = boxes.takes()
    assert (status, said["taken"], said["settings_left"]) == (0, True, [])
    assert boxes.sells(boxes.new) and not boxes.sells(boxes.old)

    *_, handed, taken, given = (record.event for record in records(boxes.new))
    assert isinstance(handed, TillHandedOver) and (handed.old, handed.key) == (genuine, key)
    assert isinstance(taken, KeyReplaced) and taken.lost == 0 and isinstance(given, CommandGiven)
    assert max(numbers) in {each.number for each in taken.tickets}, "none is left out"
    found = verify(boxes.new / "journal.db", key=genuine)
    assert found.key == key, "the old key vouches for the new one"
    archive = boxes.stick / "a.zip"
    status, said = boxes.line(boxes.new, "journal", "archive", "--out", archive)
    assert status == 0, said
    assert main(["archive", "verify", str(archive), "--key", genuine]) == 0

    kept, came = (state / "keys" / "vouchers.key" for state in (boxes.old, boxes.new))
    assert kept.read_bytes() == came.read_bytes() and came.stat().st_mode & 0o777 == 0o600
    stick = b"".join(path.read_bytes() for path in boxes.stick.iterdir())
    assert kept.read_bytes() not in stick
    assert not (boxes.new / "keys" / f"{genuine}.pem").exists(), "the key that signed stays behind"
    settings = boxes.new.with_name("new.etc")
    assert (settings / "terminal.toml").read_text() == SETTINGS
    assert [path.name for path in (settings / "articles").iterdir()] == ["pain.csv"]
    assert not list(boxes.new.glob("simulation/*")) and not (boxes.new / "handover").exists()


def test_root_writes_no_file_but_in_the_settings_folder(boxes: Boxes) -> None:
    catalogue = boxes.stick.with_name("elsewhere") / "pain.csv"
    settings = boxes.old.with_name("old.etc") / "terminal.toml"
    settings.write_text(SETTINGS.replace("articles/pain.csv", str(catalogue)))
    (boxes.old / IN_FORCE).write_text(catalogs.keep(boxes.old, b"plu,name,price\n1,Pain,1.40\n"))
    assert boxes.gives(boxes.asks())[0] == 0
    assert boxes.takes()[1]["settings_left"] == [str(catalogue)]
    assert not catalogue.exists()


def test_no_second_box_no_other_stick_and_no_changed_byte_is_taken(boxes: Boxes) -> None:
    other = boxes.new.with_name("other")
    first, second = boxes.asks(), boxes.asks(other)
    assert boxes.gives("f" * 12)[1]["code"] == "J-140", "nobody asked under that key"
    assert boxes.sells(boxes.old)
    assert boxes.gives(first)[0] == 0
    assert boxes.gives(second)[1]["code"] == "J-140", "it is handed over, and to one box"
    # The second box takes the first one's stick for its own.
    for end in (".zip", "-reponse.json"):
        mine = boxes.stick / f"remise-{first[:12]}{end}"
        shutil.copy(mine, boxes.stick / f"remise-{second[:12]}{end}")
    assert boxes.takes(other)[1]["code"] == "J-140"
    assert not boxes.sells(other)
    good = (boxes.stick / f"remise-{first[:12]}.zip").read_bytes()
    for at in (len(good) // 3, len(good) - 30):
        bad = bytearray(good)
        bad[at] ^= 1
        (boxes.stick / f"remise-{first[:12]}.zip").write_bytes(bad)
        assert boxes.takes()[1]["code"] == "J-140"
        assert waits(boxes.new) and not (boxes.new / "journal.db").exists()
    (boxes.stick / f"remise-{first[:12]}.zip").write_bytes(good)
    answer = boxes.stick / f"remise-{first[:12]}-reponse.json"
    letter = json.loads(genuine := answer.read_bytes())
    body = json.loads(letter["body"])
    for forged in ({"sealed": body["sealed"][::-1]}, {"exchange": "09" + "00" * 31}):
        answer.write_text(json.dumps(letter | {"body": json.dumps(body | forged)}))
        assert boxes.takes()[1]["code"] == "J-140"
    answer.write_text(json.dumps(letter | {"sig": f"u{letter['sig'][1:]}"}))
    assert boxes.takes()[1]["code"] == "J-140", "a bit that flipped, and it is not hexadecimal"
    assert waits(boxes.new) and not (boxes.new / "journal.db").exists()
    answer.write_bytes(genuine)
    assert boxes.takes()[0] == 0 and boxes.sells(boxes.new)


def test_a_request_whose_keys_were_changed_on_the_stick_is_none(boxes: Boxes) -> None:
    key = boxes.asks()
    path = boxes.stick / f"remise-{key[:12]}-demande.json"
    letter = json.loads(path.read_bytes())
    body = json.loads(letter["body"])
    path.write_text(json.dumps(letter | {"body": json.dumps(body | {"exchange": "ab" * 32})}))
    assert boxes.gives(key)[1]["code"] == "J-140"
    assert boxes.sells(boxes.old)


def test_a_request_that_nobody_could_answer_is_none(boxes: Boxes) -> None:
    """Heard of once the old box is at its end, neither would sell."""
    key = boxes.asks()
    signer = keyring.waiting(boxes.new / HANDOVER)
    path = boxes.stick / f"remise-{key[:12]}-demande.json"
    body = json.loads(json.loads(path.read_bytes())["body"])
    for half in ("", "zz" * 32, "00" * 32):
        asked = json.dumps(body | {"exchange": half})
        sig = signer.seal(asked.encode()).signature.hex()
        path.write_text(json.dumps({"body": asked, "sig": sig}))
        assert boxes.gives(key)[1]["code"] == "J-140"
        assert boxes.sells(boxes.old)


def test_no_file_comes_to_lie_outside_the_settings_folder(boxes: Boxes, tmp_path: Path) -> None:
    """Who has the old box has its key, and root of the new one writes what he names."""
    key = boxes.asks()
    assert boxes.gives(key)[0] == 0
    asked = handover.asked((boxes.stick / f"remise-{key[:12]}-demande.json").read_bytes())
    answer = boxes.stick / f"remise-{key[:12]}-reponse.json"
    told = handover.peek(answer.read_bytes())
    names = ("../cron", str(tmp_path / "cron"), "articles/../../cron")
    luggage = Luggage({}, tuple(SettingsFile(name, 0o644, b"mine") for name in names))
    signer = keyring.software(boxes.old, told.old)
    answer.write_bytes(handover.answer(signer, asked, (told.sha256, told.size), luggage))
    status, said = boxes.takes()
    assert (status, said["settings_left"]) == (0, list(names))
    assert not (tmp_path / "cron").exists()


def test_what_follows_a_handover_under_another_key_is_found(boxes: Boxes) -> None:
    """The old box's owner has its key, and a program that asks nothing."""
    assert boxes.gives(boxes.asks())[0] == 0
    status, said = boxes.line(boxes.old, "journal", "continue", "--because", "le neuf est tombé",
                              "--last-ticket", "0", "--last-z", "0")  # fmt: skip
    assert status == 0, said
    assert boxes.sells(boxes.old), "by somebody's decision, and on record"
    last = next(r.event for r in records(boxes.old) if isinstance(r.event, KeyReplaced))
    assert not last.agreed and last.because == "le neuf est tombé"


def test_a_box_that_waits_is_commissioned_only_once_it_waits_no_more(boxes: Boxes) -> None:
    boxes.asks()
    assert boxes.line(boxes.new, "commission", "--reset")[0] == 0
    assert sorted(path.name for path in boxes.new.iterdir()) == [FOLDER]
    assert boxes.line(boxes.old, "handover", "in", boxes.stick)[1]["code"] == "J-137"


def test_a_box_is_emptied_once_two_archives_hold_all_that_it_had(boxes: Boxes) -> None:
    early, late, again = (boxes.stick / f"{name}.zip" for name in ("early", "late", "again"))
    assert boxes.line(boxes.old, "journal", "archive", "--out", early)[0] == 0
    copies = ("--copy", early, "--copy", shutil.copy(early, again))
    assert boxes.line(boxes.old, "commission", "--reset", *copies)[1]["code"] == "J-137"
    assert boxes.gives(boxes.asks())[0] == 0 and boxes.takes()[0] == 0
    again.unlink()
    assert boxes.line(boxes.new, "journal", "archive", "--out", late)[0] == 0
    for given in ((), ("--copy", late), ("--copy", late, "--copy", late), copies[:2] * 2,
                  ("--copy", late, "--copy", early)):  # fmt: skip
        before = sorted(boxes.old.iterdir())
        assert boxes.line(boxes.old, "commission", "--reset", *given)[1]["code"] == "J-121"
        assert sorted(boxes.old.iterdir()) == before
    two = ("--copy", late, "--copy", shutil.copy(late, again))
    assert boxes.line(boxes.new, "commission", "--reset", *two)[1]["code"] == "J-137", "it sells"
    assert boxes.line(boxes.old, "commission", "--reset", *two)[0] == 0
    assert [path.name for path in boxes.old.iterdir()] == [FOLDER] and waits(boxes.old)


STEPS = {"in": (1, 4, 7, 10, 13, 16, 19), "out": (1, 3, 5, 7, 9, 11, 13)}


@pytest.mark.slow
@pytest.mark.parametrize("action", ["in", "out"])
def test_wherever_it_is_cut_the_same_command_ends_with_one_box_that_may_sell(
    boxes: Boxes, tmp_path: Path, action: str
) -> None:
    """A sync that fails ends the command where it stands, as the cut that comes right behind."""
    library = built(tmp_path)
    key = boxes.asks()
    if action == "in":
        assert boxes.gives(key)[0] == 0
    state = boxes.old if action == "out" else boxes.new
    more = ("--to", key[:12]) if action == "out" else ()
    places = (boxes.old, boxes.new, boxes.stick)
    before = {place: shutil.copytree(place, tmp_path / f"{place.name}.before") for place in places}
    died = 0
    for step in STEPS[action]:
        for place in places:
            shutil.rmtree(place)
            shutil.copytree(before[place], place)
        words = ("handover", action, str(boxes.stick), *more, "--state", str(state))
        config = state.with_name(f"{state.name}.etc") / "terminal.toml"
        done = subprocess.run(
            [sys.executable, "-m", "pos_terminal", *words, "--config", str(config)],
            env=environment(library, tmp_path, tmp_path / "log", f"sync:{step}:5+"),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        died += done.returncode != 0
        assert boxes.sells(boxes.old) + boxes.sells(boxes.new) <= 1, step
        if action == "out":
            assert boxes.gives(key)[0] == 0, done.stderr
        status, said = boxes.takes()
        assert status == 0, (step, said, done.stderr)
        assert (boxes.sells(boxes.old), boxes.sells(boxes.new)) == (False, True), step
    assert died > len(STEPS[action]) / 2, "most of them were cut"
