"""What comes out of a simulated printer, whatever language it speaks."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Raster:
    """Dots: `rows` from the top, `width` of them each, the leftmost in a byte's highest bit."""

    width: int
    rows: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A barcode: its text, its modules' width and its height, in dots.

    Code 128, or `ean`: an EAN-13 or EAN-8, by its length.
    """

    data: str
    module: int
    height: int
    ean: bool = False


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


class Commands:
    """Cuts one caller's bytes, in pieces of any size, into commands and runs of text.

    `length` is how long the one at the start of what came is; None: more must come.
    """

    def __init__(self, length: Callable[[bytes], int | None]) -> None:
        self._length = length
        self._pending = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The commands that are whole now."""
        self._pending += data
        while self._pending and (length := self._length(self._pending)) is not None:
            command, self._pending = self._pending[:length], self._pending[length:]
            yield command


@dataclass(slots=True)
class RollOfPaper(ABC):
    """The paper that hangs out of the printer; `unknown` are commands that a driver must not send,
    since the printer does not know them."""

    columns: int = 48
    unknown: list[bytes] = field(default_factory=list)
    _lines: list[PrintedLine] = field(default_factory=list)
    _raw: bytearray = field(default_factory=bytearray)

    def obey(self, command: bytes) -> tuple[list[PrintedLine], Paper | None]:
        """Print; the lines that this completed, and the paper if it was a cut."""
        self._raw += command
        before = len(self._lines)
        self._print(command)
        printed = self._lines[before:]
        return printed, self._cut_off() if self._cuts(command) else None

    @abstractmethod
    def _print(self, command: bytes) -> None:
        """Do what the command says, but for the cut."""

    @abstractmethod
    def _cuts(self, command: bytes) -> bool:
        """Whether the command cuts the paper off."""

    def _cut_off(self) -> Paper:
        paper = Paper(tuple(self._lines), bytes(self._raw))
        self._lines.clear()
        self._raw.clear()
        return paper


@dataclass(slots=True)
class RollOfText(RollOfPaper):
    """One that is written on line by line, and the modes that what is printed next has."""

    _buffer: str = ""
    _codec: str = "cp437"
    _align: int = 0
    _bold: bool = False
    _tall: bool = False

    def _print(self, command: bytes) -> None:
        if command[0] >= 0x20:
            self._text(command)
        elif command == b"\n":
            self._line_feed()
        else:
            self._control(command)

    @abstractmethod
    def _control(self, command: bytes) -> None:
        """A command that is neither text nor a line's end."""

    def _initialise(self) -> None:
        self._buffer, self._codec, self._align = "", "cp437", 0
        self._bold = self._tall = False

    def _text(self, data: bytes) -> None:
        for char in data.decode(self._codec, errors="replace"):
            if len(self._buffer) == self.columns:
                self._line_feed()
            self._buffer += char

    def _line_feed(self, times: int = 1) -> None:
        for _ in range(times):
            self._put(self._buffer)
            self._buffer = ""

    def _put(self, text: str, picture: Raster | Bars | Square | None = None) -> None:
        margin = (0, (self.columns - len(text)) // 2, self.columns - len(text))[self._align]
        text = " " * max(0, margin) + text
        self._lines.append(PrintedLine(text, self._bold, self._tall, picture, self._align))

    def _cut_off(self) -> Paper:
        if self._buffer:
            self._line_feed()
        return RollOfPaper._cut_off(self)
