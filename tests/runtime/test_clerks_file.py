"""The clerks' file, what is kept of a PIN, and the command that manages both."""

import asyncio
import dataclasses
import json
import stat
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain.counter.steps import CheckPin, Input, PinChecked
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.staff.clerks import HIGHEST, ORDINARY, Clerk, Pin, badge_hash
from pos_terminal.persons import clerks_file as clerks
from pos_terminal.persons import pins
from pos_terminal.persons.clerks_file import NAME, BadClerks, read, write
from pos_terminal.runtime import pin_lane
from pos_terminal.testing.running import run
from tests.support.staff import BADGES, LEA

KEPT = pins.keep(Pin("4821"))


def test_a_pin_is_known_again_and_no_other() -> None:
    assert pins.is_right(Pin("4821"), KEPT)
    assert not pins.is_right(Pin("4822"), KEPT)
    assert "4821" not in repr(Pin("4821"))


def test_each_pin_has_its_own_salt() -> None:
    assert pins.keep(Pin("4821")) != KEPT


@pytest.mark.parametrize("digits", ["", "482", "482a", "123456789", "٤٨٢١", "0000", "1234", "9876"])
def test_a_pin_that_is_none(digits: str) -> None:
    with pytest.raises(ValueError, match="code"):
        pins.keep(Pin(digits))


@pytest.mark.parametrize(
    "kept",
    ["", "4821", "scrypt:1:2", "md5:16384:8:1:00:00", KEPT[:-2], KEPT.replace("16384", "9" * 11),
     KEPT.replace(":8:", ":-8:"), KEPT.replace(":1:", ":9:"), KEPT.replace("scrypt", "scrÿpt")],
)  # fmt: skip
def test_what_is_kept_of_no_pin(kept: str) -> None:
    with pytest.raises(ValueError, match="gardé d'un code"):
        pins.check_kept(kept)


def test_the_lane_answers_each_question_by_its_number() -> None:
    async def body() -> None:
        answers: asyncio.Queue[Input] = asyncio.Queue()
        lane = pin_lane.PinLane(answers.put_nowait)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(lane.run())
            lane.check(CheckPin(1, LEA, Pin("4821"), KEPT))
            lane.check(CheckPin(2, LEA, Pin("4822"), KEPT))
            assert await answers.get() == PinChecked(1, LEA, right=True)
            assert await answers.get() == PinChecked(2, LEA, right=False)
            task.cancel()

    run(body())


def test_what_is_written_is_read_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    staff = {
        1: Clerk(1, KEPT, frozenset(Right)),
        12: Clerk(12, KEPT, frozenset(), badge_hash(BADGES[12]), training=True, person="ab" * 16),
    }
    write(tmp_path, staff.values())
    assert read(tmp_path).clerks == staff
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_without_a_file_there_are_no_clerks(tmp_path: Path) -> None:
    assert read(tmp_path).clerks == {}


GOOD = f'[[clerk]]\nnumber = 12\npin = "{KEPT}"\nrights = []\n'


