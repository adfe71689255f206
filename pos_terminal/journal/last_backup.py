"""`DIR/backup.last`: when the state was last backed up, and into what, for whoever asks its age."""

from pathlib import Path

import msgspec

from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.storage.files import write_durably

NAME = "backup.last"


class LastBackup(msgspec.Struct, frozen=True):
    """A backup that is on record: the local time, how many records it has, the file's SHA-256."""

    at: str
    records: int
    sha256: str


_DECODER = msgspec.json.Decoder(LastBackup)


def note(directory: Path, made: LastBackup) -> None:
    """Keep it, durably. OSError where the disk does not take it."""
    write_durably(directory / NAME, msgspec.json.encode(made) + b"\n")


def noted(directory: Path) -> LastBackup | None:
    """What was kept; None for nothing, or nothing that can be read: then the next one is due."""
    try:
        return _DECODER.decode((directory / NAME).read_bytes())
    except (OSError, *UNREADABLE):
        return None
