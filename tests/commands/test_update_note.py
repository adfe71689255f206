"""The note on a box's first partition: what it says, and that nothing is written in vain."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from pos_terminal.channel.interface import Fault, Incident
from pos_terminal.commands import update_note
from pos_terminal.domain import faults, language
from pos_terminal.domain.language import say
from pos_terminal.update.box import Box
from tests.support.telling_till import SHUT, TellingTill

SELLS = replace(SHUT, terminal="2")


class Card(Box):
    """A first partition that counts how often it is made writable, and a log with one line."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.opened = 0
        self.config.mkdir(parents=True)
        self.note.write_bytes(update_note.NONE)

    @contextmanager
    def writable(self) -> Iterator[None]:
        self.opened += 1
        yield

    def log(self, unit: str) -> list[str]:
        return [f"{unit} said é" + "é" * 3000]


@pytest.fixture
def till() -> Iterator[TellingTill]:
    yield TellingTill(SELLS)
    language.translate_with(str)


def leave(card: Card, till: TellingTill) -> str:
    """What stands there once the till has been asked."""
    update_note.leave(card, till, lambda: [say("version {version}, place {slot}{tried}",
                                               version="9.1", slot="a", tried="")])  # fmt: skip
    content = card.note.read_bytes()
    assert len(content) == update_note.SIZE
    return content.decode()


def test_it_says_in_both_languages_whether_it_sells_and_is_written_where_that_is_new(
    tmp_path: Path, till: TellingTill
) -> None:
    card = Card(tmp_path)
    lines = leave(card, till).rstrip().split("\r\n")
    assert lines[1:] == ["CAISSE 2 (1)  VEND", "version 9.1, place a", "",
                         "TILL 2 (1)  SELLS", "version 9.1, slot a"]  # fmt: skip
    till.status = replace(SELLS, now="2026-12-01T07:00:00+01:00", memory=1)
    leave(card, till)
    assert card.opened == 1, "nothing is new"
    broken = Fault("C-101", "x", "y", "terminal.toml, ligne 3")
    heard = Incident("till", broken.code, broken.detail, "today", 1)
    back = Incident("update", "B-176", "9.5 : la caisse ne vend pas", "today", 1)
    till.status = replace(SELLS, selling=False, faults=[broken], incidents=[heard, back])
    said = leave(card, till)
    assert card.opened == 2
    for each in (faults.BAD_CONFIGURATION, faults.UPDATE_RETURNED):
        assert f"{each} : " in said and f"      {each.remedy}\r\n" in said
    assert "NE VEND PAS" in said and "DOES NOT SELL" in said
    assert said.count("terminal.toml, ligne 3") == said.count(" : update : 9.5 : ") == 2


def test_a_till_that_says_nothing_has_its_log_there_and_no_letter_in_half(
    tmp_path: Path, till: TellingTill
) -> None:
    card = Card(tmp_path)
    till.status = None
    said = leave(card, till)
    assert said.split("\r\n")[1:4] == [
        "CAISSE  NE VEND PAS", f"{faults.TILL_SILENT}", f"      {faults.TILL_SILENT.remedy}",
    ]  # fmt: skip
    assert "pos-terminal said é" in said


def test_a_card_that_takes_no_note_stops_nothing(
    tmp_path: Path, till: TellingTill, capsys: pytest.CaptureFixture[str]
) -> None:
    card = Card(tmp_path)
    card.note.unlink()
    card.note.mkdir()
    update_note.leave(card, till, lambda: [])
    assert str(card.note) in capsys.readouterr().out
