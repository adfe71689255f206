"""Reads ESC/POS as a printer does: bytes into commands, commands into lines on a roll of paper.

Only what prints text faithfully is obeyed; the rest is measured, so that it is passed over whole.
Lengths: Epson ESC/POS reference, one page per command.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pos_driver_sim.paper import Bars, Raster, RollOfText, Square

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


def length(data: bytes) -> int | None:
    """How long the command or run of text at the start of `data` is; None: more must come."""
    if data[0] >= 0x20:
        return next((i for i, byte in enumerate(data) if byte < 0x20), len(data))
    if data[0] not in INTRODUCERS:
        return 1
    if len(data) < 2:
        return None
    key = (data[0], data[1])
    size = VARIABLE[key](data) if key in VARIABLE else LENGTHS.get(key, 2)
    return size if size is not None and size <= len(data) else None


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


@dataclass(slots=True)
class Roll(RollOfText):
    """See `RollOfText`. What is not in the tables above is unknown."""

    _qr: str = ""
    # As printers have them at power-on; a till that cares sets them before each symbol.
    _module: int = 3
    _height: int = 162
    _dot: int = 3

    def _control(self, command: bytes) -> None:
        if command[0] == ESC:
            self._escape(command)
        elif command[0] == GS:
            self._group(command)
        elif command[0] == FS and command[:2] not in (b"\x1c.", b"\x1c&", b"\x1cp"):
            self.unknown.append(command)

    def _cuts(self, command: bytes) -> bool:
        return command[:2] in (b"\x1dV", b"\x1bi", b"\x1bm")

    def _escape(self, command: bytes) -> None:
        n = command[2] if len(command) > 2 else 0
        match chr(command[1]):
            case "@":
                self._initialise()
            case "t":
                self._codec = CODECS.get(n, "ascii")
            case "a":
                self._align = min(n % 48, 2)
            case "E":
                self._bold = bool(n & 1)
            case "!":
                self._bold, self._tall = bool(n & 0x08), bool(n & 0x10)
            case "d":
                self._line_feed(n)
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
                ean = command[2] in (2, 3, 67, 68)
                self._put(f"[{data}]", Bars(data, self._module, self._height, ean=ean))
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
