"""A simulated printer of any language, as the contract wants one."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from pos_driver_sim.paper import PrintedLine
from pos_driver_sim.printer import Event, PrinterEnd
from pos_terminal.devices.classes import Printer
from pos_terminal.testing.printer_contract import PATIENCE

SHORT: dict[str, object] = {
    "answer_timeout": 0.5,
    "print_timeout": 0.5,
    "refill_timeout": PATIENCE,
}


def table_of(end: PrinterEnd) -> dict[str, object]:
    """The driver's own part of the far end's table."""
    return {name: value for name, value in end.settings.items() if name != "driver"}


class Then:
    """For `on_event`: do something, once, when the next line is printed after it is armed."""

    def __init__(self) -> None:
        self.action: Callable[[], object] | None = None

    def __call__(self, event: Event) -> None:
        if self.action is not None and isinstance(event, PrintedLine):
            action, self.action = self.action, None
            action()


class SimulatedPrinter:
    """A `PrinterFarEnd` over a `PrinterEnd` of any language."""

    def __init__(
        self,
        kind: type[PrinterEnd],
        opened: Callable[[PrinterEnd], AbstractAsyncContextManager[Printer]],
        pty: Path | None,
    ) -> None:
        self.then = Then()
        self.end = kind(pty=pty, on_event=self.then)
        self._opened = opened

    def open(self) -> AbstractAsyncContextManager[Printer]:
        return self._opened(self.end)

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

    def answers(self, garbage: bytes) -> None:
        self.end.garbage = garbage

    def cut_after(self, count: int) -> None:
        self.end.drop_after = count or None

    def slow(self) -> None:
        self.end.bytes_per_second = 2000

    async def unplug(self) -> None:
        await self.end.unplug()

    async def replug(self) -> None:
        await self.end.replug()


@asynccontextmanager
async def simulated(
    kind: type[PrinterEnd],
    opened: Callable[[PrinterEnd], AbstractAsyncContextManager[Printer]],
    pty: Path | None = None,
) -> AsyncIterator[SimulatedPrinter]:
    printer = SimulatedPrinter(kind, opened, pty)
    async with printer.end:
        yield printer
    assert printer.end.unknown == []
