"""ESC/POS commands of customer displays: Epson DM-D series and those that follow them.

Source: Epson, DM-D110 specification, chapter «Control commands».
"""

from collections.abc import Mapping
from types import MappingProxyType

from pos_driver_vfd.charset import CodePage, encode
from pos_terminal.domain.screen import Screen

INITIALIZE = b"\x1b@"
OVERWRITE = b"\x1f\x01"
CURSOR_OFF = b"\x1fC\x00"
CLEAR = b"\x0c"
USA = b"\x1bR\x00"
"""The international set that leaves ASCII alone; the French one shows # [ ] { } as other signs."""

# ESC t n: DM-D110 specification, «Select character code table».
_TABLES: Mapping[CodePage, int] = MappingProxyType({"cp1252": 16, "cp858": 19})


def start(page: CodePage) -> bytes:
    """Initialise, for text in `page` that overwrites what stands there, without a cursor."""
    return INITIALIZE + OVERWRITE + USA + b"\x1bt" + bytes([_TABLES[page]]) + CURSOR_OFF + CLEAR


def frame(screen: Screen, page: CodePage) -> bytes:
    """Both lines, each put at its place: the display is not cleared between, and never blinks."""
    return b"".join(
        # US $ column row: every line has its place, so that a lost byte spoils one line alone.
        b"\x1f$\x01" + bytes([row]) + encode(line, page)
        for row, line in enumerate((screen.line1, screen.line2), 1)
    )
