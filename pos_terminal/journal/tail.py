"""The check at start: the journal's end, in a time that does not grow with its length."""

from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.vocabulary import KINDS
from pos_terminal.journal.chain import Broken, Chain, Ledger
from pos_terminal.journal.codec import VERSION
from pos_terminal.journal.database import Reader, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.place import Mark
from pos_terminal.journal.record import NOTHING, Identity, Record, Running


@dataclass(frozen=True, slots=True)
class Tail:
    """What the end of a journal tells: the state, the records from its base on, and the first."""

    running: Running
    recent: list[Record]
    first: Record | None


def read_tail(path: Path, vfs: str, identity: Identity, mark: Mark | None) -> Tail:
    """The checked end of the journal at `path`; JournalError where it may not be sold upon."""
    with reading(path, vfs) as reader:
        try:
            return _read(reader, identity, mark)
        except ValueError as error:
            raise JournalError(faults.JOURNAL_DAMAGED, f"{path}: {error}") from error


def _read(reader: Reader, identity: Identity, mark: Mark | None) -> Tail:
    last = reader.last()
    if last == 0:
        if mark:
            raise Broken(1, f"it is missing; a journal of till {mark.terminal} was kept here")
        return Tail(Running(identity=identity), [], None)
    first = _first(reader, identity, mark)
    newer = sorted(set(reader.kinds()) - KINDS.keys())
    if newer:
        raise JournalError(faults.JOURNAL_NEWER, f"unknown kinds: {', '.join(newer)}")
    end = _records(reader, last - 1, last)[-1]
    if end.envelope.v > VERSION:
        raise JournalError(faults.JOURNAL_NEWER, f"records of format {end.envelope.v}")
    base = end.envelope.base
    if not 1 <= base <= last:
        raise Broken(last, f"its base {base} is not a record before it")
    ledger = Ledger()
    for row in reader.rows(0, last):
        ledger.follow(row)
    if ledger.running is None:
        raise Broken(last, "it is missing")
    running = replace(ledger.running, identity=identity)
    return Tail(running, _records(reader, base - 1, last), first)


def _first(reader: Reader, identity: Identity, mark: Mark | None) -> Record:
    """The first record, once it is known to be of this place and of this till."""
    first = _records(reader, 0, 1)[0]
    found = Mark.of(first)
    if mark and mark != found:
        raise Broken(1, f"it is not the one that was written here: {mark.first[:12]}...")
    if (found.store, found.terminal) != (identity.store, identity.terminal):
        detail = f"it is of store {found.store}, terminal {found.terminal}"
        raise JournalError(faults.JOURNAL_FOREIGN, detail)
    if found.simulated != identity.simulated:
        detail = "it holds simulated sales" if found.simulated else "it holds real sales"
        raise JournalError(faults.JOURNAL_FOREIGN, detail)
    return first


def _records(reader: Reader, after: int, last: int) -> list[Record]:
    """Records `after` + 1 to `last`, chained to one another and to the record before."""
    start = max(after, 1)
    rows = reader.rows(start - 1, last - start + 1)
    before = rows.pop(0) if after else None
    chain = Chain(after, before.hash if before else NOTHING)
    for row in rows:
        chain.follow(row)
    if chain.seq != last:
        raise Broken(chain.seq + 1, "it is missing")
    return [Record.read(row.rec, row.hash) for row in rows]
