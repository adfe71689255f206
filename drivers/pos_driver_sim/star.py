"""A receipt printer of Star's language, with its drawer: as `PrinterEnd`, in Star Line Mode.

Lengths and meanings: Star Micronics, «STAR Line Mode Command Specifications».
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pos_driver_sim.paper import Bars, Commands, Raster, RollOfPaper, RollOfText, Square
from pos_driver_sim.printer import Caller, PrinterEnd, Tokens

ESC, GS, RS = 0x1B, 0x1D, 0x1E
CODECS = {1: "cp437", 4: "cp858", 32: "cp1252"}

_LENGTHS = {
    ESC: {2: b"@EF0245MPp:", 3: b"RzadfIJ-_ lQWh", 4: b"si\x07"},
    GS: {4: b"ta", 5: b"AR", 6: b"\x03"},
    RS: {4: b"aFERCd"},
}


def length(data: bytes) -> int | None:
    """How long the command or run of text at the start of `data` is; None: more must come."""
    if data[0] >= 0x20:
        return next((i for i, byte in enumerate(data) if byte < 0x20), len(data))
    if data[0] != ESC:
        return 1
    if len(data) < 2:
        return None
    size = _of_group(data) if data[1] in (GS, RS) else _of_escape(data)
    return size if size is not None and size <= len(data) else None


def _of_escape(data: bytes) -> int | None:
    match data[1:2]:
        case b"\x06":
            return 3
        case b"b":
            return data.index(RS, 2) + 1 if RS in data[6:] else None
        case b"k":
            return None if len(data) < 4 else 4 + 24 * int.from_bytes(data[2:4], "little")
    return _fixed(_LENGTHS[ESC], data[1], 2)


def _of_group(data: bytes) -> int | None:
    if len(data) < 3:
        return None
    if data[1] == RS:
        return _fixed(_LENGTHS[RS], data[2], 3)
    match data[2:3]:
        case b"S":
            if len(data) < 9:
                return None
            size = int.from_bytes(data[4:6], "little") * int.from_bytes(data[6:8], "little")
            return 9 + size
        case b"y":
            return _of_qr(data)
    return _fixed(_LENGTHS[GS], data[2], 3)


def _of_qr(data: bytes) -> int | None:
    match data[3:4]:
        case b"S":
            return 6
        case b"D":
            return None if len(data) < 8 else 8 + int.from_bytes(data[6:8], "little")
        case b"":
            return None
    return 4


def _fixed(lengths: dict[int, bytes], letter: int, otherwise: int) -> int:
    return next((size for size, letters in lengths.items() if letter in letters), otherwise)


class StarRealTime:
    """Finds questions of status wherever they stand."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The commands that are whole now; the bytes stay in the stream, where they do nothing."""
        data = self._begun + data
        for match in re.finditer(rb"\x1b\x06\x01", data):
            yield match[0]
        begun = re.search(rb"\x1b(\x06)?\Z", data)
        self._begun = begun[0] if begun else b""


