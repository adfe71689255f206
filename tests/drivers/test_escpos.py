"""The ESC/POS driver against the simulated printer: the contract, on TCP and on a serial line."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from conftest import run

from pos_driver_escpos import Settings, open_printer
from pos_driver_sim.paper import PrintedLine
from pos_driver_sim.printer import Event, PrinterEnd, Pulse
from pos_terminal.devices.classes import Printer
from pos_terminal.devices.errors import DeviceRefused, DeviceTimeout, OutcomeUnknown
from pos_terminal.domain.faults import PRINTER_BUSY, PRINTER_ERROR
from pos_terminal.testing.printer_contract import PATIENCE, PrinterContract, ticket

SHORT = {"answer_timeout": 0.5, "print_timeout": 0.5, "refill_timeout": PATIENCE}


def settings(end: PrinterEnd, **more: object) -> Settings:
    """As the configuration gives them."""
    table = {name: value for name, value in end.settings.items() if name != "driver"}
    return msgspec.convert(table | SHORT | more, Settings)


class SimulatedPrinter:
    """A `PrinterFarEnd` over a `PrinterEnd`."""

    def __init__(self, pty: Path | None) -> None:
        self.end = PrinterEnd(pty=pty, on_event=self._seen)
        self._ends_soon = False

    def _seen(self, event: Event) -> None:
        if self._ends_soon and isinstance(event, PrintedLine):
            self._ends_soon = False
            self.end.paper_out = True

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
        self._ends_soon = True

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
    def _folder(self, tmp_path: Path) -> Iterator[None]:
        self.path = tmp_path / "printer"
        yield

    def far_end(self) -> AbstractAsyncContextManager[SimulatedPrinter]:
        return simulated(self.path)
