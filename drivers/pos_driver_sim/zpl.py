"""A label printer of Zebra's language: as `PrinterEnd`, and without a drawer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pos_driver_sim.paper import Paper, PrintedLine
from pos_driver_sim.printer import Caller, PrinterEnd, RollOfPaper, Tokens

KNOWN = (
    "^XA", "^XZ", "^CI", "^PW", "^LL", "^LH", "^FO", "^A0", "^FB", "^FH", "^FD", "^FS", "^GB",
    "^BY", "^BE", "^B8", "^BC", "^BQ",
)  # fmt: skip


class ZplCommands:
    """Cuts one connection's bytes into commands, each with its parameters."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The commands that are whole now: the next one has begun, or it has no parameters."""
        self._pending += data
        while True:
            if self._pending[:3] in (b"^XA", b"^XZ", b"^FS", b"~HS"):
                size = 3
            else:
                begins = re.search(rb"[\^~]", self._pending[1:])
                if begins is None:
                    return
                size = begins.start() + 1
            command, self._pending = self._pending[:size], self._pending[size:]
            yield command


class NoRealTime:
    """~HS is answered as it is read, behind what came before it: nothing overtakes."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Nothing."""
        return iter(())


@dataclass(slots=True)
class LabelRoll:
    """The label: its fields line by line, codes in square brackets."""

    columns: int = 48
    unknown: list[bytes] = field(default_factory=list)
    _lines: list[PrintedLine] = field(default_factory=list)
    _raw: bytearray = field(default_factory=bytearray)
    _row: str = ""
    _y: int = 0
    _at: int = 0
    _data: str = ""
    _code: bool = False
    _align: str = "L"

    def obey(self, command: bytes) -> tuple[list[PrintedLine], Paper | None]:
        """Print; the lines that this completed, and the label at ^XZ."""
        self._raw += command
        before = len(self._lines)
        name, rest = command[:3].decode("ascii", "replace"), command[3:].decode()
        match name:
            case "^FO":
                self._at = int(rest.split(",")[1])
            case "^FB":
                self._align = rest.split(",")[3]
            case "^FD":
                self._data = re.sub("_([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), rest)
            case "^BE" | "^B8" | "^BC" | "^BQ":
                self._code = True
            case "^GB":
                self._data = "-" * self.columns
            case "^FS":
                self._field()
            case "^XZ":
                self._line()
            case _ if name not in KNOWN:
                self.unknown.append(command)
        paper = None
        if name == "^XZ":
            paper = Paper(tuple(self._lines), bytes(self._raw))
            self._raw.clear()
        printed = self._lines[before:]
        if paper:
            self._lines.clear()
        return printed, paper

    def _field(self) -> None:
        if self._at != self._y:
            self._line()
            self._y = self._at
        text = f"[{self._data}]" if self._code else self._data
        room = self.columns - len(self._row)
        placed = {"R": text.rjust(room), "C": text.center(room)}.get(self._align, text)
        self._row += placed
        self._data, self._code, self._align = "", False, "L"

    def _line(self) -> None:
        if self._row:
            self._lines.append(PrintedLine(self._row))
        self._row = ""


class ZplPrinterEnd(PrinterEnd):
    """A simulated label printer; see `PrinterEnd`. `mute_in_order`: it never says it is through."""

    driver = "zpl"

    def new_roll(self, columns: int) -> RollOfPaper:
        """See `PrinterEnd.new_roll`."""
        return LabelRoll(columns)

    def new_caller(self) -> tuple[Tokens, Tokens]:
        """See `PrinterEnd.new_caller`."""
        return ZplCommands(), NoRealTime()

    def taken(self, caller: Caller, command: bytes) -> bool:
        """See `PrinterEnd.taken`."""
        if command != b"~HS":
            return False
        self.answer(caller, self.automatic_status())
        return True

    def obey(self, caller: Caller, command: bytes) -> None:
        """See `PrinterEnd.obey`."""
        self.print(command)

    def automatic_status(self) -> bytes:
        """The three strings of ~HS («ZPL II Programming Guide», «~HS»)."""
        formats = int(not self.idle or self.mute_in_order)
        strings = (
            f"030,{self.paper_out:d},0,0480,{formats:03},0,0,0,000,{self.failing:d},0,0",
            f"001,0,{self.cover_open:d},0,0,2,4,0,00000000,1,000",
            "1234,0",
        )
        return "".join(f"\x02{each}\x03\r\n" for each in strings).encode()
