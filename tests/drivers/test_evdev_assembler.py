"""The pure half of the keyboard scanner: key codes to codes."""

import string

import pytest
from evdev import ecodes
from hypothesis import given
from hypothesis import strategies as st

from pos_driver_evdev.assembler import CodeAssembler
from pos_driver_evdev.layouts import FR, US, Layout
from pos_driver_sim.keyboard import fr_stroke, us_stroke
from pos_terminal.devices.classes import Scan
from pos_terminal.devices.scans import UNREADABLE


def key(name: str) -> int:
    return int(ecodes.ecodes[f"KEY_{name}"])


def feed(assembler: CodeAssembler, *names: str) -> list[Scan]:
    """Feed keys by name: «A» down and up, «+A» down, «-A» up, «=A» repeated."""
    scans = []
    for name in names:
        sign, bare = (name[0], name[1:]) if name[0] in "+-=" else ("", name)
        values = {"": (1, 0), "+": (1,), "-": (0,), "=": (2,)}[sign]
        scans += [scan for v in values if (scan := assembler.key(key(bare), v))]
    return scans


def typed(assembler: CodeAssembler, text: str, end: str = "ENTER") -> list[Scan]:
    stroke_of = us_stroke if assembler._layout is US else fr_stroke
    names: list[str] = []
    for char in text:
        stroke = stroke_of(char)
        assert stroke is not None, char
        bare = [name.removeprefix("KEY_") for name in stroke]
        names += [f"+{name}" for name in bare] + [f"-{name}" for name in reversed(bare)]
    return feed(assembler, *names, end)


CODES = [
    "3017620422003", "]E03017620422003", "ABC-abc/123 $%+.", "https://id.gs1.org/01/09521?10=ABC",
    "#{[|\\^@]}<>=&*()_:;,!?'\"",
]


@pytest.mark.parametrize("text", CODES)
@pytest.mark.parametrize("layout", [US, FR])
def test_what_a_scanner_types_is_read(layout: Layout, text: str) -> None:
    assert typed(CodeAssembler(layout), text) == [Scan(text)]


PLAIN = string.ascii_letters + string.digits + "-_./:;,!?#@&=+*()[]{}^ "


@given(
    st.sampled_from(["fr", "us"]),
    st.lists(st.text(PLAIN, min_size=1, max_size=30), max_size=5),
)
def test_codes_come_out_as_they_went_in(name: str, texts: list[str]) -> None:
    assembler = CodeAssembler(US if name == "us" else FR)
    assert [scan for text in texts for scan in typed(assembler, text)] == list(map(Scan, texts))


def test_azerty_digits_need_shift_and_bare_ones_are_signs() -> None:
    assert feed(CodeAssembler(FR), "+LEFTSHIFT", "1", "2", "-LEFTSHIFT", "ENTER") == [Scan("12")]
    assert feed(CodeAssembler(FR), "1", "2", "ENTER") == [Scan("&é")]


def test_caps_lock_shifts_letters_on_us_and_all_on_azerty() -> None:
    assert feed(CodeAssembler(US), "CAPSLOCK", "A", "1", "CAPSLOCK", "A", "ENTER") == [Scan("A1a")]
    assert feed(CodeAssembler(FR), "CAPSLOCK", "1", "CAPSLOCK", "ENTER") == [Scan("1")]


def test_keypad_digits_in_any_layout_with_or_without_num_lock() -> None:
    for layout in (US, FR):
        keys = ("NUMLOCK", "KP3", "KP0", "KPDOT", "KP1", "NUMLOCK", "KPENTER")
        assert feed(CodeAssembler(layout), *keys) == [Scan("30.1")]


def test_alt_and_keypad_digits_make_a_character() -> None:
    def alt(*digits: str) -> list[Scan]:
        keys = [f"KP{digit}" for digit in digits]
        return feed(CodeAssembler(FR), "+LEFTALT", *keys, "-LEFTALT", "ENTER")

    assert alt("0", "0", "6", "5") == [Scan("A")]
    assert alt("6", "5") == [Scan("A")]
    assert alt("0", "1", "2", "8") == [Scan("€")]
    assert alt("1", "3", "0") == [Scan("é")]
    assert alt("0", "2", "9") == [Scan("\x1d")]
    assert alt("3", "0", "0") == [Scan(UNREADABLE)]
    assert alt("0", "1", "2", "9") == [Scan(UNREADABLE)]
    assert feed(CodeAssembler(US), "A", "+LEFTALT", "-LEFTALT", "ENTER") == [Scan("a")]
    assert feed(CodeAssembler(US), "+LEFTALT", "A", "-LEFTALT", "ENTER") == [Scan(UNREADABLE)]


def test_control_keys_send_control_characters() -> None:
    assembler = CodeAssembler(US)
    assert feed(assembler, "A", "+LEFTCTRL", "RIGHTBRACE", "-LEFTCTRL", "ENTER") == [Scan("a\x1d")]
    assert feed(assembler, "+LEFTCTRL", "1", "-LEFTCTRL", "ENTER") == [Scan(UNREADABLE)]


