"""What the journal has of one consent: read from the file, so that its account is the journal's."""

from pathlib import Path

from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.grants import (
    SUPPORT_EVENTS,
    GrantEnded,
    GrantGiven,
    SupportClosed,
    SupportOpened,
)
from pos_terminal.domain.printing.support import Told
from pos_terminal.journal.database import NAME, Reader, reading
from pos_terminal.journal.errors import JournalError

KINDS = (GrantGiven, *SUPPORT_EVENTS, GrantEnded)

LATELY = 1000
"""Records in which a session stands that a till went down in: its end is told within a minute."""


def read_unaccounted(state: Path, vfs: str) -> list[Told]:
    """The story of the last session, where no record says what was recorded of it; else nothing.

    ChannelError where the journal cannot be read.
    """
    kinds = (SupportOpened.kind, SupportClosed.kind)
    try:
        with reading(state / NAME, vfs) as reader:
            rows = reader.of_kinds(kinds, max(0, reader.last() - LATELY))
            events = [row.record().event for row in rows if row.rec]
    except JournalError as error:
        raise ChannelError(error.fault, error.detail) from error
    if not events or not isinstance(opened := events[-1], SupportOpened):
        return []
    return read_story(state, vfs, opened.grant)


def read_story(state: Path, vfs: str, grant: int) -> list[Told]:
    """Every record of that consent, in order. ChannelError where the journal cannot be read."""
    try:
        with reading(state / NAME, vfs) as reader:
            given = _given(reader, grant)
            told = [each for kind in KINDS for each in _of(reader, kind, given - 1, grant)]
    except JournalError as error:
        raise ChannelError(error.fault, error.detail) from error
    return sorted(told, key=lambda each: each.seq)


def _given(reader: Reader, grant: int) -> int:
    """The record that gave it."""
    for row in reversed(reader.of_kind(GrantGiven.kind, 0)):
        event = row.record().event if row.rec else None
        if isinstance(event, GrantGiven) and event.grant == grant:
            return row.seq
    return reader.last()


def _of(reader: Reader, kind: type[Event], after: int, grant: int) -> list[Told]:
    records = (row.record() for row in reader.of_kind(kind.kind, after) if row.rec)
    return [
        Told(each.moment, each.seq, each.event)
        for each in records
        if getattr(each.event, "grant", 0) == grant
    ]
