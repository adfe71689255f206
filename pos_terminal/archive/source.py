"""Reads a journal for those who copy it out: rows with their signatures, and what attests them."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import apsw

from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal.chain import Row
from pos_terminal.journal.database import NAME, behind, check_layout, stored_row
from pos_terminal.journal.errors import JournalError, fault_of
from pos_terminal.storage.sqlite import connect

BATCH = 1000

Progress = Callable[[int, int], None]
"""Called now and then with how many records are done, and how many there are."""

KEY_KINDS = ("key.made", "key.rotated", "key.replaced")


@dataclass(frozen=True, slots=True)
class Span:
    """The records `first` to `last` of a journal."""

    first: int
    last: int


class ReadOnlySource:
    """A read-only connection; each call ends its transaction, so that it never holds the log up."""

    def __init__(self, db: apsw.Connection, path: Path) -> None:
        self._db = db
        self.path = path

    def span(self, first: int | None, last: int | None) -> Span:
        """The records from `first` to `last`, or all; JournalError where they are not all there."""
        purged = self._number("SELECT max(last) FROM purge")
        highest = self._number("SELECT max(seq) FROM journal")
        span = Span(first or purged + 1, last or highest)
        if not purged < span.first <= span.last <= highest:
            held = f"it holds records {purged + 1} to {highest}"
            detail = say(
                "{path} : {held}, et non {first} à {last}",
                path=self.path, held=held, first=span.first, last=span.last,
            )
            raise JournalError(faults.JOURNAL_MISSING, detail)
        return span

    def _number(self, sql: str) -> int:
        found: int = self._db.execute(f"SELECT coalesce(({sql}), 0)").get
        return found

    def rows(self, span: Span, progress: Progress | None = None) -> Iterator[Row]:
        """The rows of `span` in order, a batch at a time."""
        sql = (
            "SELECT seq, kind, rec, hash, sig FROM journal WHERE seq > ? AND seq <= ? "
            "ORDER BY seq LIMIT ?"
        )
        done = span.first - 1
        # A transaction each: a walk of minutes would keep the log from being taken in.
        while done < span.last:
            found = [*map(stored_row, self._db.execute(sql, (done, span.last, BATCH)))]
            batch = behind(done, found)
            if not batch:
                return
            yield from batch
            done = batch[-1].seq
            if progress:
                progress(done - span.first + 1, span.last - span.first + 1)

    def of_kind(self, span: Span, kind: str) -> Iterator[Row]:
        """The rows of `span` that are of one kind, in order."""
        sql = (
            "SELECT seq, kind, rec, hash, sig FROM journal WHERE kind = ? AND seq BETWEEN ? AND ? "
            "ORDER BY seq"
        )
        yield from map(stored_row, self._db.execute(sql, (kind, span.first, span.last)))

    def holds_bodies(self, last: int) -> bool:
        """Whether any record up to `last` is still whole, or its room not given back."""
        sql = (
            "SELECT count(*) FROM journal WHERE seq <= ? AND rec <> x'' "
            "AND kind NOT IN ('key.made', 'key.rotated', 'key.replaced')"
        )
        return bool(self._db.execute(sql, (last,)).get or self._db.pragma("freelist_count"))

    def hashes(self, last: int) -> Iterator[bytes]:
        """The hashes of records 1 to `last`, purged ones too."""
        sql = "SELECT hash FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq"
        for done in range(0, last, BATCH):
            batch = self._db.execute(sql, (done, min(done + BATCH, last))).fetchall()
            yield from (bytes(row[0]) for row in batch)  # type: ignore[arg-type]

    def key_records(self) -> Iterator[Row]:
        """The records that brought keys into force: no purge takes them."""
        marks = ",".join("?" * len(KEY_KINDS))
        sql = f"SELECT seq, kind, rec, hash, sig FROM journal WHERE kind IN ({marks}) ORDER BY seq"
        yield from map(stored_row, self._db.execute(sql, KEY_KINDS))

    def checkpoints(self, span: Span) -> Iterator[tuple[int, bytes, bytes]]:
        """Size, body and signature of the checkpoints in `span`."""
        sql = "SELECT size, body, sig FROM checkpoint WHERE size BETWEEN ? AND ? ORDER BY size"
        yield from self._db.execute(sql, (span.first, span.last))

    def cosignatures(self, span: Span) -> Iterator[tuple[int, str, bytes, bytes, str]]:
        """Size, witness, body, signature and time of what others attested in `span`."""
        sql = (
            "SELECT size, witness, body, sig, at FROM cosignature WHERE size BETWEEN ? AND ? "
            "ORDER BY size, witness"
        )
        yield from self._db.execute(sql, (span.first, span.last))


@contextmanager
def opened(directory: Path) -> Iterator[ReadOnlySource]:
    """The journal in the state `directory`; JournalError where none is there, or none readable."""
    path = directory / NAME
    if not path.exists():
        raise JournalError(faults.JOURNAL_MISSING, say("{path} n'existe pas", path=path))
    try:
        with closing(connect(path, "", apsw.SQLITE_OPEN_READONLY)) as db:
            check_layout(db, path)
            yield ReadOnlySource(db, path)
    except (apsw.Error, UnicodeDecodeError) as error:
        raise JournalError(fault_of(error), f"{path}: {error}") from error
