"""Tickets a second, keys in and receipts out, many in flight, and nothing lost."""

import asyncio
import time
from pathlib import Path

from bench.figures import Figure, Setting
from bench.raw import commits_per_second
from bench.shop import Ends, open_shop
from pos_terminal.domain.events.paper import ReceiptPrinted
from pos_terminal.domain.events.sale import LineSold, SaleClosed
from pos_terminal.journal.database import NAME
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import read_records

TICKETS = 500
IN_FLIGHT = 12
"""Tickets keyed whose receipt is not out yet; a till refuses a receipt when 20 wait."""

COMMITS = 2000
APPENDS = 5
"""Of one ticket: two lines, the payment, the receipt asked for and printed."""


def measure(setting: Setting) -> list[Figure]:
    """Two lines, exact cash, a receipt: as fast as the far ends' wires bring and take them."""
    return asyncio.run(_measure(setting))


async def _measure(setting: Setting) -> list[Figure]:
    count = setting.rounds(TICKETS)
    before = commits_per_second(setting.folder("raw-before"), setting.rounds(COMMITS))
    async with open_shop(setting.directory / "tickets") as shop:
        async with shop.started() as terminal:
            await terminal.all_open(len(shop.ends.devices))
            seconds, printed = await _sell(shop.ends, count)
        records = all_records(shop.state)
    after = commits_per_second(setting.folder("raw-after"), setting.rounds(COMMITS))
    raw = round((before + after) / 2)
    lines, closed, papers = (
        sum(record.kind == kind.kind for record in records)
        for kind in (LineSold, SaleClosed, ReceiptPrinted)
    )
    gaps = count - len(printed & {f"1-{number:06d}" for number in range(1, count + 1)})
    lost = (2 * count - lines) + (count - closed) + (count - papers) + gaps
    return [
        Figure(key="tickets.per_second", what="tickets keyed, paid and printed", unit="/s",
               value=round(count / seconds, 1), limit=(f"bare commits / {APPENDS}", raw / APPENDS)),
        Figure(key="tickets.records_per_second", what="records made durable meanwhile", unit="/s",
               value=round(len(records) / seconds, 1), limit=("bare commits", raw)),
        Figure(key="tickets.lost", what=f"lines, tickets or papers lost, of {count} tickets",
               value=lost, unit="", at_most=0),
    ]  # fmt: skip


async def _sell(ends: Ends, count: int) -> tuple[float, set[str]]:
    """Seconds from the first key to the last receipt, and the numbers on the receipts."""
    free = asyncio.Semaphore(IN_FLIGHT)
    printed: set[str] = set()

    async def collect() -> None:
        for _ in range(count):
            printed.add((await ends.far_printer.job()).ticket)
            free.release()

    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(collect())
        for _ in range(count):
            await free.acquire()
            await ends.type("1 PLU 2 PLU CASH TICKET")
    return time.monotonic() - begun, printed


def all_records(state: Path) -> list[Record]:
    """The whole journal, from the disk."""
    records: list[Record] = []
    while batch := read_records(state / NAME, "", len(records), 1000):
        records += batch
    return records
