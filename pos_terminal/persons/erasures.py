"""What the journal says of persons: who was erased, and which records name a pseudonym."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field

from pos_terminal.domain.events.system import PersonErased
from pos_terminal.journal.chain import Row
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.record import Record

BATCH = 1000


class Erasures(Struct, frozen=True):
    """The erasures recorded behind some record: who, with what was kept; up to record `last`."""

    last: int
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)


def erasures(directory: Path, after: int) -> Erasures:
    """Who was erased behind record `after`; from the first on where the journal is shorter.

    JournalError where there is no journal, or where it cannot be read.
    """
    kept: dict[str, tuple[str, ...]] = {}
    path = directory / NAME
    with reading(path) as reader:
        last = reader.last()
    for row in _rows(path, after if after <= last else 0):
        if row.kind == PersonErased.kind and row.rec:  # a purge repeats those that it empties
            event = row.record().event
            if isinstance(event, PersonErased):
                kept[event.person] = event.kept
        last = row.seq
    return Erasures(last, kept)


def naming(directory: Path, person: str) -> list[Record]:
    """Every record that names the pseudonym, oldest first."""
    needle = f'"{person}"'.encode()
    return [row.record() for row in _rows(directory / NAME, 0) if needle in row.rec]


def _rows(path: Path, after: int) -> Iterator[Row]:
    with reading(path) as reader:
        while rows := reader.rows(after, BATCH):
            yield from rows
            after = rows[-1].seq
