"""A till that sells until it is killed; prints each record's number once it is acknowledged."""

import asyncio
import sys
from pathlib import Path

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.sale import SaleAbandoned, SaleOpened
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import Journal

IDENTITY = Identity(store="boulangerie", terminal="2", software="0.1.0", simulated=False)
NOW = Moment(at="2026-01-05T08:30:00.000+01:00", utc=1, mono=1, boot="b", trust=Trust.UNVERIFIED)


def acknowledge(future: "asyncio.Future[tuple[Record, ...]]") -> None:
    print(future.result()[-1].seq, flush=True)


async def sell(directory: Path) -> None:
    journal = Journal.open(directory, IDENTITY)
    sale = journal.running.counts.sale
    if journal.running.opened:
        sys.exit("an append was split")
    while True:
        sale += 1
        opened = SaleOpened(sale=sale, catalog="c" * 64)
        given_up = SaleAbandoned(sale=sale, catalog="c" * 64, lines=(), total=0)
        future = journal.append([opened, given_up], NOW)
        future.add_done_callback(acknowledge)
        if sale % 8 == 0:
            await future


if __name__ == "__main__":
    asyncio.run(sell(Path(sys.argv[1])))
