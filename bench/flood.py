"""Key to display while another program on the box asks the till as much as it can.

The flood has sixteen connections, as many as a user may have: they ask for the status and for
records, without a pause, and two of them never read what they are told.
"""

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path

from bench.figures import Figure, Setting, latencies, quantile
from bench.shop import open_shop
from bench.turns import be_beside, turns
from pos_terminal.channel.calls import asked
from pos_terminal.channel.interface import RECORDS, STATUS, WATCH, Nothing, RecordsAsked, Watching

SCANS = 1000
ASKING, DEAF = 14, 2
LONGER = 2.0
"""The bar of the 99th percentile: so many milliseconds beyond the quiet one."""


def measure(setting: Setting) -> list[Figure]:
    """Scan to display with a flooded socket, beside the quiet stretches of the same run."""
    return asyncio.run(_measure(setting, setting.rounds(SCANS)))


async def _measure(setting: Setting, count: int) -> list[Figure]:
    async with open_shop(setting.directory / "flood") as shop, shop.started() as terminal:
        await terminal.all_open(len(shop.ends.devices))
        found = await turns(shop, "bench.flood", count)
    longest = quantile(found.quiet, 0.99) * 1000 + LONGER
    return [
        *latencies("flood.scan", "scan to display, the socket flooded", found.busy,
                   limit=("quiet", found.quiet), p50_at_most=found.bar,
                   p99_at_most=round(longest, 3)),
        Figure(key="flood.answers", what="answers that the flood had meanwhile", unit="",
               value=found.answers),
    ]  # fmt: skip


async def _ask(till: Path, answers: list[int], *, status: bool) -> None:
    """One connection: it asks again as soon as it is answered, and comes back when it is closed."""
    records = RecordsAsked(after=0, limit=200)
    question = asked(STATUS, Nothing()) if status else asked(RECORDS, records)
    while True:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            reader, writer = await asyncio.open_unix_connection(till, limit=1 << 21)
            while True:
                writer.write(question)
                await reader.readuntil(b"\0")
                answers[0] += 1
        await asyncio.sleep(0.01)


async def _never_read(till: Path, _answers: list[int]) -> None:
    """One that asks to be told of every change, and does not listen."""
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_unix_connection(till, limit=1)
            for _ in range(50):
                writer.write(asked(WATCH, Watching(), more=True))
            await asyncio.sleep(3600)
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    asking = [partial(_ask, status=bool(number % 2)) for number in range(ASKING)]
    be_beside(*asking, *[_never_read] * DEAF)
