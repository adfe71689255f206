"""The ESC/POS driver against the simulated printer: the contract, on TCP and on a serial line."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from pos_driver_escpos import open_printer
from pos_driver_sim.printer import PrinterEnd
from pos_terminal.devices.classes import Printer
from pos_terminal.testing.printer_contract import PrinterContract
from tests.support.escpos_far_end import Then, settings


class SimulatedPrinter:
    """A `PrinterFarEnd` over a `PrinterEnd`."""

    def __init__(self, pty: Path | None) -> None:
        self.then = Then()
        self.end = PrinterEnd(pty=pty, on_event=self.then)

    def open(self) -> AbstractAsyncContextManager[Printer]:
        return open_printer(settings(self.end))

    def papers(self) -> list[str]:
        return [paper.text for paper in self.end.papers]

    def pulses(self) -> list[int]:
        return [pulse.pin for pulse in self.end.pulses]

    def paper_out(self, out: bool) -> None:
        self.end.paper_out = out

    def cover_open(self, is_open: bool) -> None:
        self.end.cover_open = is_open

    def out_after_a_line(self) -> None:
        self.then.action = lambda: self.paper_out(True)

    def mute(self, mute: bool) -> None:
        self.end.mute = mute

    def mute_in_order(self, mute: bool) -> None:
        self.end.mute_in_order = mute

    def slow(self) -> None:
        self.end.bytes_per_second = 2000

    async def unplug(self) -> None:
        await self.end.unplug()

    async def replug(self) -> None:
        await self.end.replug()


@asynccontextmanager
async def simulated(pty: Path | None) -> AsyncIterator[SimulatedPrinter]:
    printer = SimulatedPrinter(pty)
    async with printer.end:
        yield printer
    assert printer.end.unknown == []


class TestOverTcp(PrinterContract):
    def far_end(self) -> AbstractAsyncContextManager[SimulatedPrinter]:
        return simulated(None)


class TestOverASerialLine(PrinterContract):
    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "printer"

    def far_end(self) -> AbstractAsyncContextManager[SimulatedPrinter]:
        return simulated(self.path)
