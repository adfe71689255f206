"""Key to display while another program on the box asks the till as much as it can.

Quiet and flooded stretches take turns in one run, so that the disk and the machine are the same to
both. The flood is a process of its own with sixteen connections, as many as a user may have: they
ask for the status and for records, without a pause, and two of them never read what they are told.
"""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bench.figures import Figure, Setting, latencies, quantile
from bench.shop import Ends, barcode, name, open_shop
from pos_terminal.channel.calls import asked
from pos_terminal.channel.interface import RECORDS, STATUS, WATCH, Nothing, RecordsAsked, Watching

SCANS = 1000
STRETCH = 25
"""Scans between two changes from quiet to flood and back."""

LINES = 5
PAUSE = 0.02
SETTLING = 0.2
"""Seconds that the flood has to begin, or to end, before it counts."""

ASKING, DEAF = 14, 2
SLOWER, LONGER = 1.10, 2.0
"""The bar: the quiet median times so much, and so many milliseconds beyond the quiet p99."""


def measure(setting: Setting) -> list[Figure]:
    """Scan to display with a flooded socket, beside the quiet stretches of the same run."""
    return asyncio.run(_measure(setting, setting.rounds(SCANS)))


async def _measure(setting: Setting, count: int) -> list[Figure]:
    quiet: list[float] = []
    flooded: list[float] = []
    asked_for = 0
    async with open_shop(setting.directory / "flood") as shop, shop.started() as terminal:
        await terminal.all_open(len(shop.ends.devices))
        for _ in range(max(1, count // STRETCH)):
            quiet += await _scans(shop.ends)
            async with _flood(shop.state / "till") as answers:
                flooded += await _scans(shop.ends)
            asked_for += answers[0]
            await asyncio.sleep(SETTLING)
    bars = (quantile(quiet, 0.5) * 1000 * SLOWER, quantile(quiet, 0.99) * 1000 + LONGER)
    return [
        *latencies("flood.scan", "scan to display, the socket flooded", flooded,
                   limit=("quiet", quiet), p50_at_most=round(bars[0], 3),
                   p99_at_most=round(bars[1], 3)),
        Figure(key="flood.answers", what="answers that the flood had meanwhile", unit="",
               value=asked_for),
    ]  # fmt: skip


async def _scans(ends: Ends) -> list[float]:
    taken = []
    for index in range(STRETCH):
        plu = 1 + index % 6
        before, sent = len(ends.display.frames), time.monotonic()
        await ends.scanner.scan(barcode(plu))
        taken.append(await ends.frame(before, name(plu)) - sent)
        if index % LINES == LINES - 1:
            before = len(ends.display.frames)
            await ends.type("CASH")
            await ends.frame(before, "MERCI")
        await asyncio.sleep(PAUSE)
    return taken


@asynccontextmanager
async def _flood(till: Path) -> AsyncIterator[list[int]]:
    """The other program, until the block ends; then how many answers it had."""
    answers: list[int] = []
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.flood", str(till), stdin=PIPE, stdout=PIPE
    )
    assert process.stdout
    await process.stdout.readline()
    await asyncio.sleep(SETTLING)
    try:
        yield answers
    finally:
        told, _ = await process.communicate(b"")  # an end of its input: let go
        answers.append(int(told))


async def _ask(till: Path, number: int, answers: list[int]) -> None:
    """One connection: it asks again as soon as it is answered, and comes back when it is closed."""
    question = (
        asked(STATUS, Nothing()) if number % 2 else asked(RECORDS, RecordsAsked(after=0, limit=200))
    )
    while True:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            reader, writer = await asyncio.open_unix_connection(till, limit=1 << 21)
            while True:
                writer.write(question)
                await reader.readuntil(b"\0")
                answers[0] += 1
        await asyncio.sleep(0.01)


async def _never_read(till: Path) -> None:
    """One that asks to be told of every change, and does not listen."""
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_unix_connection(till, limit=1)
            for _ in range(50):
                writer.write(asked(WATCH, Watching(), more=True))
            await asyncio.sleep(3600)
        await asyncio.sleep(0.01)


async def _be_the_flood(till: Path) -> None:
    answers = [0]
    tasks = [asyncio.create_task(_ask(till, number, answers)) for number in range(ASKING)]
    tasks += [asyncio.create_task(_never_read(till)) for _ in range(DEAF)]
    print(flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until whoever started it lets go
    for task in tasks:
        task.cancel()
    print(answers[0])


if __name__ == "__main__":
    asyncio.run(_be_the_flood(Path(sys.argv[1])))
