"""A keypad, or a scanner that types: input events into a named pipe."""

import struct
from pathlib import Path
from typing import Literal, Self

from evdev import ecodes

from pos_driver_sim.far_end import Cable, Pipe

_US_SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))
_US_NAMES = {
    "-": "MINUS", "=": "EQUAL", "[": "LEFTBRACE", "]": "RIGHTBRACE", ";": "SEMICOLON",
    "'": "APOSTROPHE", "`": "GRAVE", "\\": "BACKSLASH", ",": "COMMA", ".": "DOT", "/": "SLASH",
    " ": "SPACE",
}
# AZERTY, by what is engraved on the key that sits there on a US keyboard.
_FR_MOVED = {
    "a": "Q", "q": "A", "z": "W", "w": "Z", "m": "SEMICOLON", ",": "M", ";": "COMMA", ":": "DOT",
    "!": "SLASH", "=": "EQUAL", ")": "MINUS", "*": "BACKSLASH", "$": "RIGHTBRACE", " ": "SPACE",
    "&": "1", "é": "2", '"': "3", "'": "4", "(": "5", "-": "6", "è": "7", "_": "8", "ç": "9",
    "à": "0", "ù": "APOSTROPHE", "<": "102ND",
}
_FR_SHIFTED = {
    "?": "M", ".": "COMMA", "/": "DOT", "§": "SLASH", "+": "EQUAL", "°": "MINUS", "%": "APOSTROPHE",
    "µ": "BACKSLASH", "£": "RIGHTBRACE", ">": "102ND",
}
_FR_ALTGR = {"#": "3", "{": "4", "[": "5", "|": "6", "\\": "8", "^": "9", "@": "0", "]": "MINUS",
             "}": "EQUAL", "€": "E"}

Stroke = tuple[str, ...]
"""Keys held one on top of the other, by name: («KEY_LEFTSHIFT», «KEY_A»)."""


def _key(name: str, *modifiers: str) -> Stroke:
    return (*(f"KEY_{m}" for m in modifiers), f"KEY_{name}")


def us_stroke(char: str) -> Stroke | None:
    """How a US keyboard types a character; None when it cannot."""
    if char.isascii() and char.isalnum():
        return _key(char.upper(), "LEFTSHIFT") if char.isupper() else _key(char.upper())
    if char in _US_SHIFTED:
        below = _US_SHIFTED[char]
        return _key(_US_NAMES.get(below, below), "LEFTSHIFT")
    return _key(_US_NAMES[char]) if char in _US_NAMES else None


def fr_stroke(char: str) -> Stroke | None:
    """How a French AZERTY keyboard types a character; None when it cannot."""
    if char.isascii() and char.isdigit():
        return _key(char, "LEFTSHIFT")
    if char.isascii() and char.isalpha():
        name = _FR_MOVED.get(char.lower(), char.upper())
        return _key(name, "LEFTSHIFT") if char.isupper() else _key(name)
    if char in _FR_MOVED:
        return _key(_FR_MOVED[char])
    if char in _FR_SHIFTED:
        return _key(_FR_SHIFTED[char], "LEFTSHIFT")
    return _key(_FR_ALTGR[char], "RIGHTALT") if char in _FR_ALTGR else None


class KeyboardEnd:
    """A keypad or scanner with a cable; `layout` is what it is set to when it types codes."""

    def __init__(self, path: Path, *, layout: Literal["us", "fr"] = "us") -> None:
        self._wire = Pipe(path)
        self.layout = layout
        self.settings: dict[str, object] = {"driver": "evdev", "device": str(path)}
        if layout != "us":
            self.settings["layout"] = layout

    @property
    def cable(self) -> Cable:
        """The wire's cable: what ails it."""
        return self._wire.cable

    @property
    def taken(self) -> bool:
        """Whether the till has read all that was typed."""
        return self._wire.taken

    async def __aenter__(self) -> Self:
        self._wire.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._wire.unplug()

    async def unplug(self) -> None:
        """Pull the cable."""
        self._wire.unplug()

    async def replug(self) -> None:
        """Plug it in again."""
        self._wire.plug()

    async def press(self, *names: str) -> None:
        """Press and release keys, one after the other: `press("KEY_KP7", "KEY_KPENTER")`."""
        for name in names:
            await self.stroke((name,))

    async def stroke(self, keys: Stroke) -> None:
        """Press keys together, the first held longest, and release them."""
        for name in keys:
            await self.event(ecodes.EV_KEY, ecodes.ecodes[name], 1)
        for name in reversed(keys):
            await self.event(ecodes.EV_KEY, ecodes.ecodes[name], 0)

    async def event(self, kind: int, code: int, value: int) -> None:
        """Send one event and its SYN_REPORT, as the kernel writes them."""
        await self._wire.send(
            struct.pack("llHHi", 0, 0, kind, code, value)
            + struct.pack("llHHi", 0, 0, ecodes.EV_SYN, ecodes.SYN_REPORT, 0)
        )

    async def scan(self, text: str, end: str = "KEY_ENTER") -> None:
        """Type a code as a scanner does, with its end key; what has no key is typed as Alt+0nnn."""
        for char in text:
            stroke = fr_stroke(char) if self.layout == "fr" else us_stroke(char)
            if stroke is not None:
                await self.stroke(stroke)
            else:
                await self._alt_code(char)
        if end:
            await self.press(end)

    async def _alt_code(self, char: str) -> None:
        alt = ecodes.ecodes["KEY_LEFTALT"]
        await self.event(ecodes.EV_KEY, alt, 1)
        await self.press(*(f"KEY_KP{digit}" for digit in f"0{char.encode('cp1252')[0]:03d}"))
        await self.event(ecodes.EV_KEY, alt, 0)
