"""Which character a key makes, per layout that a *scanner* may be set to.

A keyboard scanner sends positions, not characters: it looks up each character of the code in the
layout of its own set-up and presses that key. So the terminal must read with the same layout,
whatever keyboard the system itself is set to. Key codes are those of
linux/input-event-codes.h, which number a PC keyboard row by row.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from pos_driver_evdev.keymaps import TABLES

LayoutName = Literal["us", "fr", "be", "ch-de", "ch-fr", "de"]

# The first key code of each row: digits, letters, home row, bottom row, space, the ISO key.
_ROWS = (2, 16, 30, 43, 57, 86)


def _level(*rows: str) -> Mapping[int, str]:
    keys = {first + i: char for first, row in zip(_ROWS, rows, strict=True)
            for i, char in enumerate(row) if char != "\0"}
    return MappingProxyType(keys)


class Layout(Struct, frozen=True):
    """Key code to character on each shift level.

    A combining character stands for a dead key, which waits for the letter it goes on; `dead`
    says how it looks by itself.
    """

    plain: Mapping[int, str]
    shift: Mapping[int, str]
    altgr: Mapping[int, str]
    caps: Mapping[int, str]
    caps_shift: Mapping[int, str]
    dead: Mapping[str, str]


_SIGNS = MappingProxyType({
    "\u0300": "`", "\u0301": "´", "\u0302": "^", "\u0303": "~", "\u0308": "¨", "\u030a": "°",
    "\u030c": "ˇ", "\u0327": "¸",
})  # fmt: skip


def _of_windows(
    plain: Mapping[int, str], shift: Mapping[int, str], altgr: Mapping[int, str], *,
    caps_is_shift: bool,
) -> Layout:  # fmt: skip
    """Caps Lock shifts the whole block (French) rather than the letters alone (US)."""
    shifted = {code for code, char in plain.items() if caps_is_shift or char.isalpha()}
    return Layout(
        plain, shift, altgr,
        {**plain, **{code: char for code, char in shift.items() if code in shifted}},
        {**shift, **{code: char for code, char in plain.items() if code in shifted}}, _SIGNS,
    )  # fmt: skip


def _of_xkb(name: str) -> Layout:
    levels = {level: _level(*rows) for level, rows in TABLES[name].items()}
    return Layout(**levels, dead=_SIGNS)


US = _of_windows(
    plain=_level("1234567890-=", "qwertyuiop[]", "asdfghjkl;'`", "\\zxcvbnm,./", " ", "\\"),
    shift=_level("!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"~', "|ZXCVBNM<>?", " ", "|"),
    altgr=_level("", "", "", "", "", ""),
    caps_is_shift=False,
)

# French AZERTY as scanners know it, the PC layout KBDFR.
FR = _of_windows(
    plain=_level("&é\"'(-è_çà)=", "azertyuiop\u0302$", "qsdfghjklmù²", "*wxcvbn,;:!", " ", "<"),
    shift=_level("1234567890°+", "AZERTYUIOP\u0308£", "QSDFGHJKLM%", "µWXCVBN?./§", " ", ">"),
    altgr=_level("\0\u0303#{[|\u0300\\^@]}", "\0\0€\0\0\0\0\0\0\0\0¤", "", "", "", ""),
    caps_is_shift=True,
)


def layout_of(name: LayoutName) -> Layout:
    """The layout of that name; those of XKB are made when they are asked for."""
    if name in TABLES:
        return _of_xkb(name)
    return US if name == "us" else FR


CONTROLS: Mapping[int, str] = MappingProxyType({26: "\x1b", 27: "\x1d", 43: "\x1c", 86: "\x1c"})
"""What Ctrl makes of a key, whatever stands on it: ESC, GS, FS of the two keys right of P, the one
beside Enter, and the ISO key. PC layouts give these to the places, US and AZERTY alike: on AZERTY
Ctrl+$ is GS, the separator of GS1 codes (Microsoft's KBDUS and KBDFR)."""

# The keypad's characters do not depend on the layout. Num Lock is taken as on: scanners send
# keypad keys for digits alone.
KEYPAD: Mapping[int, str] = MappingProxyType({
    71: "7", 72: "8", 73: "9", 74: "-", 75: "4", 76: "5", 77: "6", 78: "+",
    79: "1", 80: "2", 81: "3", 82: "0", 83: ".", 55: "*", 98: "/",
})
