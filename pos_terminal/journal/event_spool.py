"""`DIR/spool/`: what happened beside a till that sells, kept until its journal has a record of it.

Only the process that holds the lock writes the journal. A command that reads it and takes data out
leaves its technical event here; the till records it within a minute, or whoever opens it next.
"""

from hashlib import sha256
from pathlib import Path

import msgspec

from pos_terminal.domain import faults
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.storage.files import sync_directory, write_durably

FOLDER = "spool"

_DECODER = msgspec.json.Decoder(TechnicalEvent)


class SpooledEvent(msgspec.Struct, frozen=True):
    """An event that waits for its record, and the file that keeps it."""

    path: Path
    event: TechnicalEvent


def spool(directory: Path, event: TechnicalEvent) -> None:
    """Keep it, durably. OSError where the disk does not take it."""
    content = msgspec.json.encode(event) + b"\n"
    folder = directory / FOLDER
    folder.mkdir(mode=0o750, exist_ok=True)
    sync_directory(directory)
    write_durably(folder / f"{sha256(content).hexdigest()[:16]}.json", content)


def spooled(directory: Path) -> list[SpooledEvent]:
    """What waits; JournalError where it cannot be read."""
    paths = sorted((directory / FOLDER).glob("*.json"))
    with using(directory / FOLDER):
        try:
            return [SpooledEvent(path, _DECODER.decode(path.read_bytes())) for path in paths]
        except msgspec.MsgspecError as error:
            detail = f"{directory / FOLDER}: {error}"
            raise JournalError(faults.JOURNAL_DAMAGED, detail) from error


def forget(events: list[SpooledEvent]) -> None:
    """The journal has them now. A cut before this has one recorded twice, and none lost."""
    for event in events:
        event.path.unlink(missing_ok=True)
        sync_directory(event.path.parent)
