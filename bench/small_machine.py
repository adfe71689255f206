"""Key to display on a machine of a small board's means: a quarter of one core for till and agent.

A control group gives the till, its helpers and the agent beside it 25 % of one core, in slices of a
tenth of a second: what has used up its slice stands still until the next. Every device is on, and a
receipt is printed every other ticket. Where no control group can be made (that takes root and the
`cpu` controller), the part says so and is left out.
"""

import asyncio
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import MS, Figure, Setting, latencies
from bench.shop import Ends, barcode, name, open_shop
from tests.support.process import child

SCANS = 300
LINES = 3
PAUSE = 0.25
"""Seconds between two keys of a practised clerk."""

PERIOD, QUOTA = 100_000, 25_000
"""Microseconds: of each period, so much is to be had."""

BAR = 100.0
SETTLING = 3.0
"""Seconds that a start, here four times as long, has for what it does behind READY."""


class Unavailable(Exception):
    """Why no control group can be had."""


def measure(setting: Setting) -> list[Figure]:
    """Scan and digit to display with a quarter of a core; none, with the reason, where not."""
    try:
        with quarter_of_a_core() as group:
            return asyncio.run(_measure(setting, group, setting.rounds(SCANS)))
    except Unavailable as reason:
        print(f"the small machine is left out: {reason}", file=sys.stderr)
        return []


async def _measure(setting: Setting, group: Path, count: int) -> list[Figure]:
    folder = setting.directory / "small"
    async with (
        open_shop(folder) as shop,
        shop.started(*within(group), str(_program()), "run") as terminal,
    ):
        await terminal.all_open(len(shop.ends.devices))
        agent = ("agent", "--state", folder / "agent", "--till", shop.state)
        async with child(*within(group), _program(), *agent, stderr=DEVNULL):
            await asyncio.sleep(0.0 if setting.quick else SETTLING)
            scans, digits = await _sell(shop.ends, count)
        started = terminal.ready - terminal.born
    return [
        *latencies("small.scan", "a quarter of a core: scan to display", scans, limit=("", ()),
                   p99_at_most=BAR),
        *latencies("small.digit", "a quarter of a core: digit to display", digits, limit=("", ()),
                   p99_at_most=BAR),
        Figure(key="small.ready", what="a quarter of a core: exec to READY", unit=MS,
               value=round(started * 1000)),
    ]  # fmt: skip


def _program() -> Path:
    return Path(sys.executable).with_name("pos-terminal")


def within(group: Path) -> tuple[str, ...]:
    """A shell that goes into the group, then becomes the command behind it."""
    return ("/bin/sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh")


async def _sell(ends: Ends, count: int) -> tuple[list[float], list[float]]:
    scans, digits = [], []
    for index in range(count):
        plu = 1 + index % 6
        before, sent = len(ends.display.frames), time.monotonic()
        if index % 2:
            await ends.scanner.scan(barcode(plu))
        else:
            await ends.type(str(plu))
            digits.append(await ends.frame(before, str(plu)) - sent)
            await asyncio.sleep(PAUSE)
            before, sent = len(ends.display.frames), time.monotonic()
            await ends.type("PLU")
        scans.append(await ends.frame(before, name(plu)) - sent)
        await asyncio.sleep(PAUSE)
        if index % LINES == LINES - 1:
            before = len(ends.display.frames)
            await ends.type("CASH")
            await ends.frame(before, "MERCI")
            if index % (2 * LINES) == LINES - 1:
                await ends.type("TICKET")
            await asyncio.sleep(PAUSE)
    return scans, digits


@contextmanager
def quarter_of_a_core() -> Iterator[Path]:
    """A control group of its own, by the second version of the interface or else by the first."""
    name = f"pos-bench-{time.monotonic_ns()}"
    whole = Path("/sys/fs/cgroup")
    second = (whole / "cgroup.controllers").exists()
    group = whole / name if second else whole / "cpu" / name
    try:
        group.mkdir()
    except OSError as error:
        raise Unavailable(f"{group}: {error.strerror}") from None
    try:
        try:
            if second:
                (group / "cpu.max").write_text(f"{QUOTA} {PERIOD}")
            else:
                (group / "cpu.cfs_period_us").write_text(str(PERIOD))
                (group / "cpu.cfs_quota_us").write_text(str(QUOTA))
        except OSError as error:
            raise Unavailable(f"{group}: {error.strerror}") from None
        yield group
    finally:
        group.rmdir()
