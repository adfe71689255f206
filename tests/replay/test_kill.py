"""kill -9 at random moments of a replay, again and again; then the day is whole, to the cent."""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from itertools import groupby
from pathlib import Path
from random import Random

import pytest

from pos_driver_sim.printer import PrinterEnd
from pos_terminal.domain.events.sale import LineSold, SaleClosed, SaleOpened
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.record import Record
from pos_terminal.journal.verify import verify
from pos_terminal.testing.running import PATIENCE, run
from tests.support.replay_oracle import agrees, sums
from tests.support.replaying import records
from tests.support.shopping import write_day

KILLS, AT_MOST = 8, 30
LONGEST = 0.25
"""Seconds for which a child may sell, at most, before it is killed."""


class Day:
    """A day that is replayed by one child after the other, on one printer that stays."""

    def __init__(self, folder: Path, printer: PrinterEnd) -> None:
        self.catalog, self.tickets = write_day(folder, 700)
        self.state = folder / "state"
        self._folder = folder
        self._printer = printer

    async def start(self) -> Process:
        host, port = self._printer.address
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pos_terminal", "replay",
            "--catalog", self.catalog, "--state", self.state, "--json",
            "--printer", f"{host}:{port}", self.tickets,
            stdin=DEVNULL, stdout=PIPE, env={**os.environ, "TMPDIR": str(self._folder)},
        )  # fmt: skip

    async def kill(self, after: float) -> None:
        """Let a child sell for so long, then kill it."""
        before = len(self.records())
        child = await self.start()
        try:
            async with asyncio.timeout(PATIENCE):
                while len(self.records()) < before + 5 and child.returncode is None:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(after)
            assert child.returncode is None, "the child was gone before it was killed"
        finally:
            if child.returncode is None:
                child.kill()
            await child.communicate()

    def records(self) -> list[Record]:
        try:
            return records(self.state)
        except JournalError:  # it is just being made
            return []

    def printed(self) -> set[int]:
        """The numbers of the tickets that are on paper: what a customer has in hand."""
        found = (re.search(r"Ticket 1-(\d{6})", paper.text) for paper in self._printer.papers)
        return {int(match[1]) for match in found if match}


def open_sale(found: list[Record]) -> int:
    """The number of the sale that the records leave open, 0 for none."""
    opened = [r.event.sale for r in found if isinstance(r.event, SaleOpened)]
    closed = [r.event.sale for r in found if isinstance(r.event, SaleClosed)]
    return opened[-1] if opened[-1:] != closed[-1:] else 0


@pytest.mark.slow
def test_a_day_with_power_cuts_comes_out_as_if_there_had_been_none(tmp_path: Path) -> None:
    random = Random(7)

    async def body() -> None:
        async with PrinterEnd() as printer:
            day = Day(tmp_path, printer)
            kills, left_open = 0, set[int]()
            known: list[bytes] = []
            while kills < KILLS or not left_open:
                assert kills < AT_MOST, "no kill struck an open sale"
                await day.kill(random.uniform(0, LONGEST))
                kills += 1
                found = day.records()
                assert [r.hash for r in found][: len(known)] == known
                known = [r.hash for r in found]
                numbers = {r.event.number for r in found if isinstance(r.event, SaleClosed)}
                assert day.printed() <= numbers
                left_open |= {open_sale(found)} - {0}
            child = await day.start()
            out, _ = await child.communicate()
            assert child.returncode == 1  # some rows of the day are to be refused
            check(day, json.loads(out), known, left_open)

    run(body())


def check(day: Day, summary: dict[str, object], known: list[bytes], left_open: set[int]) -> None:
    """Nothing lost, nothing twice, the open tickets back, and all as the file has it."""
    expected = sums(day.catalog, day.tickets)
    assert agrees(summary, expected)
    found = day.records()
    assert [r.hash for r in found][: len(known)] == known
    closed = {r.event.sale: r.event for r in found if isinstance(r.event, SaleClosed)}
    assert [ticket.number for ticket in closed.values()] == list(range(1, len(closed) + 1))
    origins = {(t.origin.date, t.origin.ticket) for t in closed.values() if t.origin}
    assert origins == {(ticket.day, ticket.number) for ticket in expected.tickets}
    assert left_open <= closed.keys()
    sold = [r.event for r in found if isinstance(r.event, LineSold)]
    for sale, lines in groupby(sold, key=lambda line: line.sale):
        assert [(line.plu, line.gross) for line in lines] == [
            (line.plu, line.gross) for line in closed[sale].lines
        ]
    assert verify(day.state / NAME).counts.tickets == {"T": len(closed)}
