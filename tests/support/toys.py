"""Devices made of queues, at the boundary that drivers implement."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from pos_terminal.devices.classes import KeyPress, PrinterStatus, Scan
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.domain.faults import SCANNER_OFFLINE, Tone
from pos_terminal.domain.receipt import Receipt
from pos_terminal.domain.screen import Screen
from pos_terminal.testing.running import PATIENCE


class Toy:
    """One of any class: takes what it is told, says what it is set to say, or fails as asked."""

    def __init__(self) -> None:
        self.unplugged = asyncio.Event()
        self.said: asyncio.Queue[Any] = asyncio.Queue()
        self.told: list[Any] = []
        self.refused: list[Any] = []
        self.error: Exception | None = None

    async def gone(self) -> None:
        await self.unplugged.wait()

    def unplug(self) -> None:
        self.unplugged.set()
        self.said.put_nowait(DeviceLost(SCANNER_OFFLINE))
        self.error = DeviceLost(SCANNER_OFFLINE)

    async def read(self) -> Any:
        return self._answer(await self.said.get())

    async def weigh(self) -> int:
        self.told.append("weigh")
        grams: int = self._answer(await self.said.get())
        return grams

    async def show(self, screen: Screen) -> None:
        self._take(screen)

    async def sound(self, tone: Tone) -> None:
        self._take(tone)

    async def kick(self) -> None:
        self._take("kick")

    async def pulse(self, pin: int) -> None:
        self._take(pin)

    async def print(self, receipt: Receipt) -> None:
        self._take(receipt)

    async def status(self) -> PrinterStatus:
        if self.error:
            raise self.error
        return PrinterStatus(online=True, drawer_pin=self._answer(await self.said.get()))

    async def is_open(self) -> bool | None:
        return None

    async def zero(self) -> None:
        self._take("zero")

    async def tare(self) -> None:
        self._take("tare")

    def scan(self, text: str) -> None:
        self.said.put_nowait(Scan(text))

    def press(self, name: str) -> None:
        self.said.put_nowait(KeyPress(name))

    def _take(self, what: Any) -> None:
        if self.error:
            self.refused.append(what)
            raise self.error
        self.told.append(what)

    def _answer(self, what: Any) -> Any:
        if isinstance(what, Exception):
            raise what
        return what


class Socket:
    """Where a toy is plugged in: opens the newest one, or fails as asked."""

    def __init__(self) -> None:
        self.toy: Toy | None = None
        self.error: Exception | None = None
        self.opened = 0
        self.closed = 0

    def plug(self) -> Toy:
        self.toy = Toy()
        return self.toy

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Toy]:
        self.opened += 1
        if self.error:
            raise self.error
        if self.toy is None or self.toy.unplugged.is_set():
            raise DeviceLost(SCANNER_OFFLINE, "nothing is plugged in")
        try:
            yield self.toy
        finally:
            self.closed += 1


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.001)
