"""What a long journal costs: its start, a ticket upon it, and its verification on every core.

With `--long` at a million and five million records, which takes a quarter of an hour; else at a
hundred thousand.
"""

import asyncio
import statistics
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from bench.figures import Figure, Setting
from bench.filler import fill, ticket
from bench.journal import IDENTITY, MOMENT
from pos_terminal.journal.database import reading
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import BATCH, verify, verify_chain

SHORT = 10_000
MANY, FULL = 5_000_000, 1_000_000
FEWER = 100_000
STARTS = 9
TICKETS = 300


def measure(setting: Setting) -> list[Figure]:
    """The bars of a long journal, each beside a short one or the bare work, in the same run."""
    folder = setting.folder("evidence")
    many, full = (MANY, FULL) if setting.long else (FEWER, FEWER)
    if setting.quick:
        many = full = SHORT + 1
    short, long = fill(folder / "short", SHORT), fill(folder / "long", many)
    whole = fill(folder / "whole", full) if full != many else long
    return [*_starts(short, long, many), *asyncio.run(_tickets(short, long, many, setting)),
            *_verified(whole, full)]  # fmt: skip


def _starts(short: Path, long: Path, many: int) -> list[Figure]:
    times: dict[Path, list[float]] = {short: [], long: []}
    for _ in range(STARTS):
        for path, taken in times.items():
            taken.append(asyncio.run(_open(path)))
    few = round(statistics.median(times[short]), 1)
    return [
        Figure(key="evidence.start.short", what=f"taking up {SHORT:,} records", value=few,
               unit="ms", at_most=50),
        Figure(key="evidence.start.long", what=f"taking up {many:,} records", unit="ms",
               value=round(statistics.median(times[long]), 1), at_most=50,
               limit=(f"{SHORT:,} records", few)),
    ]  # fmt: skip


async def _open(path: Path) -> float:
    start = perf_counter()
    journal = Journal.open(path.parent, IDENTITY)
    taken = (perf_counter() - start) * 1000
    await journal.close()
    return taken


async def _tickets(short: Path, long: Path, many: int, setting: Setting) -> list[Figure]:
    """A ticket's four records, awaited; the two journals take turns."""
    journals = {path: Journal.open(path.parent, IDENTITY) for path in (short, long)}
    times: dict[Path, list[float]] = {path: [] for path in journals}
    for _ in range(setting.rounds(TICKETS)):
        for path, journal in journals.items():
            events = ticket(journal.running.counts.sale + 1)
            start = perf_counter()
            await journal.append(events, MOMENT)
            times[path].append((perf_counter() - start) * 1e6)
    for journal in journals.values():
        await journal.close()
    few, lot = (statistics.median(times[path]) for path in (short, long))
    return [
        Figure(key="evidence.ticket", what=f"a ticket's records upon {many:,}, p50",
               value=round(lot, 1), unit="us", limit=(f"upon {SHORT:,}", round(few, 1))),
        Figure(key="evidence.ticket_ratio", what=f"the same, as a multiple of that upon {SHORT:,}",
               value=round(lot / few, 3), unit="", at_most=1.1),
    ]  # fmt: skip


def _verified(path: Path, records: int) -> list[Figure]:
    bare, chain = [], []
    for _ in range(3):
        bare.append(_bare(path))
        start = perf_counter()
        verify_chain(path)
        chain.append(perf_counter() - start)
    start = perf_counter()
    found = verify(path)
    whole = perf_counter() - start
    return [
        Figure(key="evidence.chain", what=f"the chain of {records:,} records", unit="s",
               value=round(min(chain), 2), limit=("SELECT and SHA-256", round(min(bare), 2))),
        Figure(key="evidence.chain_ratio", what="the same, as a multiple of SELECT and SHA-256",
               value=round(min(chain) / min(bare), 2), unit="", at_most=2),
        Figure(key="evidence.verify", unit="s", value=round(whole, 1),
               what=f"{found.records:,} records verified whole, signatures too, on every core"),
        Figure(key="evidence.verify_rate", what="the same, records a second", unit="1/s",
               value=round(found.records / whole)),
    ]  # fmt: skip


def _bare(path: Path) -> float:
    start = perf_counter()
    with reading(path) as reader:
        done = 0
        while rows := reader.rows(done, BATCH):
            for row in rows:
                sha256(row.rec).digest()
            done = rows[-1].seq
    return perf_counter() - start
