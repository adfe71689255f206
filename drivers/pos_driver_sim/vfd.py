"""What a customer display does with the bytes it receives: both command sets, pure."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pos_terminal.domain.screen import WIDTH, Screen

# Commands and how many parameter bytes follow them.
_COMMANDS: Mapping[bytes, int] = MappingProxyType({
    b"\x0c": 0, b"\x0b": 0, b"\x0d": 0, b"\x18": 0,
    b"\x1b@": 0, b"\x1bt": 1, b"\x1bR": 1,
    b"\x1f\x01": 0, b"\x1f$": 2, b"\x1fC": 1, b"\x1fX": 1,
    b"\x1b\x11": 0, b"\x1b_": 1, b"\x1b*": 1, b"\x1bl": 2, b"\x1bf": 1,
    b"\x1bQA": WIDTH + 1, b"\x1bQB": WIDTH + 1,
    b"\x02\x05": 3,
})
_PAGES: Mapping[int, str] = MappingProxyType({0: "cp437", 2: "cp850", 16: "cp1252", 19: "cp858"})


class Panel:
    """Two lines of twenty cells behind a serial line.

    `unknown` collects the bytes that are no command of either set, `setup` the Aures set-up
    sequences, `cursor` and `code_page` say how it has been set.
    """

    def __init__(self, code_page: str = "cp437") -> None:
        self._first_page = code_page
        self._rest = b""
        self.unknown = b""
        self.setup: list[bytes] = []
        self._row = self._column = 0
        self._reset()
        self._run: Mapping[bytes, Callable[[bytes], None]] = {
            b"\x0c": self._clear, b"\x0b": self._home, b"\x0d": self._leftmost,
            b"\x18": self._clear_line, b"\x1b@": self._reset, b"\x1bt": self._select_page,
            b"\x1f$": self._move, b"\x1bl": self._move, b"\x1fC": self._set_cursor,
            b"\x1b_": self._set_cursor, b"\x1bQA": self._upper, b"\x1bQB": self._lower,
            b"\x02\x05": self._set_up,
        }

    @property
    def screen(self) -> Screen:
        """What stands on it now."""
        upper, lower = (bytes(cells).decode(self.code_page, "replace") for cells in self._cells)
        return Screen(upper, lower)

    def feed(self, data: bytes) -> bool:
        """Obey these bytes, split anywhere; whether the last command was whole."""
        data = self._rest + data
        while data and (taken := self._one(data)):
            data = data[taken:]
        self._rest = data
        return not data

    def _one(self, data: bytes) -> int:
        """Obey the first command or character; how many bytes it had, 0 when more must come."""
        for length in (1, 2, 3):
            name = data[:length]
            parameters = _COMMANDS.get(name)
            if parameters is not None and len(name) == length:
                whole = length + parameters
                if len(data) < whole:
                    return 0
                if name in self._run:
                    self._run[name](data[length:whole])
                return whole
        if data[0] >= 0x20:
            self._put(data[0])
            return 1
        if len(data) < 3 and any(command.startswith(data) for command in _COMMANDS):
            return 0
        self.unknown += data[:1]
        return 1

    def _put(self, byte: int) -> None:
        self._cells[self._row][self._column] = byte
        self._column += 1
        if self._column == WIDTH:
            self._column, self._row = 0, 1 - self._row

    def _clear(self, _: bytes = b"") -> None:
        self._cells = [bytearray(b" " * WIDTH), bytearray(b" " * WIDTH)]
        self._home()

    def _home(self, _: bytes = b"") -> None:
        self._row = self._column = 0

    def _leftmost(self, _: bytes) -> None:
        self._column = 0

    def _clear_line(self, _: bytes) -> None:
        self._cells[self._row][:] = b" " * WIDTH
        self._column = 0

    def _reset(self, _: bytes = b"") -> None:
        self.code_page = self._first_page
        self.cursor = True
        self._clear()

    def _select_page(self, table: bytes) -> None:
        if table[0] in _PAGES:
            self.code_page = _PAGES[table[0]]
        else:
            self.unknown += b"\x1bt" + table

    def _move(self, position: bytes) -> None:
        column, row = position
        if 1 <= column <= WIDTH and row in (1, 2):
            self._column, self._row = column - 1, row - 1
        else:
            self.unknown += position

    def _set_cursor(self, shown: bytes) -> None:
        self.cursor = shown != b"\x00"

    def _upper(self, text: bytes) -> None:
        self._string(0, text)

    def _lower(self, text: bytes) -> None:
        self._string(1, text)

    def _string(self, row: int, text: bytes) -> None:
        if not text.endswith(b"\r"):
            self.unknown += text
            return
        self._cells[row][:] = text[:WIDTH]

    def _set_up(self, rest: bytes) -> None:
        self.setup.append(rest)
