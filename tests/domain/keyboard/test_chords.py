"""Keys pressed together."""

import pytest

from pos_terminal.domain.keyboard.chords import MODIFIERS, Chord, Chords, parse_chord
from pos_terminal.domain.keyboard.keys import Function, Key, parse_map

CTRL, SHIFT, ALT = "KEY_LEFTCTRL", "KEY_LEFTSHIFT", "KEY_LEFTALT"
ONE = Key(Function.TYPE, "1")


def held(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("text", "chord", "usual"),
    [
        ("KEY_A", Chord("KEY_A"), "KEY_A"),
        ("KEY_LEFTCTRL+KEY_A", Chord("KEY_A", held(CTRL)), "KEY_LEFTCTRL+KEY_A"),
        (
            "KEY_LEFTALT + KEY_LEFTCTRL + KEY_F13",
            Chord("KEY_F13", held(CTRL, ALT)),
            "KEY_LEFTCTRL+KEY_LEFTALT+KEY_F13",
        ),
        ("KEY_LEFTCTRL", Chord(CTRL), CTRL),
        ("KEY_102ND", Chord("KEY_102ND"), "KEY_102ND"),
    ],
)
def test_a_chord_is_read_and_named(text: str, chord: Chord, usual: str) -> None:
    assert parse_chord(text) == chord
    assert str(chord) == usual
    assert parse_chord(usual) == chord


@pytest.mark.parametrize(
    "text",
    ["", "KEY_A+KEY_B", "KEY_LEFTCTRL+", "+KEY_A", "Ctrl+KEY_A", "KEY A", "KEY_A+KEY_LEFTCTRL"],
)
def test_what_is_no_chord(text: str) -> None:
    with pytest.raises(ValueError, match=r"maintient|pas un nom"):
        parse_chord(text)


def test_short_names_for_people() -> None:
    assert parse_chord("KEY_F1").short == "F1"
    assert parse_chord("KEY_LEFTSHIFT+KEY_LEFTCTRL+KEY_F13").short == "Ctrl+Shift+F13"
    assert parse_chord("KEY_RIGHTALT+KEY_KP7").short == "Rightalt+KP7"


def test_a_map_of_plain_keys_knows_no_modifiers() -> None:
    chords = Chords({"KEY_A": "a", SHIFT: "shift"})
    assert chords.find("KEY_A", held(*MODIFIERS)) == "a"
    assert chords.find(SHIFT) == "shift"
    assert not chords.only_held(SHIFT)


def test_a_combination_is_never_the_plain_key() -> None:
    chords = Chords({"KEY_A": "a", f"{CTRL}+KEY_A": "ctrl a", "KEY_B": "b"})
    assert chords.find("KEY_A") == "a"
    assert chords.find("KEY_A", held(CTRL)) == "ctrl a"
    assert chords.find("KEY_B", held(CTRL)) is None
    assert chords.find("KEY_A", held(CTRL, SHIFT)) == "ctrl a"  # no Shift in this map
    assert chords.find("KEY_B", held(SHIFT)) == "b"
    assert chords.only_held(CTRL) and not chords.only_held(SHIFT)


def test_a_map_holds_combinations_under_their_usual_names() -> None:
    keys = parse_map({f"{SHIFT}+{CTRL}+KEY_A": "1", "KEY_B": "C"})
    assert keys[f"{CTRL}+{SHIFT}+KEY_A"] == ONE


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ({f"{CTRL}+{ALT}+KEY_A": "1", f"{ALT}+{CTRL}+KEY_A": "2"}, "sont déjà «1»"),
        ({f"{CTRL}+KEY_A": "1", CTRL: "C"}, "pas une touche à elle seule"),
        ({"KEY_A+KEY_B": "1"}, "ne se maintient pas"),
    ],
)
def test_what_a_map_refuses(table: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_map(table)
