"""The whole journal, checked: reads the file and lets chain.py judge."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import apsw

from pos_terminal.journal.chain import Broken, Chain, Ledger, Row
from pos_terminal.journal.codec import Counts, Totals
from pos_terminal.journal.database import Reader, reading
from pos_terminal.journal.place import Mark, read_mark
from pos_terminal.journal.record import NOTHING

BATCH = 1000

Progress = Callable[[int, int], None]
"""Called now and then with how many records are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A journal that is what was written: its length, head, and what it adds up to.

    `unknown` records are of kinds that a newer version wrote: chained, but not recounted.
    """

    records: int
    head: str
    counts: Counts
    total: Totals
    unknown: int


def verify(path: Path, progress: Progress | None = None, *, vfs: str = "") -> Verified:
    """Check every record up to the last one there now; Broken names the first that is wrong.

    All of it: numbers, hashes, links, columns, and every counter and total made again from the
    events. JournalError where the file cannot be read. Memory does not grow with the journal.
    """
    ledger = Ledger()
    mark = read_mark(path.parent)

    def follow(row: Row) -> None:
        record = ledger.follow(row)
        if record.seq == 1 and mark and mark != Mark.of(record):
            raise Broken(1, f"it is not the one that was written here, {mark.first}")

    with reading(path, vfs) as reader:
        _walk(reader, follow, progress)
    running = ledger.running
    if running is None:
        if mark:
            raise Broken(1, "it is missing: a journal was kept here")
        return Verified(0, NOTHING.hex(), Counts(), Totals(), 0)
    head, counts, total = running.head.hex(), running.counts, running.total
    return Verified(running.seq, head, counts, total, ledger.unknown)


def verify_chain(path: Path, progress: Progress | None = None, *, vfs: str = "") -> int:
    """Check numbers, hashes and links alone, several times faster; how many records there are."""
    chain = Chain()
    with reading(path, vfs) as reader:
        _walk(reader, chain.follow, progress)
    return chain.seq


def _walk(reader: Reader, follow: Callable[..., object], progress: Progress | None) -> None:
    last = reader.last()
    done = 0
    while done < last:
        try:
            rows = reader.rows(done, min(BATCH, last - done))
        except apsw.CorruptError as error:
            raise Broken(done + 1, f"from here on the file is damaged: {error}") from error
        for row in rows:
            follow(row)
        done = rows[-1].seq
        if progress:
            progress(done, last)
