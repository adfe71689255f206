"""From a scanner's bytes to its codes, without any I/O."""

import re
from collections.abc import Callable

from pos_terminal.devices.classes import Scan
from pos_terminal.devices.scans import AIM, UNREADABLE, text_of

_END = re.compile(rb"[\r\n\t\x03]")
"""CR, LF, TAB and ETX: none of them is part of a code, so a scanner may end its codes with any of
them, or several."""

_BEFORE = b"\x02"
"""STX, with which some scanners begin."""


class ScanAssembler:
    """Cuts the bytes at each suffix. Holds no more than one code of the greatest length.

    Which suffix the scanner sends need not be known: ends with nothing between them are one end, so
    that the LF behind a CR is no second scan, and a code that was sold is not asked for again. Nor
    are NULs before a code anything, unless the line is `checked`: there a byte that fails its
    parity arrives as NUL (links/serial.py).

    Whatever cannot be a code comes out as an unreadable scan in its place, never as nothing: bytes
    that make no text, control characters, a code without its AIM prefix, one that is cut off or
    longer than `max_length` bytes. `unread` is told the bytes that made none.
    """

    def __init__(
        self,
        *,
        aim: bool,
        max_length: int,
        encoding: str = "utf-8",
        checked: bool = False,
        unread: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self._unread = unread
        self._aim = aim
        self._max_length = max_length
        self._encoding = encoding
        self._before = _BEFORE if checked else _BEFORE + b"\0"
        self._begun = b""
        self._overlong = False

    @property
    def pending(self) -> bool:
        """Whether a code has begun and not ended."""
        return bool(self._begun) or self._overlong

    def feed(self, data: bytes) -> list[Scan]:
        """The codes that `data` completes, in order."""
        *codes, begun = _END.split(self._begun + data)
        scans = [scan for code in codes if (scan := self._scan(code))]
        self._begun = begun.lstrip(self._before)
        if len(self._begun) > self._max_length:
            # What is too long is forgotten as it comes: a scanner gone wild fills no memory.
            self._overlong, self._begun = True, b""
        return scans

    def give_up(self) -> list[Scan]:
        """The bytes stopped in mid-code: what came is unreadable, and the next byte begins anew."""
        if not self.pending:
            return []
        begun, self._begun, self._overlong = self._begun, b"", False
        self._unread(begun)
        return [Scan(begun.decode(self._encoding, "replace") + UNREADABLE)]

    def _scan(self, code: bytes) -> Scan | None:
        """What stands before an end; None for nothing."""
        code = code.lstrip(self._before)
        overlong, self._overlong = self._overlong or len(code) > self._max_length, False
        if not (code or overlong):
            return None
        scan = Scan(UNREADABLE) if overlong else self._read(code)
        if UNREADABLE in scan.text:
            self._unread(code)
        return scan

    def _read(self, code: bytes) -> Scan:
        text = text_of(code, self._encoding)
        if not self._aim:
            return Scan(text)
        if AIM.match(text) and len(text) > 3:
            return Scan(text[3:], aim=text[:3])
        return Scan(text + UNREADABLE)
