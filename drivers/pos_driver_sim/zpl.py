"""A label printer of Zebra's language: as `PrinterEnd`, and without a drawer."""

import re
from dataclasses import dataclass

from pos_driver_sim.paper import Bars, Commands, PrintedLine, RollOfPaper, Square
from pos_driver_sim.printer import Caller, NoRealTime, PrinterEnd, Tokens

KNOWN = (
    "^XA", "^XZ", "^CI", "^PW", "^LL", "^LH", "^FO", "^A0", "^FB", "^FH", "^FD", "^FS", "^GB",
    "^BY", "^BE", "^B8", "^BC", "^BQ",
)  # fmt: skip


def length(data: bytes) -> int | None:
    """How long the command at the start of `data` is, with its parameters.

    None: they may go on, since no next one has begun, and it is none without parameters.
    """
    if data[:3] in (b"^XA", b"^XZ", b"^FS", b"~HS"):
        return 3
    begins = re.search(rb"[\^~]", data[1:])
    return begins.start() + 1 if begins else None


@dataclass(slots=True)
class LabelRoll(RollOfPaper):
    """The label: its fields line by line, codes in square brackets."""

    _row: str = ""
    _y: int = 0
    _at: int = 0
    _data: str = ""
    _code: str = ""
    _module: int = 2
    _align: str = "L"
    _parameters: str = ""

    def _cuts(self, command: bytes) -> bool:
        return command == b"^XZ"

    def _print(self, command: bytes) -> None:
        name, rest = command[:3].decode("ascii", "replace"), command[3:].decode()
        match name:
            case "^FO":
                self._at = int(rest.split(",")[1])
            case "^FB":
                self._align = rest.split(",")[3]
            case "^FD":
                self._data = re.sub("_([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), rest)
            case "^BY":
                self._module = int(rest)
            case "^BE" | "^B8" | "^BC" | "^BQ":
                self._code, self._parameters = name, rest
            case "^GB":
                self._data = "-" * self.columns
            case "^FS":
                self._field()
            case "^XZ":
                self._line()
            case _ if name not in KNOWN:
                self.unknown.append(command)

    def _field(self) -> None:
        if self._at != self._y or self._code:
            self._line()
            self._y = self._at
        if self._code:
            symbol = self._symbol()
            self._lines.append(PrintedLine(f"[{symbol.data}]", picture=symbol, align=1))
        else:
            text, room = self._data, self.columns - len(self._row)
            placed = {"R": text.rjust(room), "C": text.center(room)}.get(self._align, text)
            self._row += placed
        self._data, self._code, self._align = "", "", "L"

    def _symbol(self) -> Bars | Square:
        """The code as the printer draws it: it makes a check digit itself."""
        if self._code == "^BQ":  # behind the level, and how it is read
            return Square(self._data.partition(",")[2], self._module)
        height = int(self._parameters.split(",")[1])
        if self._code == "^BC":  # a change of set begins with «>»: one that is data has a 0 behind
            return Bars(self._data.replace(">0", ">"), self._module, height)
        weighed = sum(int(d) * (3, 1)[at % 2] for at, d in enumerate(reversed(self._data)))
        return Bars(f"{self._data}{-weighed % 10}", self._module, height, ean=True)

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
        return Commands(length), NoRealTime()

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
