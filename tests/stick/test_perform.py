"""The helper from what is asked to what is answered: signed releases, and a till handed over."""

import errno
import json
import os
import subprocess
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from pos_terminal.channel.interface import Ticket
from pos_terminal.domain.audit.stick import (
    ANSWER,
    ANSWERS,
    ASKED,
    StickAction,
    StickAnswer,
    StickAsked,
    key_of,
)
from pos_terminal.stick.perform import perform
from pos_terminal.stick.plugged import OWN
from pos_terminal.stick.reader import Reader
from pos_terminal.update.choice import Choice
from tests.support.flashed_box import Flashed, Publisher
from tests.support.telling_till import SHUT, TellingTill
from tests.support.two_boxes import Boxes

SOLD = replace(SHUT, last_ticket=Ticket("1-000001", "2026-11-30T12:00:00+01:00"))
USB = "sys/devices/pci0000:00/usb1/1-1/block"


class Port(Reader):
    """A port of a box on scratch files: what is plugged in are folders, mounted by a link."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, patience=0)
        self.root = root
        self.sticks: dict[str, Path] = {}
        self.kind = "vfat"
        self.written: list[bool] = []
        self.ran: list[list[str]] = []
        self.heard: list[StickAnswer] = []
        for each in ("run/pos-terminal", "sys/class/block", "dev", "boot/config"):
            (root / each).mkdir(parents=True, exist_ok=True)
        self.asked_in = root / "run/pos-terminal" / ASKED

    def plug(self, name: str, content: Path, *, where: str = USB, first: bytes = b"") -> None:
        """A disk with one partition."""
        disk = self.root / where / name
        part = disk / f"{name}1"
        part.mkdir(parents=True)
        (part / "partition").write_text("1\n")
        for each in (disk, part):
            (each / "size").write_text("2048\n")
            (self.root / "sys/class/block" / each.name).symlink_to(each)
            (self.root / "dev" / each.name).write_bytes(first)
        self.sticks[part.name] = content

    def mount(self, node: Path, place: Path, kind: str, *, writes: bool) -> None:
        if kind != self.kind:
            raise OSError(errno.EINVAL, "another file system", str(node))
        place.rmdir()
        place.symlink_to(self.sticks[node.name])
        self.written.append(writes)

    def unmount(self, place: Path) -> None:
        place.unlink()
        place.mkdir()

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        self.ran.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    def answer(self, answer: StickAnswer) -> None:
        super().answer(answer)
        self.heard.append(answer)

    def ask(self, action: StickAction, code: str = "") -> None:
        self.asked_in.write_bytes(msgspec.json.encode(StickAsked(action, code, id="1")))

    @property
    def answered(self) -> StickAnswer:
        return msgspec.json.decode((self.root / ANSWERS / ANSWER).read_bytes(), type=StickAnswer)


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Publisher:
    return Publisher(tmp_path_factory.mktemp("publisher") / "keys")


@pytest.fixture
def box(tmp_path: Path, publisher: Publisher) -> Flashed:
    found = Flashed(tmp_path / "box")
    found.keyring.write_bytes(publisher.certificate.read_bytes())
    return found


@pytest.fixture
def port(box: Flashed) -> Port:
    return Port(box.root)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def done(port: Port, box: Flashed, till: TellingTill | None = None) -> StickAnswer:
    answer = perform(port, box, till or TellingTill())
    assert answer is not None and answer == port.answered and answer.ended
    assert not port.asked_in.exists()
    place = port.root / ANSWERS / "stick"
    assert not place.exists() or (place.is_dir() and not place.is_symlink()), "it is still mounted"
    return answer


def releases(publisher: Publisher, stick: Path, *versions: str) -> None:
    for version in versions:
        (stick / version).mkdir()
        publisher.publish(stick / version, version)


def test_nobody_asks_and_nothing_is_looked_at(port: Port, box: Flashed, stick: Path) -> None:
    port.plug("sda", stick)
    assert perform(port, box, TellingTill()) is None
    assert port.written == []


def test_of_many_releases_the_newest_signed_one_is_installed_and_said(
    port: Port, box: Flashed, stick: Path, publisher: Publisher, tmp_path: Path
) -> None:
    releases(publisher, stick, "0.9", "2.0", "2.10", "2.9")
    (stick / "photos").mkdir()
    foreign = stick / "9.0"
    foreign.mkdir()
    Publisher(tmp_path / "foreign").publish(foreign, "9.0")
    (stick / "9.9").symlink_to(stick / "2.0")  # no FAT has any; nobody follows one all the same
    port.plug("sda", stick)
    port.ask(StickAction.UPDATE)
    answer = done(port, box, TellingTill(SOLD))  # agreed at the counter: it need not be shut
    assert answer.fault == "" and "2.10" in answer.lines[0]
    before, _ = port.heard
    said = "".join(before.lines)
    assert not before.ended and "B-171" in said and "9.9" not in said
    assert (box.slots["b"], box.chosen, box.restarted) == ("2.10", Choice("a", "b"), 1)
    assert set(port.written) == {False}, "it is mounted read-only"


def test_a_sale_that_is_open_is_not_cut(
    port: Port, box: Flashed, stick: Path, publisher: Publisher
) -> None:
    releases(publisher, stick, "2.0")
    port.plug("sda", stick)
    port.ask(StickAction.UPDATE)
    assert done(port, box, TellingTill(replace(SOLD, open_sales=1))).fault == "B-179"
    assert box.chosen == Choice("a")


def test_a_stick_without_a_newer_release_says_what_it_has(
    port: Port, box: Flashed, stick: Path, publisher: Publisher
) -> None:
    port.plug("sda", stick)
    port.ask(StickAction.UPDATE)
    assert done(port, box).fault == "B-183"
    releases(publisher, stick, "0.9", "1.0")
    port.ask(StickAction.UPDATE)
    answer = done(port, box)
    assert answer.fault == "B-183" and "0.9 : B-173" in answer.detail
    assert "1.0 : 1.0 tourne déjà" in answer.detail and box.restarted == 0


def test_two_updates_at_once_are_one(
    port: Port, box: Flashed, stick: Path, publisher: Publisher
) -> None:
    releases(publisher, stick, "2.0")
    port.plug("sda", stick)
    port.ask(StickAction.UPDATE)
    with box.alone(waits=True):
        assert done(port, box).fault == "B-179"
    assert box.restarted == 0


@pytest.mark.parametrize(
    ("plugged", "code"),
    [
        ([], "B-181"),
        ([("sda", "sys/devices/pci0000:00/ata1/block", b"")], "B-181"),  # a disk of the box's
        ([("sda", USB, bytes(440) + OWN)], "B-181"),  # the very one that it runs from
        ([("sda", USB, b""), ("sdb", USB, b"")], "B-182"),
    ],
    ids=["none", "built in", "its own", "two"],
)
def test_what_is_a_stick(
    port: Port, box: Flashed, stick: Path, plugged: list[tuple[str, str, bytes]], code: str
) -> None:
    for name, where, first in plugged:
        port.plug(name, stick, where=where, first=first)
    port.ask(StickAction.UPDATE)
    assert done(port, box).fault == code


@pytest.mark.parametrize("kind", ["vfat", "exfat", "ntfs"])
def test_of_file_systems_two_are_tried(port: Port, box: Flashed, stick: Path, kind: str) -> None:
    port.kind = kind
    port.plug("sda", stick)
    port.ask(StickAction.UPDATE)
    assert done(port, box).fault == ("B-181" if kind == "ntfs" else "B-183")


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b'{"action":"format"}', b'{"action":"remise","code":"../../etc"}', b"\xff" * 9000,
     b'{"action":"version","code":"1"}'],
)  # fmt: skip
def test_what_makes_no_sense_is_not_done(
    port: Port, box: Flashed, stick: Path, content: bytes
) -> None:
    port.plug("sda", stick)
    port.asked_in.write_bytes(content)
    answer = perform(port, box, TellingTill())
    assert (answer.fault if answer else "") == ("B-184" if content else "")
    assert not port.asked_in.exists() and port.written == []


@pytest.mark.parametrize("place", ["elsewhere", "nowhere"])
def test_who_asks_leads_root_to_no_other_file(port: Port, box: Flashed, place: str) -> None:
    """The folder is the till's user's, who is not believed."""
    secret = port.root / "elsewhere"
    secret.write_bytes(msgspec.json.encode(StickAsked(StickAction.UPDATE)))
    port.asked_in.symlink_to(port.root / place)
    assert done(port, box).fault == "B-184"
    assert secret.exists() and port.written == []
    os.mkfifo(port.asked_in)
    assert done(port, box).fault == "B-184"


def test_a_technician_asks_on_the_first_partition_until_it_is_done(
    port: Port, box: Flashed, stick: Path, publisher: Publisher
) -> None:
    port.word.write_text("\ufeffVersion\r\n")
    assert done(port, box).fault == "B-181"
    assert port.word.exists(), "the next start tries again"
    releases(publisher, stick, "2.0")
    port.plug("sda", stick)
    assert done(port, box, TellingTill(None)).fault == "", "also where no till answers"
    assert not port.word.exists() and box.restarted == 1


class TwoPorts:
    """Two boxes whose tills are those of `Boxes`; their commands run for real."""

    def __init__(self, folder: Path, boxes: Boxes) -> None:
        self.boxes = boxes
        self.old = self._port(folder / "old.box", boxes.old)
        self.new = self._port(folder / "new.box", boxes.new)

    def _port(self, root: Path, state: Path) -> "Till":
        port = Till(root, self.boxes, state)
        port.plug("sda", self.boxes.stick)
        return port


class Till(Port):
    """A box beside a till, which is stopped and started by a word."""

    def __init__(self, root: Path, boxes: Boxes, state: Path) -> None:
        self.box = Flashed(root)
        super().__init__(root)
        self._boxes, self._state = boxes, state
        self.running = True

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        self.ran.append(command)
        if command[0] == "systemctl":
            self.running = command[1] == "start"
            ended = self.running and not self._boxes.sells(self._state)
            return subprocess.CompletedProcess(command, int(ended), "", "")
        words = command[3:-1]
        assert not self.running or words[:2] == ["handover", "in"]
        status, told = self._boxes.line(self._state, *words)
        return subprocess.CompletedProcess(command, status, json.dumps(told), "")

    def does(self, action: StickAction, code: str = "") -> StickAnswer:
        self.ask(action, code)
        answer = done(self, self.box)
        assert self.running
        return answer


@pytest.fixture
def two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> TwoPorts:
    return TwoPorts(tmp_path, Boxes(tmp_path, capsys))


def test_a_till_passes_from_box_to_box_without_a_command(two: TwoPorts) -> None:
    asked = two.new.does(StickAction.TAKE)
    assert asked.fault == "", asked
    code = "".join(asked.lines[2].split()[:3])
    (letter,) = two.boxes.stick.iterdir()
    assert letter.name == f"remise-{key_of(code)}-demande.json"
    other = f"{int(code) ^ 1:015d}"
    assert two.old.does(StickAction.HAND, other).fault == "B-183"
    assert two.boxes.sells(two.boxes.old), "one digit wrong, and nothing is handed over"
    assert two.old.does(StickAction.HAND, code).fault == ""
    assert not two.boxes.sells(two.boxes.old) and not two.boxes.sells(two.boxes.new)
    assert two.old.does(StickAction.HAND, code).fault == "", "a second time it is the same"
    assert two.new.does(StickAction.TAKE).fault == ""
    assert two.boxes.sells(two.boxes.new) and not two.boxes.sells(two.boxes.old)
    assert set(two.old.written) == {False, True}, "looked at read-only, and then written to"


def test_what_the_command_refuses_is_said_and_the_till_is_started_again(two: TwoPorts) -> None:
    assert two.old.does(StickAction.TAKE).fault == "J-137", "a till in service takes no other"
    two.boxes.new.mkdir(exist_ok=True)
    code = "".join(two.new.does(StickAction.TAKE).lines[2].split()[:3])
    letter = next(two.boxes.stick.glob("*-demande.json"))
    letter.write_bytes(letter.read_bytes().replace(b"a", b"b"))
    assert two.old.does(StickAction.HAND, code).fault == "J-140"
    assert two.boxes.sells(two.boxes.old)
