"""The till ends after each line of a paper that must not be lost; the next one takes it up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pos_driver_escpos import open_printer
from pos_driver_sim.printer import Event, PrinterEnd
from pos_terminal.devices.classes import DeviceClass, Printer
from pos_terminal.domain.counter.steps import Input, PaperDone
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.runtime.port import Port, PortState
from pos_terminal.runtime.printing import PrinterLane
from pos_terminal.runtime.spool import SPOOL, Paper, Spool, take_up
from pos_terminal.testing.printer_contract import ticket
from tests.conftest import run
from tests.support.escpos_far_end import settings
from tests.support.toys import until
from tests.support.waiting_papers import waiting

LINES = (0, 1, 3, 6, 99)
"""Printed before the end; 99: all of it."""

Z = Paper(None, ticket(1), patient=True, record=7, kind="PrintClosure")


@asynccontextmanager
async def at_work(end: PrinterEnd, spool: Spool, put: list[Input]) -> AsyncIterator[PrinterLane]:
    """A lane over that printer until it is killed: nothing is put in order as it ends."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Printer]:
        async with open_printer(settings(end)) as printer:
            yield printer

    port: Port[Any] = Port("printer", DeviceClass.PRINTER, opened)
    lane = PrinterLane(port, put.append, spool, again=0.05)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(port.run()), group.create_task(lane.run())]
        await until(lambda: port.state is PortState.IDLE)
        yield lane
        for task in tasks:
            task.cancel()


def test_it_comes_at_least_once_and_twice_only_where_it_says_so(tmp_path: Path) -> None:
    async def body(lines: int) -> list[str]:
        printed, put = list[Event](), list[Input]()
        folder = tmp_path / f"{lines}"
        folder.mkdir()
        async with PrinterEnd(on_event=printed.append) as end:
            end.bytes_per_second = 5_000
            async with at_work(end, Spool(folder / SPOOL), put) as lane:
                lane.print(Z)
                await until(lambda: len(printed) >= lines or bool(put))
                if lines == 0:
                    await until(lambda: bool(waiting(folder)))
            end.bytes_per_second = None  # the printer itself has not been killed
            spool = Spool(folder / SPOOL)
            found = take_up(spool, ())
            async with at_work(end, spool, put) as lane:
                for slip in found.again:
                    lane.resume(slip)
                await until(lambda: PaperDone(None, PrintOutcome.PRINTED) in put)
                await until(lambda: not waiting(folder))
            return [paper.text for paper in end.papers if "TOTAL" in paper.text]

    for lines in LINES:
        papers = run(body(lines))
        undoubted = [text for text in papers if "COPIE POSSIBLE" not in text]
        assert papers, lines
        assert len(undoubted) <= 1, lines
        if lines == LINES[-1]:
            assert (len(papers), len(undoubted)) == (1, 1)
