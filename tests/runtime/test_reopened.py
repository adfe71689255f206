"""A connection that ended while nobody used it costs no receipt, no drawer and no weight."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pos_driver_escpos import open_printer
from pos_driver_sim.printer import PrinterEnd
from pos_terminal.devices.classes import DeviceClass, Printer
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, PaperDone, Trouble
from pos_terminal.domain.events.paper import ReceiptRequested
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.runtime.lanes import DrawerLane, PrinterDrawer
from pos_terminal.runtime.port import Port, PortState
from pos_terminal.runtime.printing import PrinterLane
from pos_terminal.runtime.spool import Paper, Spool
from pos_terminal.testing.printer_contract import ticket
from tests.conftest import run
from tests.support.escpos_far_end import settings
from tests.support.toys import Socket, until

REQUEST = ReceiptRequested(series="T", number=1, copy=0)
NOWHERE = Path("/nowhere/spool")
LONGEST = 400
"""Bytes: more than a receipt here, whole."""


class Till:
    """A printer's port and both lanes that use it, over TCP."""

    def __init__(self, end: PrinterEnd) -> None:
        self.end = end
        self.put: list[Input] = []
        self.openings = 0
        self.port: Port[Any] = Port("printer", DeviceClass.PRINTER, self._printer, stayed=0.0)
        drawer: Port[Any] = Port("drawer", DeviceClass.DRAWER, self._drawer)
        self.papers = PrinterLane(self.port, self.put.append, Spool(NOWHERE))
        self.drawers = DrawerLane([drawer], self.put.append)
        self.works = (self.port.run(), drawer.run(), self.papers.run(), self.drawers.run())

    @asynccontextmanager
    async def _printer(self) -> AsyncIterator[Printer]:
        self.openings += 1
        async with open_printer(settings(self.end)) as printer:
            yield printer

    @asynccontextmanager
    async def _drawer(self) -> AsyncIterator[PrinterDrawer]:
        yield PrinterDrawer(self.port, 2, None)


def sold(body: Callable[[Till], Awaitable[None]]) -> None:
    """Run `body` at a till whose printer is open."""

    async def scenario() -> None:
        async with PrinterEnd() as end:
            till = Till(end)
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work) for work in till.works]
                await until(lambda: till.port.state is PortState.IDLE)
                await body(till)
                for task in tasks:
                    task.cancel()

    run(scenario())


@pytest.mark.parametrize(
    "noticed",
    [pytest.param(True, marks=pytest.mark.slow), False],  # the port's own pauses pass
)
def test_a_receipt_and_a_pulse_meet_the_printers_own_time_out(noticed: bool) -> None:
    """Whether the till has seen it (and is opening anew) or learns it by asking."""

    async def body(till: Till) -> None:
        till.end.hang_up()
        if noticed:
            # Not its state: that may be open again before anybody has looked.
            await until(lambda: till.port.state is PortState.CLOSED or till.openings > 1)
        till.papers.print(Paper(REQUEST, ticket(1)))
        till.drawers.open()
        await until(lambda: bool(till.put) and bool(till.end.pulses))
        assert till.put == [PaperDone(REQUEST, PrintOutcome.PRINTED)]
        assert (len(till.end.papers), len(till.end.pulses)) == (1, 1)

    sold(body)


def test_wherever_it_breaks_a_receipt_is_printed_once_or_unknown_and_never_lost() -> None:
    """The connection ends behind each byte that is printed, from before the first to the last."""

    async def body(till: Till) -> None:
        for cut in range(1, LONGEST, 57):
            till.end.forget()
            till.put.clear()
            till.end.drop_after = cut
            till.papers.print(Paper(replace(REQUEST, copy=cut), ticket(cut)))
            await until(lambda: bool(till.put))
            (done,) = till.put
            assert isinstance(done, PaperDone)
            whole = [p for p in till.end.papers if f"1-{cut:06d}" in p.text and "TOTAL" in p.text]
            assert len(whole) <= 1
            assert done.outcome is not PrintOutcome.REFUSED
            if done.outcome is PrintOutcome.PRINTED:
                assert len(whole) == 1
            till.end.drop_after = None
            await until(lambda: till.port.state is PortState.IDLE)

    sold(body)


def test_a_printer_that_is_away_is_said_at_the_first_attempt() -> None:
    async def body(till: Till) -> None:
        await till.end.unplug()
        till.papers.print(Paper(REQUEST, ticket(1)))
        till.drawers.open()
        await until(lambda: len(till.put) == 2)
        assert set(till.put) == {
            PaperDone(REQUEST, PrintOutcome.REFUSED, faults.PRINTER_OFFLINE),
            Trouble(faults.DRAWER_OFFLINE),
        }
        assert till.end.pulses == []

    sold(body)


def test_once_more_and_no_oftener() -> None:
    async def body() -> None:
        socket, tries = Socket(), 0
        socket.plug()
        port: Port[Any] = Port("printer", DeviceClass.PRINTER, socket.open)

        async def job(_: object) -> None:
            nonlocal tries
            tries += 1
            raise DeviceLost(faults.PRINTER_OFFLINE)

        async with asyncio.TaskGroup() as group:
            running = group.create_task(port.run())
            await until(lambda: port.state is PortState.IDLE)
            with pytest.raises(DeviceLost):
                await port.do(job)
            running.cancel()
        assert tries == 2

    run(body())