@pytest.mark.parametrize("layout", [US, FR])
def test_the_separator_of_gs1_comes_from_the_same_place_on_each_layout(layout: Layout) -> None:
    """On AZERTY the sign of that key is $, of which no rule of ASCII makes GS.

    Its neighbours make ESC and FS, which are in no code.
    """
    held = ("+LEFTCTRL", "RIGHTBRACE", "LEFTBRACE", "BACKSLASH", "102ND", "-LEFTCTRL", "ENTER")
    assert feed(CodeAssembler(layout), *held) == [Scan("\x1d" + 3 * UNREADABLE)]


@pytest.mark.parametrize("lost", [0, 2])
@pytest.mark.parametrize("behind", [False, True])
def test_a_lost_caps_lock_spoils_one_code_and_no_other(behind: bool, lost: int) -> None:
    """Pressed around the digits of a code, in front of its Enter or behind it."""
    bracketed = ["CAPSLOCK", "1", "CAPSLOCK", "ENTER"]
    if behind:
        bracketed[2:] = bracketed[:1:-1]
    hit = [name for n, name in enumerate(bracketed) if n != (lost + (behind and lost > 0))]
    _, *others = feed(CodeAssembler(FR), *hit, *bracketed, *bracketed)
    assert others == [Scan("1"), Scan("1")]


def test_a_caps_lock_behind_a_code_does_not_wait_for_the_next() -> None:
    assembler = CodeAssembler(FR)
    feed(assembler, "CAPSLOCK", "1", "ENTER", "CAPSLOCK")
    assert assembler.in_progress
    assert assembler.abandon() is None
    assert feed(assembler, "+LEFTSHIFT", "2", "-LEFTSHIFT", "ENTER") == [Scan("2")]


def test_dead_keys_of_azerty() -> None:
    assembler = CodeAssembler(FR)
    assert feed(assembler, "LEFTBRACE", "E", "ENTER") == [Scan("ê")]
    assert feed(assembler, "LEFTBRACE", "SPACE", "ENTER") == [Scan("^")]
    assert feed(assembler, "LEFTBRACE", "X", "ENTER") == [Scan("^x")]
    assert feed(assembler, "LEFTBRACE", "ENTER") == [Scan("^")]
    assert feed(assembler, "LEFTBRACE", "LEFTBRACE", "E", "ENTER") == [Scan("^^e")]
    assert feed(assembler, "+RIGHTALT", "2", "-RIGHTALT", "N", "ENTER") == [Scan("ñ")]
    assert feed(assembler, "+RIGHTALT", "9", "-RIGHTALT", "E", "ENTER") == [Scan("^e")]
    assert feed(assembler, "+LEFTSHIFT", "LEFTBRACE", "-LEFTSHIFT", "I", "ENTER") == [Scan("ï")]


def test_ends_of_a_code() -> None:
    assert feed(CodeAssembler(US), "A", "TAB", "B", "KPENTER", "ENTER", "C", "ENTER") == [
        Scan("a"), Scan("b"), Scan("c"),
    ]


def test_key_repeats_are_left_out() -> None:
    assert feed(CodeAssembler(US), "+A", "=A", "=A", "-A", "+ENTER", "=ENTER") == [Scan("a")]


def test_a_key_without_a_character_makes_the_scan_unreadable() -> None:
    assert feed(CodeAssembler(US), "1", "F5", "2", "ENTER", "3", "ENTER") == [
        Scan(f"1{UNREADABLE}2"), Scan("3"),
    ]


def test_a_code_that_is_too_long_is_one_unreadable_scan() -> None:
    assembler = CodeAssembler(US, max_length=5)
    assert typed(assembler, "12345") == [Scan("12345")]
    assert typed(assembler, "123456789") == [Scan(f"12345{UNREADABLE}")]
    assert typed(assembler, "12") == [Scan("12")]


def test_lost_events_spoil_the_code_and_release_all_keys() -> None:
    assembler = CodeAssembler(US)
    assert feed(assembler, "1", "+LEFTSHIFT", "2") == []
    assembler.spoil()
    assert feed(assembler, "3", "ENTER") == [Scan(f"1@{UNREADABLE}3")]
    assert typed(assembler, "a1") == [Scan("a1")]


def test_a_code_without_an_end_is_given_up() -> None:
    assembler = CodeAssembler(US)
    assert assembler.abandon() is None
    feed(assembler, "1", "2")
    assert assembler.in_progress
    assert assembler.abandon() == Scan(f"12{UNREADABLE}")
    assert typed(assembler, "34") == [Scan("34")]


def test_an_unfinished_alt_code_is_given_up_too() -> None:
    assembler = CodeAssembler(US)
    feed(assembler, "+LEFTALT", "KP6")
    assert assembler.in_progress
    scan = assembler.abandon()
    assert scan is not None
    assert UNREADABLE in scan.text
