"""Alerts by the machine's own clock: `python -m tests.support.clock_victim FOLDER TABLE`.

It has one failure to tell. What OpenSSL thinks of a certificate depends on the process's clock
alone: so whoever starts this sets that.
"""

import asyncio
import json
import sys
from pathlib import Path

from pos_terminal.agent.clock import SystemClock
from pos_terminal.agent.incidents import SCHEMA, IncidentBook
from pos_terminal.domain import faults
from tests.support.agent import stores
from tests.support.alerting import serving_alerts


async def main(folder: Path, settings: dict[str, object]) -> None:
    clock = SystemClock()
    async with stores(folder) as opened:
        book = await IncidentBook.open(opened.worker("agent", SCHEMA), clock)
        alerts = serving_alerts(folder, opened, book, clock, settings)
        async with alerts, asyncio.TaskGroup() as group:
            group.create_task(book.run())
            book.report("printer", faults.PAPER_OUT)
            while True:
                told = {row.code: row.detail for row in book if row.subject == "mail"}
                print(json.dumps(told), flush=True)
                await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), json.loads(sys.argv[2])))
