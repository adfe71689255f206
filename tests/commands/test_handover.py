"""A till passes from one box to another: one of them may sell, whatever happens in between."""

import errno
import json
import os
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.archive.handover import put_back
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import CommandGiven, KeyReplaced, TillHandedOver
from pos_terminal.journal import keyring
from pos_terminal.journal.commissioning import FOLDER, HANDOVER, waits
from pos_terminal.journal.handover import Luggage, NoHandover, SettingsFile, answer, asked, peek
from pos_terminal.journal.verify import verify
from tests.support.failing_disk import built, environment
from tests.support.journaled import records
from tests.support.two_boxes import SETTINGS, Boxes


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
        letter = json.dumps(body | {"exchange": half})
        sig = signer.seal(letter.encode()).signature.hex()
        path.write_text(json.dumps({"body": letter, "sig": sig}))
        assert boxes.gives(key)[1]["code"] == "J-140"
        assert boxes.sells(boxes.old)


def test_a_letter_that_is_spoilt_anywhere_is_refused_by_name(boxes: Boxes) -> None:
    """Before the old box is at its end, where it is the new one's; and with no traceback."""
    key = boxes.asks()
    request = boxes.stick / f"remise-{key[:12]}-demande.json"
    (boxes.stick / "remise-0123456789ab-demande.json").write_text("another's, and half of it")
    genuine = request.read_bytes()
    signer = keyring.waiting(boxes.new / HANDOVER)
    shares_nothing = json.dumps(json.loads(json.loads(genuine)["body"]) | {"exchange": "00" * 32})
    signed = signer.seal(shares_nothing.encode()).signature.hex()
    for spoilt in (b"[" * 5000, json.dumps({"body": shares_nothing, "sig": signed}).encode(),
                   json.dumps(json.loads(genuine) | {"sig": "no hex"}).encode()):  # fmt: skip
        request.write_bytes(spoilt)
        assert boxes.gives(key)[1]["code"] == "J-140"
        assert boxes.sells(boxes.old)
    request.write_bytes(genuine)
    assert boxes.gives(key)[0] == 0, "what another box left there is another's"
    answer = boxes.stick / f"remise-{key[:12]}-reponse.json"
    letter = json.loads(genuine := answer.read_bytes())
    for spoilt in (b"[" * 5000, json.dumps(letter | {"sig": "no hex"}).encode()):
        answer.write_bytes(spoilt)
        assert boxes.takes()[1]["code"] == "J-140"
    answer.write_bytes(genuine)
    copy = boxes.stick / f"remise-{key[:12]}.zip"
    copy.rename(boxes.stick / "elsewhere")
    assert boxes.takes()[1]["code"] == "C-134"
    (boxes.stick / "elsewhere").rename(copy)
    with pytest.raises(NoHandover, match="Input/output"):
        put_back(boxes.new, Torn(), genuine)
    exchange = boxes.new / HANDOVER / "exchange.key"
    kept = exchange.read_bytes()
    exchange.write_bytes(kept[:5])
    assert boxes.takes()[1]["code"] == "J-140"
    exchange.write_bytes(kept)
    assert boxes.takes()[0] == 0 and boxes.sells(boxes.new)


class Torn(BytesIO):
    """A stick whose flash is worn out."""

    def read(self, size: int | None = -1) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_root_writes_settings_into_their_folder_alone(boxes: Boxes, tmp_path: Path) -> None:
    """Whoever has the old box's key names the files that root makes on the new one."""
    key = boxes.asks()
    old = verify(boxes.old / "journal.db").key
    assert boxes.gives(key)[0] == 0
    place = boxes.stick / f"remise-{key[:12]}-reponse.json"
    told = peek(place.read_bytes())
    names = ("../beside", str(tmp_path / "absolute"), "no\0name", "terminal.toml/below", "right")
    luggage = Luggage({}, tuple(SettingsFile(name, 0o644, b"x") for name in names))
    request = asked((boxes.stick / f"remise-{key[:12]}-demande.json").read_bytes())
    signer = keyring.software(boxes.old, old)
    place.write_bytes(answer(signer, request, (told.sha256, told.size), luggage))
    (tmp_path / "new.etc").mkdir()
    (tmp_path / "new.etc" / "terminal.toml").write_text(SETTINGS)
    assert boxes.takes() == (0, {"key": key, "taken": True, "settings_left": list(names[:-1])})
    assert not (tmp_path / "beside").exists() and not (tmp_path / "absolute").exists()
    made = sorted(path.name for path in (tmp_path / "new.etc").iterdir())
    assert made == ["right", "terminal.toml"]


def test_where_there_is_no_room_the_old_box_sells_on(boxes: Boxes) -> None:
    key = boxes.asks()
    disk = os.statvfs(boxes.stick)
    free = disk.f_bavail * disk.f_frsize
    for size, place in ((2 * free, "clé USB"), (free // 4 * 3, str(boxes.old))):
        with (boxes.old / "large").open("wb") as file:
            file.truncate(size)
        status, said = boxes.gives(key)
        assert (status, said["code"]) == (1, "J-140") and place in said["detail"]
        assert boxes.sells(boxes.old) and not list(boxes.stick.glob("*.part"))


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


CUT = """\
import os, sys
from pos_terminal.__main__ import main
left = int(sys.argv[1])
def cut(event, arguments):
    global left
    if event in ("os.remove", "os.rmdir") and arguments[-1] != -1:
        left -= 1
        if not left:
            os._exit(9)
sys.addaudithook(cut)
sys.exit(main(sys.argv[2:]))
"""
"""A power cut at that removal from a folder which goes with all that is in it."""


@pytest.mark.slow
def test_wherever_the_waiting_ends_by_a_cut_the_new_box_sells(
    boxes: Boxes, tmp_path: Path
) -> None:
    assert boxes.gives(boxes.asks())[0] == 0
    before = shutil.copytree(boxes.new, tmp_path / "before")
    config = boxes.new.with_name("new.etc") / "terminal.toml"
    words = ("handover", "in", str(boxes.stick), "--state", str(boxes.new), "--config", str(config))
    cuts = 0
    while True:
        command = [sys.executable, "-c", CUT, str(cuts + 1), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        status, said = boxes.takes()
        assert (status, said["taken"]) == (0, True), (cuts, said)
        assert (boxes.sells(boxes.old), boxes.sells(boxes.new)) == (False, True), cuts
        if done.returncode != 9:
            break
        cuts += 1
        shutil.rmtree(boxes.new)
        shutil.copytree(before, boxes.new)
    assert done.returncode == 0 and cuts > 2, done.stderr