@pytest.mark.parametrize(
    "text",
    [
        "[[clerk]", "\xff", "[[clerk]]\nnumber = 12\n", "clerk = 3\n", "[other]\n",
        GOOD.replace(KEPT, "4821"), GOOD.replace("12", "0"), GOOD.replace("12", str(HIGHEST + 1)),
        GOOD.replace("[]\n", '["all"]\n'), GOOD.replace("rights = []\n", ""),
        GOOD.replace("rights", "droits"), f'{GOOD}right = ["void"]\n',
        GOOD + 'badge = "x"\n', GOOD + 'person = "Lea"\n', GOOD + GOOD,
        f'{GOOD}badge = "{"0" * 64}"\n{GOOD.replace("12", "13")}badge = "{"0" * 64}"\n',
    ],
)  # fmt: skip
def test_a_spoilt_file_is_refused_and_tells_no_hash(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_bytes(text.encode("latin-1"))
    with pytest.raises(BadClerks) as refused:
        read(tmp_path)
    assert KEPT not in str(refused.value)
    assert "4821" not in str(refused.value).replace(str(tmp_path), "")


def test_a_person_who_is_not_held_has_no_name(tmp_path: Path) -> None:
    staff = {12: Clerk(12, KEPT, person="ab" * 16)}
    assert clerks.with_names(staff, tmp_path) == staff


def call(state: Path, *words: str) -> int:
    """A command for a till that the settings describe, and that has never run."""
    settings = state / "terminal.toml"
    settings.write_text('[shop]\nname = "Le Fournil"\n\n[terminal]\ncatalog = "catalog.csv"\n')
    return main(["clerk", *words, "--state", str(state), "--config", str(settings)])


def pin_file(folder: Path, digits: str) -> str:
    path = folder / "pin"
    path.write_text(digits + "\n")
    return str(path)


def test_a_clerk_from_first_to_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "add", "12", "--pin-file", pin_file(tmp_path, "4821")) == 0
    assert call(tmp_path, "add", "1", "--manager", "--pin-file", pin_file(tmp_path, "5930")) == 0
    assert read(tmp_path).clerks[12].rights == ORDINARY
    assert read(tmp_path).clerks[1].rights == frozenset(Right)
    assert call(tmp_path, "rights", "12", "--rights", "void,return") == 0
    assert call(tmp_path, "pin", "12", "--pin-file", pin_file(tmp_path, "7305")) == 0
    capsys.readouterr()
    assert call(tmp_path, "badge", "12", "--json") == 0
    code = json.loads(capsys.readouterr().out)["code"]
    lea = read(tmp_path).clerks[12]
    assert lea.rights == {Right.VOID, Right.RETURN}
    assert pins.is_right(Pin("7305"), lea.pin)
    assert lea.badge == badge_hash(code)
    assert code not in (tmp_path / NAME).read_text()
    assert call(tmp_path, "list", "--json") == 0
    listed = capsys.readouterr().out
    assert [row["number"] for row in json.loads(listed)] == [1, 12]
    assert "scrypt" not in listed
    assert call(tmp_path, "badge", "12", "--none") == 0
    assert read(tmp_path).clerks[12] == dataclasses.replace(lea, badge="")
    assert call(tmp_path, "rights", "12", "--rights", "none") == 0
    assert read(tmp_path).clerks[12].rights == frozenset()
    assert call(tmp_path, "remove", "12") == 0
    assert list(read(tmp_path).clerks) == [1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "1", "--pin-file", "PIN"), "existe déjà"),
        (("add", "2"), "aucun terminal"),
        (("pin", "9", "--pin-file", "PIN"), "aucun vendeur 9"),
        (("remove", "9"), "aucun vendeur 9"),
        (("badge", "9"), "aucun vendeur 9"),
    ],
)
def test_the_command_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    write(tmp_path, [Clerk(1, KEPT)])
    file = pin_file(tmp_path, "4821")
    assert call(tmp_path, *(file if word == "PIN" else word for word in words)) == 1
    caught = capsys.readouterr()
    assert "O-109" in caught.err
    assert said in caught.err
    assert list(read(tmp_path).clerks) == [1]


def test_a_weak_pin_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "add", "2", "--json", "--pin-file", pin_file(tmp_path, "1111")) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "O-109"
    assert read(tmp_path).clerks == {}


def test_a_spoilt_file_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("[[clerk]")
    assert call(tmp_path, "add", "2", "--pin-file", pin_file(tmp_path, "4821")) == 1
    assert (tmp_path / NAME).read_text() == "[[clerk]"


@pytest.mark.parametrize(
    "words",
    [
        ("add", "0"),
        ("add", "x"),
        ("add", "1000"),
        ("rights", "1"),
        ("add", "1", "--rights", "all"),
        ("add", "1", "--person", "Lea"),
    ],
)
def test_wrong_usage(tmp_path: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        call(tmp_path, *words)
    assert ended.value.code == 2
