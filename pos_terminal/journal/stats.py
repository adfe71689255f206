"""What a journal holds, counted in one walk: reads it only, also beside a till that sells."""

from collections import Counter
from pathlib import Path

import msgspec
from msgspec import Struct, field

from pos_terminal.domain import faults
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.language import say
from pos_terminal.journal import checkpoint
from pos_terminal.journal.chain import Row, broken
from pos_terminal.journal.cosignature import witnessed
from pos_terminal.journal.database import NAME, Reader, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.verifier.chain import leaf
from pos_terminal.verifier.messages import Bad

BATCH = 1000
"""Records in memory at once, however long the journal is."""


class _Body(msgspec.Struct, frozen=True):
    period: str = ""


class _Glance(msgspec.Struct, frozen=True):
    """As little of a record as the counts need."""

    at: str
    session: int
    body: _Body


_GLANCE = msgspec.json.Decoder(_Glance)


class Stats(Struct):
    """A journal in numbers.

    `size` is the file's, in bytes, without its log; `first` and `last` are the local times of the
    records that are not purged; `witnessed` and `sealed` are the records that somebody outside, and
    the last checkpoint, vouch for; `days` and `hours` count closed tickets by date and by hour.
    """

    records: int
    size: int
    purged: int
    witnessed: int
    sealed: int
    sealed_at: str
    first: str = ""
    last: str = ""
    session: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)
    closures: Counter[str] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)

    @property
    def exposed(self) -> int:
        """How many of the last records nobody outside has witnessed: what could be cut off."""
        return self.records - self.witnessed

    def take(self, row: Row) -> None:
        """Count one row; Broken where it is not what was written."""
        self.kinds[row.kind] += 1
        self.sizes[row.kind] += len(row.rec)
        if not row.rec:
            return
        if leaf(row.rec) != row.hash:
            raise broken(Bad("hash", seq=row.seq))
        glance = _GLANCE.decode(row.rec)
        self.first = self.first or glance.at
        self.last, self.session = glance.at, glance.session
        if row.kind == PeriodClosed.kind:
            self.closures[glance.body.period] += 1
        elif row.kind == SaleClosed.kind:
            self.days[glance.at[:10]] += 1
            self.hours[int(glance.at[11:13])] += 1


def read(directory: Path) -> Stats:
    """The statistics of the journal in `directory`; JournalError where it cannot be read."""
    path = directory / NAME
    with reading(path) as reader:
        stats = _begun(reader, path.stat().st_size)
        done = 0
        try:
            while done < stats.records:
                for row in reader.rows(done, min(BATCH, stats.records - done)):
                    stats.take(row)
                    done = row.seq
        except UNREADABLE as error:
            detail = say("{path} : écriture {seq} : {error}", path=path, seq=done + 1, error=error)
            raise JournalError(faults.JOURNAL_DAMAGED, detail) from error
    return stats


def _begun(reader: Reader, size: int) -> Stats:
    seal = reader.seal()
    return Stats(
        records=reader.last(),
        size=size,
        purged=reader.purged(),
        witnessed=witnessed(reader).size,
        sealed=seal.size if seal else 0,
        sealed_at=checkpoint.read(seal.body).at if seal else "",
    )
