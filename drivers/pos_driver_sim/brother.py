"""A Brother QL label printer: as `PrinterEnd`, and without a drawer. Its paper is a raster."""

from dataclasses import dataclass

from pos_driver_sim.paper import Commands, PrintedLine, RollOfPaper
from pos_driver_sim.printer import Caller, NoRealTime, PrinterEnd, Tokens

LENGTHS = {b"a": 4, b"!": 4, b"z": 13, b"M": 4, b"A": 4, b"K": 4, b"d": 5, b"S": 3}
"""Of ESC i and this letter, in all."""


def length(data: bytes) -> int | None:
    """How long the command at the start of `data` is; None: more must come."""
    match data[:1]:
        case b"\x1b":
            if len(data) < 3:
                return 2 if data == b"\x1b@" else None
            size = 2 if data[1:2] == b"@" else LENGTHS.get(data[2:3], 3)
        case b"g":
            size = 3 + data[2] if len(data) > 2 else 1 << 20
        case b"M":
            size = 2
        case _:
            size = 1
    return size if size <= len(data) else None


@dataclass(slots=True)
class RasterRoll(RollOfPaper):
    """The roll: rows that are not white are its lines."""

    media: bytes = b""

    def _cuts(self, command: bytes) -> bool:
        return command == b"\x1a"

    def _print(self, command: bytes) -> None:
        match command[:1]:
            case b"g":
                self._lines.append(PrintedLine(command[3:].hex()))
            case b"\x1b" if command[2:3] == b"z":
                self.media = command[3:]
            case b"\x1b" if command == b"\x1b@":
                self._lines.clear()  # what of a label has come is given up
            case b"\x1b" | b"M" | b"\x00" | b"\x1a":
                pass
            case _:
                self.unknown.append(command)


class BrotherEnd(PrinterEnd):
    """A simulated QL; see `PrinterEnd`. `mute_in_order`: it never says that it has printed."""

    driver = "brother-ql"
    width = 62

    def new_roll(self, columns: int) -> RollOfPaper:
        """See `PrinterEnd.new_roll`."""
        return RasterRoll()

    def new_caller(self) -> tuple[Tokens, Tokens]:
        """See `PrinterEnd.new_caller`."""
        return Commands(length), NoRealTime()

    def taken(self, caller: Caller, command: bytes) -> bool:
        """See `PrinterEnd.taken`. While it prints it hears no question."""
        if command != b"\x1biS":
            return False
        self.answer(caller, self._status(0x00))
        return True

    def obey(self, caller: Caller, command: bytes) -> None:
        """See `PrinterEnd.obey`."""
        self.print(command)
        if command == b"\x1a" and not self.mute_in_order:
            self.answer(caller, self._status(0x01))
            self.answer(caller, self._status(0x06))

    def automatic_status(self) -> bytes:
        """What it says of itself as something goes wrong, or is well again."""
        return self._status(0x02 if self.halted else 0x05)

    def _status(self, said: int) -> bytes:
        first = self.paper_out * 0x02 | self.failing * 0x04
        head = b"\x80\x20B0O0\x00\x00" + bytes((first, self.cover_open * 0x10))
        media = bytes((self.width, 0 if self.paper_out else 0x0A, 0, 0, 0, 0, 0, 0))
        return (head + media + bytes((said,))).ljust(32, b"\x00")
