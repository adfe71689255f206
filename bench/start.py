"""From exec to selling: how long a shop waits for its till after a restart."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from bench.figures import MS, Figure, Setting
from bench.history import write_history
from bench.shop import Shop, barcode, name, open_shop

RUNS = 25
LONGER = 1.2
"""The bar: so many times what the bare imports take in the same run."""
MODULES = (
    "pos_terminal.process.lean_imports", "asyncio", "msgspec", "apsw", "pluggy", "evdev", "serial",
    "pos_terminal.commands.run",
    "pos_driver_evdev", "pos_driver_serial_scanner", "pos_driver_scales.toledo", "pos_driver_vfd",
    "pos_driver_escpos",
)  # fmt: skip
LIMITS = {
    "python -c pass": "pass",
    "python -c 'import asyncio'": "import asyncio",
    "the bare imports": f"import {', '.join(MODULES)}",
}


def measure(setting: Setting) -> list[Figure]:
    """READY and the first scan: with 6 articles, 1,500, 10,000; on 10,000 records."""
    runs = setting.rounds(RUNS)
    limits = {text: _limit(code, runs) for text, code in LIMITS.items()}
    figures = [
        Figure(key=f"start.limit.{index}", what=text, value=value, unit=MS)
        for index, (text, value) in enumerate(limits.items())
    ]
    bound = ("the bare imports", limits["the bare imports"])
    for key, what, articles, records in (
        ("small", "6 articles", 6, 0),
        ("articles", "1,500 articles", 1500, 0),
        ("many", "10,000 articles", 10_000, 0),
        ("records", "10,000 records", 6, 500 if setting.quick else 10_000),
    ):
        folder = setting.directory / f"start-{key}"
        figures += asyncio.run(_starts(folder, key, what, articles, records, runs, bound))
    return figures


def _limit(code: str, runs: int) -> float:
    """The median milliseconds until a Python has done this and nothing else; not until its end."""
    taken = []
    for _ in range(runs + 1):
        born = time.monotonic()
        argv = (sys.executable, "-c", f"{code}\nprint(flush=True)")
        with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.read(1)
            taken.append(time.monotonic() - born)
    return round(median(taken[1:]) * 1000, 1)  # the first one writes byte code


async def _starts(
    folder: Path, key: str, what: str, articles: int, records: int, runs: int,
    bound: tuple[str, float],
) -> list[Figure]:  # fmt: skip
    async with open_shop(folder, articles=articles) as shop:
        if records:
            await write_history(shop.config, shop.state, records)
        await _start(shop, 1)  # the first one writes the catalogue and byte code
        taken = [await _start(shop, 1 + run % 2) for run in range(runs)]
    ready, scanned, opened = (median(column) * 1000 for column in zip(*taken, strict=True))
    fastest, longest = (pick(ready for ready, _, _ in taken) * 1000 for pick in (min, max))
    return [
        Figure(key=f"start.{key}.ready", what=f"exec to READY, {what}", value=round(ready, 1),
               unit=MS, limit=bound, at_most=round(LONGER * bound[1], 1)),
        Figure(key=f"start.{key}.fastest", what=f"exec to READY, {what}, fastest of {runs}",
               value=round(fastest, 1), unit=MS),
        Figure(key=f"start.{key}.longest", what=f"exec to READY, {what}, longest of {runs}",
               value=round(longest, 1), unit=MS),
        Figure(key=f"start.{key}.opened", what=f"exec to all 8 devices open, {what}",
               value=round(opened, 1), unit=MS),
        Figure(key=f"start.{key}.scan", what=f"exec to an earlier scan on the display, {what}",
               value=round(scanned, 1), unit=MS, limit=bound),
    ]  # fmt: skip


async def _start(shop: Shop, plu: int) -> tuple[float, float, float]:
    """Seconds until READY, until the scan that waited is on the display, until all is open.

    The scan waits in the keyboard scanner's pipe, as one waits in the kernel for a program that
    has not opened the device yet.
    """
    ends = shop.ends
    ends.display.frames.clear()
    await ends.wedge.scan(barcode(plu))
    async with shop.started() as terminal:
        opened = await terminal.all_open(len(ends.devices))
        shown = await ends.frame(0, name(plu))
        times = (terminal.ready, shown, opened)
        await ends.type("CASH")
        await ends.frame(0, "MERCI")
    ready, shown, opened = (moment - terminal.born for moment in times)
    return ready, shown, opened