@dataclass(slots=True)
class StarRoll(RollOfText):
    """See `RollOfText`."""

    _qr: str = ""
    _dot: int = 3
    _drawn: Raster | Square | None = None
    """What the buffer's line stands for: Star puts it among text, and feeds behind it."""

    def _control(self, command: bytes) -> None:
        if command[0] == ESC:
            self._escape(command)
        elif command[0] not in b"\x00\x04\r\x07\x0f\x12\x17\x1a":
            self.unknown.append(command)

    def _cuts(self, command: bytes) -> bool:
        return command[:2] == b"\x1bd"

    def _line_feed(self, times: int = 1) -> None:
        drawn, self._drawn = self._drawn, None
        if drawn is None:
            RollOfText._line_feed(self, times)
        else:
            self._put(self._buffer, drawn)
            self._buffer = ""

    def _escape(self, command: bytes) -> None:
        match chr(command[1]):
            case "@":
                self._initialise()
            case "E" | "F":
                self._bold = command[1:] == b"E"
            case "i":
                self._tall = command[2] > 0
            case "a":
                self._line_feed(command[2])
            case "b":
                self._put(f"[{_barcode(command)}]", _bars(command))
            case "k":
                self._buffer, self._drawn = _picture(command[2], command[4:])
            case "\x1d":
                self._group(command)
            case letter if letter not in "\x1edRz0\x07\x06 s-5lQ":
                self.unknown.append(command)

    def _group(self, command: bytes) -> None:
        match chr(command[2]):
            case "t":
                self._codec = CODECS.get(command[3], "ascii")
            case "a":
                self._align = command[3] % 48
            case "S":
                self._put(*_picture(command[4], command[9:]))
            case "y":
                self._two_dimensional(command)
            case "A" | "R" | "\x03":
                pass
            case _:
                self.unknown.append(command)

    def _two_dimensional(self, command: bytes) -> None:
        match chr(command[3]):
            case "S" if command[4:5] == b"2":
                self._dot = command[5]
            case "D":
                self._qr = command[8:].decode()
            case "P":
                self._buffer, self._drawn = f"[{self._qr}]", Square(self._qr, self._dot)


def _picture(width_bytes: int, dots: bytes) -> tuple[str, Raster]:
    rows = tuple(dots[at : at + width_bytes] for at in range(0, len(dots), width_bytes or 1))
    return f"[{width_bytes * 8} x {len(rows)}]", Raster(width_bytes * 8, rows)


def _bars(command: bytes) -> Bars:
    """ESC b n1 n2 n3 n4: n3 1 to 3 are modules of 2 to 4 dots, n4 the height in dots."""
    module = command[4] % 48 + 1
    return Bars(_barcode(command), module, command[5], ean=command[2:3] in b"23")


def _barcode(command: bytes) -> str:
    data = command[6:-1].decode("ascii", "replace")
    return data.replace("%0", "%") if command[2:3] == b"6" else data


class StarPrinterEnd(PrinterEnd):
    """A simulated Star printer; see `PrinterEnd`. `mute_in_order`: its counter stands still."""

    driver = "star"
    _counter = 0

    def new_roll(self, columns: int) -> RollOfPaper:
        """See `PrinterEnd.new_roll`."""
        return StarRoll(columns)

    def new_caller(self) -> tuple[Tokens, Tokens]:
        """See `PrinterEnd.new_caller`."""
        return Commands(length), StarRealTime()

    def taken(self, caller: Caller, command: bytes) -> bool:
        """See `PrinterEnd.taken`."""
        return command[:2] == b"\x1b\x06"

    def at_once(self, caller: Caller, command: bytes) -> None:
        """See `PrinterEnd.at_once`."""
        self.answer(caller, self.automatic_status())

    def obey(self, caller: Caller, command: bytes) -> None:
        """See `PrinterEnd.obey`."""
        match command:
            case b"\x17":
                if not self.mute_in_order:
                    self._counter = (self._counter + 1) % 32
                if caller.automatic:
                    self.answer(caller, self.automatic_status())
            case b"\x07":
                self.pulse(0, 0.2)
            case b"\x1a":
                self.pulse(1, 0.2)
            case _ if command[:3] == b"\x1b\x1ea":
                caller.automatic = command[3] % 48 != 0
            case _ if command[:3] == b"\x1b\x1eE":
                self._counter = 0
            case _:
                self.print(command)

    def automatic_status(self) -> bytes:
        """Nine bytes: header, version, four of status, one unused, the counter, one unused."""
        printer = self.drawer_open * 0x04 | self.halted * 0x08 | self.cover_open * 0x20
        paper = self.paper_out * 0x0C | self.paper_low * 0x04
        counter = (self._counter & 0x18) << 2 | (self._counter & 0x07) << 1
        return bytes((0x23, 0x06, printer, self.failing * 0x08, 0, paper, 0, counter, 0))
