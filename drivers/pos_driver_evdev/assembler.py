"""From key codes to scanned codes: the pure half of the keyboard-wedge scanner.

No clock and no I/O: whoever feeds it calls `abandon` when the keys have stopped in mid-code.
"""

import unicodedata

from pos_driver_evdev.layouts import CONTROLS, KEYPAD, Layout
from pos_terminal.devices.classes import Scan
from pos_terminal.devices.scans import UNREADABLE, readable

_ENDS = frozenset({28, 96, 15})  # Enter, keypad Enter, Tab
_SHIFTS = frozenset({42, 54})
_CTRLS = frozenset({29, 97})
_ALT, _ALTGR, _CAPS_LOCK, _NUM_LOCK = 56, 100, 58, 69
_MODIFIERS = _SHIFTS | _CTRLS | {_ALT, _ALTGR}


class CodeAssembler:
    """Collects the keys of one code until its end key; one instance per scanner.

    A key that makes no character, or one that no code has, leaves U+FFFD in the text, which makes
    the scan unreadable, as does a code that is too long, interrupted (`spoil`) or never ended
    (`abandon`).
    """

    def __init__(self, layout: Layout, *, max_length: int = 512) -> None:
        self._layout = layout
        self._max_length = max_length
        self._held: set[int] = set()
        self._caps_lock = False
        self._text = ""
        self._dead = ""
        self._alt_digits = ""

    @property
    def in_progress(self) -> bool:
        """Whether a code has begun and not ended, or a Caps Lock that was pressed for one."""
        return self._begun or self._caps_lock

    @property
    def _begun(self) -> bool:
        return bool(self._text or self._dead or self._alt_digits)

    def key(self, code: int, value: int) -> Scan | None:
        """One key event (1 down, 0 up, 2 repeat); the scan that it ends, if it ends one."""
        if code in _MODIFIERS:
            self._modifier(code, value)
        elif value == 1:
            # Enter or Tab is the scanner's suffix, and never part of a code.
            if code in _ENDS:
                return self._end()
            self._press(code)
        return None

    def spoil(self) -> None:
        """Events were lost: no modifier can be trusted, and the code in progress is unreadable."""
        self._held.clear()
        self._caps_lock = False
        self._dead = self._alt_digits = ""
        self._append(UNREADABLE)

    def abandon(self) -> Scan | None:
        """The keys stopped in mid-code: what came is unreadable, and the next key begins anew."""
        self._caps_lock = False
        if not self._begun:
            return None
        self._append(UNREADABLE)
        return self._end()

    def _end(self) -> Scan | None:
        # A press that was lost garbles the one code that it was for, and none after it.
        self._caps_lock = False
        if self._alt_digits:
            self._compose()
        if self._dead:
            self._append(self._combined(" "))
        text, self._text = self._text, ""
        return Scan(readable(text)) if text else None

    def _modifier(self, code: int, value: int) -> None:
        if value:
            self._held.add(code)
            return
        self._held.discard(code)
        if code == _ALT and self._alt_digits:
            self._compose()

    def _press(self, code: int) -> None:
        if code == _CAPS_LOCK:
            # Some scanners press it again in front of their suffix, others behind it: between two
            # codes it can only be the one that begins the next.
            self._caps_lock = not (self._caps_lock and self._begun)
        elif code == _NUM_LOCK:
            pass  # some scanners press it around keypad digits, which are read as digits anyway
        # A scanner that knows no layout types characters by number, as on Windows: Alt + 0233 is é.
        elif _ALT in self._held:
            digit = KEYPAD.get(code, "")
            if digit.isdigit():
                self._alt_digits += digit
            else:
                self._append(UNREADABLE)
        else:
            self._control(code) if self._held & _CTRLS else self._character(self._look_up(code))

    def _look_up(self, code: int) -> str:
        layout = self._layout
        if (char := KEYPAD.get(code)) is not None:
            return char
        if _ALTGR in self._held:
            return layout.altgr.get(code, UNREADABLE)
        shifted = bool(self._held & _SHIFTS)
        if self._caps_lock:
            level = layout.caps_shift if shifted else layout.caps
        else:
            level = layout.shift if shifted else layout.plain
        return level.get(code, UNREADABLE)

    def _control(self, code: int) -> None:
        """Ctrl with a key: the layout's own for it, else that of its letter or sign, as ASCII."""
        char = self._look_up(code).upper()
        # A German ß in capitals is two letters, and no control character of either.
        by_sign = chr(ord(char) - 64) if len(char) == 1 and "@" <= char <= "_" else UNREADABLE
        self._append(CONTROLS.get(code, by_sign))

    def _character(self, char: str) -> None:
        if self._dead:
            self._append(self._combined(char))
        elif char in self._layout.dead:
            self._dead = char
        else:
            self._append(char)

    def _combined(self, char: str) -> str:
        accent, self._dead = self._dead, ""
        sign = self._layout.dead[accent]
        if char == " ":
            return sign
        char = self._layout.dead.get(char, char)
        # One character where there is one; else both, as a typewriter would.
        both = unicodedata.normalize("NFC", char + accent)
        return both if len(both) == 1 else sign + char

    def _compose(self) -> None:
        """Alt was released after keypad digits: 0nnn is CP1252, nnn is the OEM page, CP850."""
        digits, self._alt_digits = self._alt_digits, ""
        value = int(digits)
        if value > 255:
            self._append(UNREADABLE)
        elif value < 32:
            self._append(chr(value))
        else:
            page = "cp1252" if digits.startswith("0") else "cp850"
            self._append(bytes([value]).decode(page, errors="replace"))

    def _append(self, char: str) -> None:
        room = self._max_length - len(self._text)
        if room > 0:
            self._text += char[:room]
        elif not self._text.endswith(UNREADABLE):
            self._text += UNREADABLE
