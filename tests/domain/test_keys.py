"""The till's keys and the maps of keyboards to them."""

import tomllib
from pathlib import Path

import pytest

from pos_terminal.domain.keys import TENDER_KEYS, TYPED, Function, Key, parse_key, parse_map
from pos_terminal.domain.payment import TENDERS

KEYMAPS = sorted((Path(__file__).parent.parent.parent / "pos_terminal" / "keymaps").glob("*.toml"))


@pytest.mark.parametrize("file", KEYMAPS, ids=lambda file: file.stem)
def test_every_function_is_on_every_bundled_map(file: Path) -> None:
    keys = parse_map(tomllib.loads(file.read_text())["keys"])
    assert {key.function for key in keys.values()} == set(Function)
    typed = {key.argument for key in keys.values() if key.function is Function.TYPE}
    assert typed >= {*"0123456789", ","}
    tenders = {key.argument for key in keys.values() if key.function is Function.TENDER}
    assert tenders == set(TENDERS)


def test_there_is_a_bundled_map() -> None:
    assert "numeric" in {file.stem for file in KEYMAPS}


def test_every_tender_has_its_key() -> None:
    assert set(TENDER_KEYS) == set(TENDERS)


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


@pytest.mark.parametrize(
    "text",
    ["", "c", "12", "type", "type 1", "tender", "tender CASH", "article", "article x", "article ٣",
     "C 1", "CASH 5", "1 2", "PLU 28", " C"],
)  # fmt: skip
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        parse_key(text)


def test_a_map_names_the_key_at_fault() -> None:
    with pytest.raises(ValueError, match="KEY_B: 'nothing' is no key of the till"):
        parse_map({"KEY_A": "C", "KEY_B": "nothing"})
