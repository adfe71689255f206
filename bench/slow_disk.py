"""Selling on a disk like an SD card: every sync takes 50 ms, and now and then one takes a second.

Several tills sell beside each other, each a process with a disk of its own, at a clerk's pace. At
the end each is killed in the middle of a commit, and its journal is held against its display.
"""

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench.figures import Figure, Setting, latencies
from bench.shop import PROGRAM, Shop, Terminal, barcode, name, open_shop
from bench.tickets import all_records
from pos_terminal.domain.events.sale import LineSold

TILLS = 4
SCANS = 100
LINES = 4
"""Lines of a ticket."""
PACE = (0.8, 1.2)
"""Seconds between two scans: seven times a rush hour's."""
EVERY = 250
"""Each so many syncs, one takes a second."""
BAR = 100.0
COMMIT = 0.050


@dataclass(slots=True)
class _Seen:
    """What all tills have measured, in seconds, and what was lost."""

    scans: list[float] = field(default_factory=list)
    digits: list[float] = field(default_factory=list)
    lost: int = 0
    broken: int = 0


def measure(setting: Setting) -> list[Figure]:
    """Scan to display and digit to display while commits are slow; what a kill loses."""
    return asyncio.run(_measure(setting))


async def _measure(setting: Setting) -> list[Figure]:
    seen = _Seen()
    scans = setting.rounds(SCANS)
    async with asyncio.TaskGroup() as group:
        for till in range(TILLS):
            folder = setting.directory / f"slow-{till}"
            group.create_task(_till(folder, till, scans, seen))
    stalls = f"1 s each {EVERY}th sync"
    return [
        *latencies("slow_disk.scan", f"scan to display, sync 50 ms, {stalls}", seen.scans,
                   limit=("one sync", [COMMIT]), p99_at_most=BAR),
        *latencies("slow_disk.digit", "digit to display while a commit is under way", seen.digits,
                   limit=("", ())),
        Figure(key="slow_disk.over_bar", what=f"scans over {BAR:.0f} ms, of {len(seen.scans)}",
               value=sum(taken > BAR / 1000 for taken in seen.scans), unit=""),
        Figure(key="slow_disk.lost", what=f"lines shown and not in the journal, {TILLS} x kill -9",
               value=seen.lost, unit="", at_most=0),
        Figure(key="slow_disk.broken", what="journals that fail verification after it",
               value=seen.broken, unit="", at_most=0),
    ]  # fmt: skip


async def _till(folder: Path, number: int, scans: int, seen: _Seen) -> None:
    random = Random(number)
    first = number * EVERY // TILLS
    command = (sys.executable, "-m", "bench.observed", "--slow", str(EVERY), str(first))
    async with open_shop(folder) as shop:
        async with shop.started(*command) as terminal:
            await terminal.all_open(len(shop.ends.devices))
            for index in range(scans):
                await asyncio.sleep(random.uniform(*PACE))
                await _scan(shop, index, seen)
            shown = scans + await _kill(shop, terminal, random)
        lines = [record for record in all_records(shop.state) if record.kind == LineSold.kind]
        seen.lost += max(0, shown - len(lines))
        verify = (PROGRAM, "journal", "verify", "--state", shop.state)
        checked = await asyncio.to_thread(subprocess.run, verify, stdout=subprocess.DEVNULL)
        seen.broken += checked.returncode != 0


async def _scan(shop: Shop, index: int, seen: _Seen) -> None:
    """One line; in every ticket one during whose commit a digit is typed, and taken back."""
    ends, plu = shop.ends, 1 + index % 6
    before, sent = len(ends.display.frames), time.monotonic()
    await ends.scanner.scan(barcode(plu))
    if index % LINES == 1:
        await asyncio.sleep(0.01)
        typed = time.monotonic()
        await ends.type("7")
        seen.digits.append(await ends.frame(before, "7") - typed)
        await ends.type("C")
        await ends.frame(before, name(plu))
    else:
        seen.scans.append(await ends.frame(before, name(plu)) - sent)
    if index % LINES == LINES - 1:
        await ends.type("CASH")
        await ends.frame(before, "MERCI")


async def _kill(shop: Shop, terminal: Terminal, random: Random) -> int:
    """Kill the till soon after a burst of scans; how many of those had been shown by then."""
    ends = shop.ends
    before = len(ends.display.frames)
    burst = range(1, 7)
    for plu in burst:
        await ends.scanner.scan(barcode(plu))
        await asyncio.sleep(random.uniform(0, 0.06))
    terminal.kill()
    await terminal.process.wait()
    await asyncio.sleep(0.1)  # what had left for the display arrives
    screens = [screen.line1 for _, screen in ends.display.frames[before:]]
    return sum(any(line.startswith(name(plu)) for line in screens) for plu in burst)
