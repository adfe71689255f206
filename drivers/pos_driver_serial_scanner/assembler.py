"""From a scanner's bytes to its codes, without any I/O."""

import re

from pos_terminal.devices.classes import Scan

UNREADABLE = "\N{REPLACEMENT CHARACTER}"

_CONTROLS = re.compile("[\x00-\x03\x05-\x1c\x1f\x7f-\x9f]")
"""What no code contains. Group, record and end-of-message marks are part of GS1 codes."""

_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")


class ScanAssembler:
    """Cuts the bytes at each suffix. Holds no more than one code of the greatest length.

    Whatever cannot be a code comes out as an unreadable scan in its place, never as nothing: bytes
    that make no text, control characters, a code without its AIM prefix, one that is empty, cut
    off or longer than `max_length` bytes.
    """

    def __init__(
        self, suffix: bytes, *, aim: bool, max_length: int, encoding: str = "utf-8"
    ) -> None:
        self._suffix = suffix
        self._aim = aim
        self._max_length = max_length
        self._encoding = encoding
        self._begun = b""
        self._overlong = False

    @property
    def pending(self) -> bool:
        """Whether a code has begun and not ended."""
        return bool(self._begun) or self._overlong

    def feed(self, data: bytes) -> list[Scan]:
        """The codes that `data` completes, in order."""
        *codes, self._begun = (self._begun + data).split(self._suffix)
        scans = []
        for code in codes:
            scans.append(self._scan(code))
            self._overlong = False
        if len(self._begun) > self._max_length + len(self._suffix):
            # What is too long is forgotten as it comes: a scanner gone wild fills no memory.
            self._overlong = True
            self._begun = self._begun[-len(self._suffix) :]  # the suffix may have begun in it
        return scans

    def give_up(self) -> list[Scan]:
        """The bytes stopped in mid-code: what came is unreadable, and the next byte begins anew."""
        if not self.pending:
            return []
        text = self._begun.decode(self._encoding, "replace")
        self._begun, self._overlong = b"", False
        return [Scan(text + UNREADABLE)]

    def _scan(self, code: bytes) -> Scan:
        if not code or self._overlong or len(code) > self._max_length:
            return Scan(UNREADABLE)
        text = _CONTROLS.sub(UNREADABLE, code.decode(self._encoding, "replace"))
        if not self._aim:
            return Scan(text)
        if _AIM.match(text) and len(text) > 3:
            return Scan(text[3:], aim=text[:3])
        return Scan(text + UNREADABLE)
