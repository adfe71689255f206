"""The ESC/POS driver against the simulated printer: the contract, on TCP and on a serial line."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from pos_driver_escpos import open_printer
from pos_driver_sim.printer import PrinterEnd
from pos_terminal.devices.classes import Printer
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.printer_contract import PrinterContract
from tests.support.escpos_far_end import settings
from tests.support.simulated_printer import SimulatedPrinter, simulated


def opened(end: PrinterEnd) -> AbstractAsyncContextManager[Printer]:
    return open_printer(settings(end))


class TestOverTcp(PrinterContract):
    run = staticmethod(run_hurried)

    def far_end(self) -> AbstractAsyncContextManager[SimulatedPrinter]:
        return simulated(PrinterEnd, opened)


class TestOverASerialLine(PrinterContract):
    run = staticmethod(run_hurried)

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "printer"

    def far_end(self) -> AbstractAsyncContextManager[SimulatedPrinter]:
        return simulated(PrinterEnd, opened, self.path)
