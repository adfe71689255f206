"""`DIR/invoices.filed`: up to which number invoices were put as files where the settings say.

So a file that was fetched out of the folder does not come again. Where it is lost, each is put
there once more.
"""

from pathlib import Path

import msgspec

from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.storage.files import write_durably

NAME = "invoices.filed"


class Filed(msgspec.Struct, frozen=True):
    """The number of the last invoice that is there."""

    number: int


_DECODER = msgspec.json.Decoder(Filed)


def note(directory: Path, number: int) -> None:
    """Keep it, durably. OSError where the disk does not take it."""
    write_durably(directory / NAME, msgspec.json.encode(Filed(number)) + b"\n")


def noted(directory: Path) -> int:
    """What was kept; 0 for nothing, or nothing that can be read."""
    try:
        return _DECODER.decode((directory / NAME).read_bytes()).number
    except (OSError, *UNREADABLE):
        return 0
