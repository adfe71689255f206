"""Reads ESC/POS as a printer does: bytes into commands, commands into lines on a roll of paper.

Only what prints text faithfully is obeyed; the rest is measured, so that it is passed over whole.
Lengths: Epson ESC/POS reference, one page per command.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

ESC, FS, GS, DLE = 0x1B, 0x1C, 0x1D, 0x10
INTRODUCERS = (ESC, FS, GS, DLE)

CODECS = {0: "cp437", 2: "cp850", 16: "cp1252", 19: "cp858", 40: "iso8859-15"}

_FIXED = {
    ESC: {
        2: b"@2<LFimvS", 3: b"!%-3=?EGJMRTUV\\adrtu{ ", 4: b"$c\\", 5: b"p", 10: b"W",
    },
    GS: {
        2: b":", 3: b"!/BEHITabfhrw", 4: b"$LPW\\",
    },
    FS: {2: b".&", 3: b"!CW-", 4: b"pS"},
    DLE: {3: b"\x04\x05"},
}  # fmt: skip
LENGTHS = {
    (first, letter): length
    for first, lengths in _FIXED.items()
    for length, letters in lengths.items()
    for letter in letters
}


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _barcode(data: bytes) -> int | None:
    if len(data) < 4:
        return None
    if data[2] > 64:
        return 4 + data[3]
    return data.index(0, 3) + 1 if 0 in data[3:] else None


def _cut(data: bytes) -> int | None:
    return None if len(data) < 3 else 4 if data[2] in (65, 66, 97, 98, 103, 104) else 3


def _pulse(data: bytes) -> int | None:
    return None if len(data) < 3 else {1: 5, 2: 5, 3: 8, 7: 4, 8: 10}.get(data[2], 3)


def _tabs(data: bytes) -> int | None:
    return data.index(0, 2) + 1 if 0 in data[2:] else None


def _bit_image(data: bytes) -> int | None:
    return None if len(data) < 5 else 5 + _word(data, 3) * (3 if data[2] in (32, 33) else 1)


def _raster(data: bytes) -> int | None:
    return None if len(data) < 8 else 8 + _word(data, 4) * _word(data, 6)


def _block(data: bytes) -> int | None:
    return None if len(data) < 5 else 5 + _word(data, 3)


def _large_block(data: bytes) -> int | None:
    return None if len(data) < 7 else 7 + int.from_bytes(data[3:7], "little")


VARIABLE: dict[tuple[int, int], Callable[[bytes], int | None]] = {
    (ESC, ord("D")): _tabs,
    (ESC, ord("*")): _bit_image,
    (ESC, ord("(")): _block,
    (GS, ord("k")): _barcode,
    (GS, ord("V")): _cut,
    (GS, ord("v")): _raster,
    (GS, ord("(")): _block,
    (GS, ord("8")): _large_block,
    (FS, ord("(")): _block,
    (DLE, 0x14): _pulse,
}


def _length(data: bytes) -> int | None:
    """How long the command or run of text at the start of `data` is; None: more must come."""
    if data[0] >= 0x20:
        return next((i for i, byte in enumerate(data) if byte < 0x20), len(data))
    if data[0] not in INTRODUCERS:
        return 1
    if len(data) < 2:
        return None
    key = (data[0], data[1])
    length = VARIABLE[key](data) if key in VARIABLE else LENGTHS.get(key, 2)
    return length if length is not None and length <= len(data) else None


_REAL_TIME = re.compile(rb"\x10\x04[\x01-\x04]|\x10\x14\x01[\x00\x01][\x01-\x08]", re.S)
_BEGUN = re.compile(rb"\x10(\x04|\x14(\x01[\x00\x01]?)?)?\Z", re.S)


class RealTime:
    """Finds DLE EOT and drawer pulses by DLE DC4 wherever they stand, even inside a picture."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The commands that are whole now; the bytes stay in the stream, where they do nothing."""
        data = self._begun + data
        end = 0
        for match in _REAL_TIME.finditer(data):
            end = match.end()
            yield match[0]
        begun = _BEGUN.search(data, end)
        self._begun = begun[0] if begun else b""


class Commands:
    """Cuts one connection's bytes, in pieces of any size, into commands and runs of text."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The commands that are whole now."""
        self._pending += data
        while self._pending and (length := _length(self._pending)) is not None:
            command, self._pending = self._pending[:length], self._pending[length:]
            yield command


@dataclass(frozen=True, slots=True)
class Raster:
    """Dots: `rows` from the top, `width` of them each, the leftmost in a byte's highest bit."""

    width: int
    rows: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A Code 128 barcode: its text, its modules' width and its height, in dots."""

    data: str
    module: int
    height: int


