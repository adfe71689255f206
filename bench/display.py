"""From a scan or a key at the far end of the wire to the display's last byte, and to the disk."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE
from contextlib import AsyncExitStack, closing
from pathlib import Path

from bench.figures import MS, Figure, Setting, latencies, quantile
from bench.raw import RawCommits
from bench.shop import Ends, barcode, name, open_shop
from pos_driver_sim.display import DisplayEnd
from pos_driver_sim.scanner import ScannerEnd
from pos_terminal.domain.events.sale import LineSold
from tests.support.process import child

SCANS = 500
LINES = 5
"""Lines of a ticket."""
PAUSE = 0.01
GRACE = 10.0
"""Milliseconds that a screen may take beyond the disk's own 99th percentile."""

COPY = "a bare copy loop"


def measure(setting: Setting) -> list[Figure]:
    """Scans and keys to the display, beside a copy loop and bare commits on the same disk."""
    return asyncio.run(_measure(setting, setting.rounds(SCANS)))


async def _measure(setting: Setting, count: int) -> list[Figure]:
    copied = await _copied(setting.folder("copy"), count)
    with closing(RawCommits(setting.directory)) as raw:
        async with open_shop(setting.directory / "display") as shop, shop.started() as terminal:
            await terminal.all_open(len(shop.ends.devices))
            scans = await _scans(shop.ends, raw, count)
            digits = await _digits(shop.ends, count)
        committed = quantile(raw.seconds, 0.99) * 1000
        keyed, durable = await _keys(setting.directory / "keys", raw, count)
        commits = ("one bare commit", raw.seconds)
        return [
            *latencies("display.copy_loop", "scan to display, bare copy loop", copied,
                       limit=("", ())),
            *latencies("display.raw_commit", "one bare commit on this disk", raw.seconds,
                       limit=("", ())),
            *latencies("display.scan", "scan to display", scans, limit=(COPY, copied),
                       p99_at_most=round(committed + GRACE, 2)),
            *latencies("display.key", "PLU key to display", keyed, limit=(COPY, copied),
                       p99_at_most=round(committed + GRACE, 2)),
            *latencies("display.durable", "PLU key to durable", durable, limit=commits),
            *latencies("display.digit", "digit to display", digits, limit=(COPY, copied)),
            Figure(key="display.beyond_disk", unit=MS, what="scan to display beyond a commit, p99",
                   value=round(quantile(scans, 0.99) * 1000 - committed, 3), at_most=GRACE),
        ]  # fmt: skip


async def _copied(folder: Path, count: int) -> list[float]:
    """The same wires with a copy loop in the terminal's place."""
    scanner, display = ScannerEnd(folder / "scanner"), DisplayEnd(folder / "display")
    taken = []
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(scanner)
        await stack.enter_async_context(display)
        loop = ("-m", "bench.copy_loop", folder / "scanner", folder / "display")
        process = await stack.enter_async_context(child(sys.executable, *loop, stdout=PIPE))
        assert process.stdout
        await process.stdout.readline()
        for index in range(count):
            sent = time.monotonic()
            await scanner.scan(barcode(1))
            await display.wait_for(lambda _: len(display.frames) > index)  # noqa: B023
            taken.append(display.frames[index][0] - sent)
            await asyncio.sleep(PAUSE)
    return taken


async def _scans(ends: Ends, raw: RawCommits, count: int) -> list[float]:
    taken = []
    for index in range(count):
        plu = 1 + index % 6
        before, sent = len(ends.display.frames), time.monotonic()
        await ends.scanner.scan(barcode(plu))
        taken.append(await ends.frame(before, name(plu)) - sent)
        await _between(ends, raw, index)
    return taken


async def _between(ends: Ends, raw: RawCommits, index: int) -> None:
    """Close the ticket now and then, and have a look at what the disk does meanwhile."""
    raw.take(1)
    if index % LINES == LINES - 1:
        before = len(ends.display.frames)
        await ends.type("CASH")
        await ends.frame(before, "MERCI")
    await asyncio.sleep(PAUSE)


async def _digits(ends: Ends, count: int) -> list[float]:
    taken = []
    for _ in range(count):
        before, sent = len(ends.display.frames), time.monotonic()
        await ends.type("7")
        taken.append(await ends.frame(before, "7") - sent)
        before = len(ends.display.frames)
        await ends.type("C")
        await ends.frame(before)
        await asyncio.sleep(PAUSE)
    return taken


async def _keys(folder: Path, raw: RawCommits, count: int) -> tuple[list[float], list[float]]:
    """Seconds from the PLU key to the display, and to a follower who hears that it is durable."""
    sent: list[float] = []
    shown: list[float] = []
    async with open_shop(folder) as shop:
        moments = folder / "moments.json"
        command = (sys.executable, "-m", "bench.observed", "--moments", str(moments))
        async with shop.started(*command) as terminal:
            ends = shop.ends
            await terminal.all_open(len(ends.devices))
            for index in range(count):
                plu = 1 + index % 6
                before = len(ends.display.frames)
                await ends.type(str(plu))
                await ends.frame(before, str(plu))
                before = len(ends.display.frames)
                sent.append(time.monotonic())
                await ends.type("PLU")
                shown.append(await ends.frame(before, name(plu)) - sent[-1])
                await _between(ends, raw, index)
        lines = [at for kind, at in json.loads(moments.read_text()) if kind == LineSold.kind]
    return shown, [at - begun for at, begun in zip(lines, sent, strict=True)]
