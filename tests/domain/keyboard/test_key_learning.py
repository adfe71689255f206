"""A lesson: keys of the till asked for one by one, and the map that comes of it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.keyboard.chords import Chord, parse_chord
from pos_terminal.domain.keyboard.key_table import ROWS
from pos_terminal.domain.keyboard.keys import Key, parse_key, parse_map
from pos_terminal.domain.keyboard.learning import Heard, Lesson, to_toml

CTRL = "KEY_LEFTCTRL"


def press(*chords: str) -> list[Chord]:
    return [parse_chord(chord) for chord in chords]


def test_the_first_is_c_and_cannot_be_skipped() -> None:
    lesson = Lesson()
    assert lesson.asked and lesson.asked.name == "C" and not lesson.may_skip
    assert not lesson.skip() and lesson.asked.name == "C"


def test_all_are_asked_for_in_the_tables_order() -> None:
    lesson, asked = Lesson(), []
    while lesson.asked:
        asked.append(lesson.asked)
        assert lesson.press(press(f"KEY_F{len(asked)}")) is Heard.TAKEN
    assert asked == list(ROWS)
    assert list(lesson.taught.values()) == [row.key for row in ROWS]
    with pytest.raises(ValueError, match="nothing is asked for"):
        lesson.press(press("KEY_A"))


def test_what_cannot_be_taken_leaves_the_question_standing() -> None:
    lesson = Lesson()
    lesson.press(press("KEY_A"))
    asked = lesson.asked
    assert lesson.press(press("KEY_A")) is Heard.USED
    assert lesson.press(press("KEY_B", "KEY_C")) is Heard.SEVERAL
    assert lesson.press(press("KEY_NUMLOCK", "KEY_KP7", "KEY_NUMLOCK")) is Heard.SEVERAL
    assert lesson.press(press(CTRL)) is Heard.NOTHING
    assert lesson.asked == asked and lesson.taught == {"KEY_A": parse_key("C")}


def test_a_combination_comes_with_its_modifiers_press() -> None:
    lesson = Lesson()
    assert lesson.press(press(CTRL, f"{CTRL}+KEY_A")) is Heard.TAKEN
    assert lesson.press(press("KEY_A", "KEY_A")) is Heard.TAKEN  # a bounce
    assert list(lesson.taught) == [f"{CTRL}+KEY_A", "KEY_A"]


CHORDS = st.builds(
    Chord,
    st.integers(1, 24).map(lambda number: f"KEY_F{number}"),
    st.frozensets(st.sampled_from([CTRL, "KEY_LEFTSHIFT", "KEY_RIGHTALT"])),
).map(str)
KEYS = st.one_of(
    st.sampled_from([row.key for row in ROWS]),
    st.integers(0, 999).map(lambda plu: parse_key(f"article {plu}")),
)


@given(st.dictionaries(CHORDS, KEYS))
def test_a_file_holds_what_was_taught(taught: dict[str, Key]) -> None:
    text = to_toml(taught, "Clavier de Léa")
    assert parse_map(tomllib.loads(text)["keys"]) == taught
