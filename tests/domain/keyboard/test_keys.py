"""The till's keys and the maps of keyboards to them."""

import tomllib
from pathlib import Path

import pytest
from evdev import ecodes

from pos_driver_evdev.keypad import key_name
from pos_terminal.domain.keyboard.chords import parse_chord
from pos_terminal.domain.keyboard.key_table import ROWS
from pos_terminal.domain.keyboard.keys import (
    GOODS_KEYS,
    TENDER_KEYS,
    TYPED,
    Function,
    Key,
    parse_key,
    parse_map,
)

KEYMAPS = sorted((Path(__file__).parents[3] / "pos_terminal" / "keymaps").glob("*.toml"))


SMALL = {"pave17"}
"""Maps of keyboards with few keys: the rest is scanned from the command sheet."""


@pytest.mark.parametrize("file", KEYMAPS, ids=lambda file: file.stem)
def test_a_plain_sale_can_be_keyed_on_every_bundled_map(file: Path) -> None:
    keys = set(parse_map(tomllib.loads(file.read_text())["keys"]).values())
    assert keys >= {parse_key(key) for key in [*"0123456789", "C", "x", "PLU", "ST", "CORR"]}
    assert parse_key("CASH") in keys


@pytest.mark.parametrize("file", KEYMAPS, ids=lambda file: file.stem)
def test_one_key_of_every_bundled_map_ends_a_support_session(file: Path) -> None:
    """One, with nothing held; what a programmable keyboard sends for one is a combination."""
    keys = parse_map(tomllib.loads(file.read_text())["keys"])
    (found,) = (chord for chord, key in keys.items() if key == Key(Function.SUPPORT))
    assert file.stem == "programmable84" or not parse_chord(found).held


@pytest.mark.parametrize("file", KEYMAPS, ids=lambda file: file.stem)
def test_a_bundled_map_names_keys_that_linux_knows(file: Path) -> None:
    chords = map(parse_chord, tomllib.loads(file.read_text())["keys"])
    unknown = [str(c) for c in chords if key_name(ecodes.ecodes.get(c.name, -1)) != c.name]
    assert unknown == []


@pytest.mark.parametrize(
    "file", [file for file in KEYMAPS if file.stem not in SMALL], ids=lambda file: file.stem
)
def test_every_function_is_on_a_map_of_a_large_keyboard(file: Path) -> None:
    keys = parse_map(tomllib.loads(file.read_text())["keys"])
    assert {key.function for key in keys.values()} == set(Function)
    typed = {key.argument for key in keys.values() if key.function is Function.TYPE}
    assert typed >= {*"0123456789", ","}
    tenders = {key.argument for key in keys.values() if key.function is Function.TENDER}
    assert tenders == set(TENDER_KEYS)


@pytest.mark.parametrize("name", ["numeric", "azerty105"])
def test_whatever_is_done_with_goods_is_on_a_whole_keyboard(name: str) -> None:
    (file,) = (file for file in KEYMAPS if file.stem == name)
    keys = parse_map(tomllib.loads(file.read_text())["keys"]).values()
    goods = {key.argument for key in keys if key.function is Function.GOODS}
    assert goods == set(GOODS_KEYS)


def test_there_is_a_bundled_map() -> None:
    assert "numeric" in {file.stem for file in KEYMAPS}


@pytest.mark.parametrize("text", TYPED)
def test_what_types_stands_for_itself(text: str) -> None:
    assert parse_key(text) == Key(Function.TYPE, text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C", Key(Function.CLEAR)),
        ("PRIX", Key(Function.PRICE)),
        ("article 28", Key(Function.ARTICLE, "28")),
        ("CASH", Key(Function.TENDER, "CASH")),
    ],
)
def test_keys(text: str, key: Key) -> None:
    assert parse_key(text) == key


@pytest.mark.parametrize("text", [*(row.name for row in ROWS), "article 28"])
def test_a_key_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_key(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "c", "12", "type", "type 1", "tender", "tender CASH", "article", "article x", "article ٣",
     "C 1", "CASH 5", "1 2", "PLU 28", " C"],
)  # fmt: skip
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="touche"):
        parse_key(text)


def test_a_map_names_the_key_at_fault() -> None:
    with pytest.raises(ValueError, match="KEY_B: 'nothing' n'est pas une touche de la caisse"):
        parse_map({"KEY_A": "C", "KEY_B": "nothing"})
