"""A till that sells until it is killed; prints each record's number once it is acknowledged.

With a number it ends by itself after so many sales more.
"""

import asyncio
import sys
from pathlib import Path

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import SaleAbandoned, SaleOpened
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import Journal

IDENTITY = Identity(store="boulangerie", terminal="2", software="0.1.0", simulated=False)
NOW = Moment(at="2026-01-05T08:30:00.000+01:00", utc=1, mono=1, boot="b", trust=Trust.UNVERIFIED)


def acknowledge(future: "asyncio.Future[tuple[Record, ...]]") -> None:
    print(future.result()[-1].seq, flush=True)


def sale(number: int) -> list[Event]:
    """A sale that is opened and given up."""
    return [
        SaleOpened(sale=number, catalog="c" * 64),
        SaleAbandoned(sale=number, catalog="c" * 64, lines=(), total=0),
    ]


async def sell(directory: Path, most: int) -> None:
    journal = Journal.open(directory, IDENTITY)
    number = journal.running.counts.sale
    last = number + most
    if journal.running.opened:
        sys.exit("an append was split")
    while number < last:
        number += 1
        future = journal.append(sale(number), NOW)
        future.add_done_callback(acknowledge)
        if number % 8 == 0 or most < sys.maxsize:
            await future


if __name__ == "__main__":
    asyncio.run(sell(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else sys.maxsize))
