"""What a durable record costs, beside a bare row of the same bytes through apsw, in one run.

All in microseconds, on the disk under the directory given. `raw_*` is one INSERT per commit of what
a record's row holds, with the journal's pragmas and nothing else; `inside_*` the writer's own work
from appends to the commit; `awaited_*` an append as the till sees it, through thread and future.
The three take turns, so that a disk whose speed drifts is as kind to one as to the others.
"""

import asyncio
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import apsw

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.sale import LineSold, SaleOpened
from pos_terminal.domain.events.values import EntryMethod
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.quantity import Unit
from pos_terminal.journal import keyring
from pos_terminal.journal.chain import Row
from pos_terminal.journal.database import NAME, make_durable, open_writer
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.record import Record, Running
from pos_terminal.journal.store import Journal
from pos_terminal.journal.wal import Checkpointer
from pos_terminal.journal.writer import GROUP, Append, Writer
from pos_terminal.storage.sqlite import connect

IDENTITY = Identity(store="banc", terminal="1", software="0", simulated=True)
MOMENT = Moment(
    at="2026-01-05T08:30:00.000+01:00",
    utc=1_767_598_200_000_000,
    mono=1_000_000,
    boot="0f8fad5b-d9cb-469f-a165-70867728950e",
    trust=Trust.SIMULATED,
)
OPENED = SaleOpened(sale=1, catalog="c" * 64)
LINE = LineSold(
    sale=1, line=1, plu="28", name="Tradition", unit=Unit.PIECE, family="pain", quantity=1000,
    price=130, per=1000, list_price=130, list_per=1000, vat=550, gross=130, entry=EntryMethod.KEY,
)  # fmt: skip
BATCHES = 10
EACH = 25
LOG = 1200
"""Commits until each log has its length: in a file that grows, a sync takes twice as long."""


class Raw:
    """A record's row in a table without triggers: the limit that disk and SQLite set."""

    def __init__(self, path: Path, row: Row, vfs: str = "") -> None:
        self._db = connect(path, vfs, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        make_durable(self._db)
        self._db.pragma("wal_autocheckpoint", 1000)
        self._db.execute("CREATE TABLE raw (seq INTEGER PRIMARY KEY, kind, rec, hash, sig)")
        self._row = row[1:]

    def row(self) -> None:
        """One row, one commit."""
        self._db.execute("INSERT INTO raw (kind, rec, hash, sig) VALUES (?,?,?,?)", self._row)

    def batch(self) -> None:
        """A full group's rows, one commit."""
        with self._db:
            for _ in range(GROUP):
                self.row()

    def close(self) -> None:
        """Let the file go."""
        self._db.close()


class Inside:
    """A writer whose thread never starts, so that its commits can be timed from here."""

    def __init__(self, directory: Path, vfs: str = "") -> None:
        directory.mkdir()
        path = directory / NAME
        self._writer = Writer(
            directory=directory, db=open_writer(path, vfs), checkpointer=Checkpointer(path, vfs),
            running=Running(identity=IDENTITY), tree=Frontier(),
            signing=keyring.software(directory, ""),
            committed=lambda done: None, failed=lambda error, group: None,
        )  # fmt: skip
        future: asyncio.Future[tuple[Record, ...]] = asyncio.get_running_loop().create_future()
        self._writer.commit([Append((OPENED,), MOMENT, future)])
        self._line = Append((LINE,), MOMENT, future)

    def row(self) -> None:
        """One record, one commit."""
        self._writer.commit([self._line])
        self._writer.tend()

    def batch(self) -> None:
        """A full group's records, one commit."""
        self._writer.commit([self._line] * GROUP)
        self._writer.tend()

    def close(self) -> None:
        """Let the file go."""
        self._writer.release()


def _time(work: Callable[[], object], times: list[float]) -> None:
    start = perf_counter()
    work()
    times.append((perf_counter() - start) * 1e6)


async def _measure(directory: Path, vfs: str, rounds: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=directory, prefix="journal-bench-") as scratch:
        return await _take_turns(Path(scratch), vfs, rounds)


async def _take_turns(scratch: Path, vfs: str, rounds: int) -> dict[str, float]:
    journal = Journal.open(scratch / "awaited", IDENTITY, vfs=vfs)
    await journal.append([OPENED], MOMENT)
    (line,) = await journal.append([LINE], MOMENT)
    raw = Raw(scratch / "raw.db", Row(line.seq, line.kind, line.rec, line.hash, line.sig), vfs)
    inside = Inside(scratch / "inside", vfs)
    times: dict[str, list[float]] = {
        name: [] for name in ("raw", "inside", "awaited", "raw_batch", "inside_batch")
    }
    for _ in range(LOG if not vfs else 0):
        raw.row()
        inside.row()
        await journal.append([LINE], MOMENT)
    for _ in range(rounds):
        for _ in range(EACH):
            _time(raw.row, times["raw"])
        for _ in range(EACH):
            _time(inside.row, times["inside"])
        for _ in range(EACH):
            start = perf_counter()
            await journal.append([LINE], MOMENT)
            times["awaited"].append((perf_counter() - start) * 1e6)
        for _ in range(BATCHES):
            _time(raw.batch, times["raw_batch"])
            _time(inside.batch, times["inside_batch"])
    await journal.close()
    inside.close()
    raw.close()
    return _figures(times)


def _figures(times: dict[str, list[float]]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, taken in times.items():
        cuts = statistics.quantiles(taken, n=100)
        figures[f"{name}_p50_us"] = round(cuts[49], 1)
        figures[f"{name}_p99_us"] = round(cuts[98], 1)
    for name, limit in (("inside", "raw"), ("awaited", "raw"), ("inside_batch", "raw_batch")):
        ratio = figures[f"{limit}_p50_us"] / figures[f"{name}_p50_us"]
        figures[f"{name}_of_raw"] = round(ratio, 3)
    figures["thread_and_future_us"] = round(
        figures["awaited_p50_us"] - figures["inside_p50_us"], 1
    )
    return figures


def measure(directory: Path, *, vfs: str = "", rounds: int = 40) -> dict[str, float]:
    """The figures, taken on the disk of `directory`, which must exist; a few seconds.

    `vfs` names an SQLite VFS that stands for another disk.
    """
    return asyncio.run(_measure(directory, vfs, rounds))
