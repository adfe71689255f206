"""`DIR/backup.last`: which record tells of the last backup, so that nobody has to look for it.

The file says no more, since anybody may write it: when that was, the signed record says.
"""

from pathlib import Path
from typing import Annotated

import msgspec

from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.journal.codec import LARGEST
from pos_terminal.journal.database import NAME as JOURNAL
from pos_terminal.journal.database import reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.storage.files import write_durably

NAME = "backup.last"


class _Noted(msgspec.Struct, frozen=True):
    seq: Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]


_DECODER = msgspec.json.Decoder(_Noted)


def made(records: int, sha256: str) -> TechnicalEvent:
    """What is recorded of a backup of so many records, and of the file's SHA-256."""
    return TechnicalEvent(code=jet.BACKUP, detail=f"{records} écritures{_OF_FILE}{sha256}")


_OF_FILE = ", SHA-256 "
"""Stands in no record of a backup that failed, which has the same code."""


def note(directory: Path, seq: int) -> None:
    """Keep that record's number, durably. OSError where the disk does not take it."""
    write_durably(directory / NAME, msgspec.json.encode(_Noted(seq)) + b"\n")


def last_at(directory: Path) -> str:
    """The local time of the last backup; empty where the journal tells of none there: then the next
    one is due.
    """
    try:
        noted = _DECODER.decode((directory / NAME).read_bytes())
        with reading(directory / JOURNAL) as reader:
            record = reader.record(noted.seq)
    except (OSError, JournalError, *UNREADABLE):
        return ""
    match record.event:
        case TechnicalEvent(code=jet.BACKUP, detail=detail) if _OF_FILE in detail:
            return record.envelope.at
    return ""