@dataclass(frozen=True, slots=True)
class Square:
    """A QR code: its text, and its modules' width in dots."""

    data: str
    module: int


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line as it stands on the paper; barcodes, codes and pictures in square brackets.

    `picture` is what these stand for, `align` where it is: 0 left, 1 in the middle, 2 right.
    """

    text: str
    bold: bool = False
    tall: bool = False
    picture: Raster | Bars | Square | None = None
    align: int = 0


@dataclass(frozen=True, slots=True)
class Paper:
    """What was cut off: its lines, and the bytes since the last cut that are not real-time."""

    lines: tuple[PrintedLine, ...]
    raw: bytes

    @property
    def text(self) -> str:
        """The lines, without blanks at their ends."""
        return "".join(f"{line.text.rstrip()}\n" for line in self.lines)


@dataclass(slots=True)
class Roll:
    """The paper that hangs out of the printer, and the modes that what is printed next has."""

    columns: int = 48
    unknown: list[bytes] = field(default_factory=list)
    """Commands that are not in the tables above: a driver must not send such."""
    _lines: list[PrintedLine] = field(default_factory=list)
    _raw: bytearray = field(default_factory=bytearray)
    _buffer: str = ""
    _codec: str = "cp437"
    _align: int = 0
    _bold: bool = False
    _tall: bool = False
    _qr: str = ""
    # As printers have them at power-on; a till that cares sets them before each symbol.
    _module: int = 3
    _height: int = 162
    _dot: int = 3

    def obey(self, command: bytes) -> tuple[list[PrintedLine], Paper | None]:
        """Print; the lines that this completed, and the paper if it was a cut."""
        self._raw += command
        before = len(self._lines)
        if command[0] >= 0x20:
            self._text(command)
        elif command == b"\n":
            self._line_feed()
        elif command[0] == ESC:
            self._escape(command)
        elif command[0] == GS:
            self._group(command)
        elif command[0] == FS and command[:2] not in (b"\x1c.", b"\x1c&", b"\x1cp"):
            self.unknown.append(command)
        printed = self._lines[before:]
        return printed, self._cut_off() if command[:2] in (b"\x1dV", b"\x1bi", b"\x1bm") else None

    def _text(self, data: bytes) -> None:
        for char in data.decode(self._codec, errors="replace"):
            if len(self._buffer) == self.columns:
                self._line_feed()
            self._buffer += char

    def _line_feed(self) -> None:
        self._put(self._buffer)
        self._buffer = ""

    def _put(self, text: str, picture: Raster | Bars | Square | None = None) -> None:
        margin = (0, (self.columns - len(text)) // 2, self.columns - len(text))[self._align]
        text = " " * max(0, margin) + text
        self._lines.append(PrintedLine(text, self._bold, self._tall, picture, self._align))

    def _escape(self, command: bytes) -> None:
        n = command[2] if len(command) > 2 else 0
        match chr(command[1]):
            case "@":
                self._buffer, self._codec, self._align = "", "cp437", 0
                self._bold = self._tall = False
            case "t":
                self._codec = CODECS.get(n, "ascii")
            case "a":
                self._align = min(n % 48, 2)
            case "E":
                self._bold = bool(n & 1)
            case "!":
                self._bold, self._tall = bool(n & 0x08), bool(n & 0x10)
            case "d":
                for _ in range(n):
                    self._line_feed()
            case _:
                self._note_unknown(command)

    def _group(self, command: bytes) -> None:
        match command[:3]:
            case b"\x1dv0":
                self._raster(_word(command, 4), command[8:])
            case b"\x1d(k":
                self._two_dimensional(command[5:])
            case _ if command[1:2] == b"!":
                self._tall = bool(command[2] & 0x07)
            case _ if command[1:2] == b"w":
                self._module = command[2]
            case _ if command[1:2] == b"h":
                self._height = command[2]
            case _ if command[1:2] == b"k":
                data = _barcode_text(command)
                self._put(f"[{data}]", Bars(data, self._module, self._height))
            case _:
                self._note_unknown(command)

    def _raster(self, width_bytes: int, dots: bytes) -> None:
        rows = tuple(dots[at : at + width_bytes] for at in range(0, len(dots), width_bytes or 1))
        self._put(f"[{width_bytes * 8} x {len(rows)}]", Raster(width_bytes * 8, rows))

    def _two_dimensional(self, body: bytes) -> None:
        if body[:2] == b"1C" and len(body) > 2:
            self._dot = body[2]
        elif body[:2] == b"1P":
            self._qr = body[3:].decode(errors="replace")
        elif body[:2] == b"1Q":
            self._put(f"[{self._qr}]", Square(self._qr, self._dot))

    def _note_unknown(self, command: bytes) -> None:
        key = (command[0], command[1])
        if key not in LENGTHS and key not in VARIABLE:
            self.unknown.append(command)

    def _cut_off(self) -> Paper:
        if self._buffer:
            self._line_feed()
        paper = Paper(tuple(self._lines), bytes(self._raw))
        self._lines.clear()
        self._raw.clear()
        return paper


def _barcode_text(command: bytes) -> str:
    """The text of GS k: of Code 128 without its code set and its doubled braces."""
    data = command[4:] if command[2] > 64 else command[3:-1]
    if command[2] == 73:
        data = b"".join(_code_set(part) for part in re.findall(rb"\{[BC](?:[^{]|\{\{)*", data))
    return data.decode("ascii", errors="replace")


def _code_set(part: bytes) -> bytes:
    """What stands behind {B or {C: characters, or a byte for each two digits."""
    if part.startswith(b"{C"):
        return b"".join(b"%02d" % pair for pair in part[2:])
    return part[2:].replace(b"{{", b"{")
