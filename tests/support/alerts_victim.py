"""An agent's alerts that are killed: `python -m tests.support.alerts_victim FOLDER SETTINGS`.

Its table of incidents has something to tell from the start; its clock runs 600 times as fast, so
that an attempt which failed is soon made again.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import apsw
import msgspec

from pos_service_alerts.book import SCHEMA as BOOK
from pos_service_alerts.book import AlertBook
from pos_terminal.agent.incidents import SCHEMA, IncidentBook
from pos_terminal.domain import faults
from pos_terminal.domain.health.incidents import Change, Incident, Told
from tests.support.agent import START, SetClock, stores
from tests.support.alerting import serving_alerts

FAST = 600


class FastClock(SetClock):
    """Minutes in tenths of a second, going on over restarts."""

    def utc(self) -> int:
        return START + (time.time_ns() // 1000 % 10**12) * FAST


async def prepare(folder: Path, incidents: int) -> None:
    """An agent.db with so many failures to tell, and the recovery of each."""
    changes = []
    for number in range(incidents):
        for what in (Told.OPENED, Told.RECOVERED):
            row = Incident(
                subject=f"disk /{number}", code=faults.DISK_LOW.code, opened=(START,), seen=START,
                settling=START,
            )  # fmt: skip
            changes.append(msgspec.json.encode(Change(what, START + number, row)))

    def put(db: apsw.Connection) -> None:
        db.executemany("INSERT INTO change (change) VALUES (?)", [(each,) for each in changes])

    async with stores(folder) as opened:
        await opened.worker("agent", SCHEMA).do(put)
        # An agent tells what happens from its first start on: this one has started before.
        await AlertBook(opened.worker("alerts.book", BOOK), SetClock()).move(0)


async def main(folder: Path, settings: dict[str, object]) -> None:
    clock = FastClock()
    async with stores(folder) as opened:
        book = await IncidentBook.open(opened.worker("agent", SCHEMA), clock)
        async with serving_alerts(folder, opened, book, clock, settings) as agent:
            while True:  # an outbox looks at the clock in its own time, which is not the fast one
                await asyncio.sleep(0.02)
                agent.outbox.look()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), json.loads(sys.argv[2])))
