"""Takes a journal up with whatever pos_terminal is on the path, sells, and says what it found.

`python seller.py DIR SALES [KIND...]`: so many sales, and one event of each kind named.
"""

import asyncio
import json
import sys
from pathlib import Path

import pos_terminal
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.sale import SaleAbandoned, SaleOpened
from pos_terminal.domain.events.vocabulary import KINDS
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify

NOW = Moment(at="2026-01-05T08:30:00.000+01:00", utc=1, mono=1, boot="b", trust=Trust.UNVERIFIED)


async def sell(directory: Path, sales: int, extras: list[str]) -> None:
    identity = Identity("boulangerie", "2", pos_terminal.__version__, simulated=False)
    journal = Journal.open(directory, identity)
    begin = journal.running.counts.sale
    for sale in range(begin + 1, begin + sales + 1):
        opened = SaleOpened(sale=sale, catalog="c" * 64)
        given_up = SaleAbandoned(sale=sale, catalog="c" * 64, lines=(), total=0)
        await journal.append([opened, given_up], NOW)
    for kind in extras:
        await journal.append([KINDS[kind](text="pluie")], NOW)
    await journal.close()


def main() -> None:
    directory, sales, *extras = sys.argv[1:]
    said: dict[str, object] = {"version": pos_terminal.__version__}
    try:
        asyncio.run(sell(Path(directory), int(sales), extras))
    except JournalError as error:
        said["code"] = error.fault.code
    found = verify(Path(directory) / "journal.db")
    print(json.dumps({**said, "sales": found.counts.sale, "unknown": found.unknown}))


if __name__ == "__main__":
    main()
