"""A date by others: time stamps (RFC 3161) of checkpoints.

What is stamped is the checkpoint's note text (note.py), so the stamp says that these records stood
there then, and with them every archive whose `archive.made` is among them. It is no witness's word:
whoever stamps does not look whether the log only grew.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pos_terminal.crypto import timestamp
from pos_terminal.crypto.library import CryptoError
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal.cosignature import Dated, held
from pos_terminal.journal.database import NAME, Reader, cosign, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.submission import note_at
from pos_terminal.verifier.cosignatures import RFC3161, Attested
from pos_terminal.verifier.messages import Bad


class Question(NamedTuple):
    """A request for a stamp of the last checkpoint; empty where it has one already."""

    size: int
    request: bytes


class Date(NamedTuple):
    """So many records stood there at that time; 0 for none."""

    size: int = 0
    at: datetime | None = None


def question(directory: Path) -> Question:
    """What the stamping authority is asked. JournalError where there is no checkpoint yet."""
    with reading(directory / NAME) as reader:
        newest = reader.seal()
        if newest is None:
            raise JournalError(faults.JOURNAL_MISSING, say("pas encore de point de contrôle"))
        for row in reader.cosignatures():
            if row.size == newest.size and row.witness == RFC3161:
                return Question(newest.size, b"")
        return Question(newest.size, timestamp.request(note_at(reader, newest.size)[0].encode()))


def take(path: Path, size: int, response: bytes, authorities: bytes) -> datetime:
    """Keep the stamp in an answer; its time. JournalError where it is not of that checkpoint, or
    leads to none of these authorities.
    """
    with reading(path) as reader:
        text, head = note_at(reader, size)
    try:
        stamp = timestamp.token(response)
        at = timestamp.time_of(stamp, text.encode(), authorities)
    except CryptoError as error:
        raise JournalError(faults.STAMP_REFUSED, str(error)) from error
    body = Dated(dated=text).body
    row = Attested(size, RFC3161, body, stamp, at.isoformat(timespec="seconds"))
    cosign(path, row, bytes.fromhex(head))
    return at


def last_date(reader: Reader, authorities: bytes = b"") -> Date:
    """The newest stamp that is right; with `authorities`, of those that lead to one."""
    for row in reader.cosignatures():
        if row.witness == RFC3161:
            try:
                held(reader, row, authorities)
            except Bad:
                continue
            return Date(row.size, datetime.fromisoformat(row.at))
    return Date()
