"""The layouts that come of XKB's tables, against libxkbcommon itself, key by key."""

import ctypes
import ctypes.util
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pos_driver_evdev.assembler import CodeAssembler
from pos_driver_evdev.keymaps import TABLES
from pos_driver_evdev.layouts import LayoutName, layout_of
from pos_terminal.devices.scans import UNREADABLE
from tests.needs import need

ROOT = Path(__file__).parents[2]
ENTER, SPACE = 28, 57
SHIFT, ALTGR, CAPS = 42, 100, 58
KEYS = [*range(2, 14), *range(16, 28), *range(30, 42), *range(43, 54), SPACE, 86]
HELD = [(), (SHIFT,), (ALTGR,), (CAPS,), (CAPS, SHIFT)]
XKB: dict[LayoutName, tuple[bytes, bytes]] = {
    "be": (b"be", b""), "de": (b"de", b""), "ch-de": (b"ch", b""), "ch-fr": (b"ch", b"fr"),
}  # fmt: skip


class Names(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_char_p) for name in ("rules", "model", "layout", "variant", "options")
    ]


def library() -> Any:
    found = ctypes.util.find_library("xkbcommon")
    there = found is not None and Path("/usr/share/X11/xkb/symbols/be").exists()
    need(there, "libxkbcommon with xkb-data", "apt-get install libxkbcommon0 xkb-data")
    xkb = ctypes.CDLL(found)
    for name in ("xkb_context_new", "xkb_keymap_new_from_names", "xkb_state_new"):
        getattr(xkb, name).restype = ctypes.c_void_p
    xkb.xkb_keymap_new_from_names.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    xkb.xkb_state_new.argtypes = [ctypes.c_void_p]
    xkb.xkb_state_update_key.argtypes = [ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int]
    xkb.xkb_state_key_get_utf8.argtypes = [
        ctypes.c_void_p, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_size_t,
    ]  # fmt: skip
    return xkb


def typed_by_xkb(xkb: Any, name: LayoutName, held: tuple[int, ...], code: int) -> str:
    """What a desktop would get of these keys; nothing for a dead one."""
    layout, variant = XKB[name]
    names = Names(b"evdev", b"pc105", layout, variant, b"")
    keymap = xkb.xkb_keymap_new_from_names(xkb.xkb_context_new(0), ctypes.byref(names), 0)
    state = xkb.xkb_state_new(keymap)
    for key in held:
        xkb.xkb_state_update_key(state, key + 8, 1)
        if key == CAPS:
            xkb.xkb_state_update_key(state, key + 8, 0)
    text = ctypes.create_string_buffer(16)
    xkb.xkb_state_key_get_utf8(state, code + 8, text, 16)
    return text.value.decode()


def typed_by_us(name: LayoutName, held: tuple[int, ...], code: int, after: int) -> str:
    """What the driver makes of the same events, and of a key after them."""
    assembler = CodeAssembler(layout_of(name))
    for key in held:
        assembler.key(key, 1)
        if key == CAPS:
            assembler.key(key, 0)
    assembler.key(code, 1)
    for key in held:
        assembler.key(key, 0)
    if after:
        assembler.key(after, 1)
    scan = assembler.key(ENTER, 1)
    return scan.text if scan else ""


@pytest.mark.parametrize("name", XKB)
def test_each_key_types_what_xkb_types(name: LayoutName) -> None:
    xkb = library()
    wrong = []
    for held in HELD:
        for code in KEYS:
            theirs, ours = typed_by_xkb(xkb, name, held, code), typed_by_us(name, held, code, 0)
            # Of a dead key XKB types nothing yet; ours ends the code with the accent by itself.
            if theirs and ours != theirs and ours != UNREADABLE:
                wrong.append((held, code, theirs, ours))
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "code", "held", "expected"),
    [
        ("ch-fr", 13, (), "ê"),
        ("ch-de", 27, (), "ë"),
        ("de", 13, (), "é"),
        ("de", 13, (SHIFT,), "è"),
        ("be", 26, (), "ê"),
        ("be", 26, (SHIFT,), "ë"),
    ],
)
def test_a_dead_key_waits_for_its_letter(
    name: LayoutName, code: int, held: tuple[int, ...], expected: str
) -> None:
    assert typed_by_us(name, held, code, 18) == expected


def test_a_sign_that_has_two_capitals_makes_no_control_character() -> None:
    assembler = CodeAssembler(layout_of("de"))
    for key in (29, 12):  # Ctrl and ß
        assembler.key(key, 1)
    scan = assembler.key(ENTER, 1)
    assert scan
    assert scan.text == UNREADABLE


@pytest.mark.parametrize("name", XKB)
def test_every_digit_and_letter_of_a_code_can_be_typed(name: LayoutName) -> None:
    characters = {char for level in TABLES[name].values() for row in level for char in row}
    assert set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-/:.]") <= characters


def test_the_tables_are_what_the_script_makes() -> None:
    library()
    made = subprocess.run(
        [ROOT / ".ci" / "keymaps", "--check"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
