"""A Brother QL label printer: as `PrinterEnd`, and without a drawer. Its paper is a raster."""

from collections.abc import Iterator

from pos_driver_sim.paper import Paper, PrintedLine
from pos_driver_sim.printer import Caller, PrinterEnd, RollOfPaper, Tokens

LENGTHS = {b"a": 4, b"!": 4, b"z": 13, b"M": 4, b"A": 4, b"K": 4, b"d": 5, b"S": 3}
"""Of ESC i and this letter, in all."""


class RasterCommands:
    """Cuts one connection's bytes into commands."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The commands that are whole now."""
        self._pending += data
        while self._pending and (size := _length(self._pending)) is not None:
            command, self._pending = self._pending[:size], self._pending[size:]
            yield command


def _length(data: bytes) -> int | None:
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


class RasterRoll:
    """The roll: rows that are not white are its lines."""

    def __init__(self) -> None:
        self.unknown: list[bytes] = []
        self.media = b""
        self._rows: list[PrintedLine] = []
        self._raw = bytearray()

    def obey(self, command: bytes) -> tuple[list[PrintedLine], Paper | None]:
        """Print; the lines that this completed, and the label where it ends."""
        self._raw += command
        match command[:1]:
            case b"g":
                self._rows.append(PrintedLine(command[3:].hex()))
                return self._rows[-1:], None
            case b"\x1a":
                paper = Paper(tuple(self._rows), bytes(self._raw))
                self._rows.clear()
                self._raw.clear()
                return [], paper
            case b"\x1b" if command[2:3] == b"z":
                self.media = command[3:]
            case b"\x1b" | b"M" | b"\x00":
                pass
            case _:
                self.unknown.append(command)
        return [], None


class BrotherEnd(PrinterEnd):
    """A simulated QL; see `PrinterEnd`. `mute_in_order`: it never says that it has printed."""

    driver = "brother-ql"
    width = 62

    def new_roll(self, columns: int) -> RollOfPaper:
        """See `PrinterEnd.new_roll`."""
        return RasterRoll()

    def new_caller(self) -> tuple[Tokens, Tokens]:
        """See `PrinterEnd.new_caller`."""
        return RasterCommands(), _Nothing()

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


class _Nothing:
    def feed(self, data: bytes) -> Iterator[bytes]:
        return iter(())
