"""The counter hears that a device is gone: at once, once, and not of one that is on its way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import DeviceAway, DeviceBack, Input
from pos_terminal.runtime.absences import Absences
from pos_terminal.runtime.port import Port, PortState
from pos_terminal.testing.running import run
from tests.support.toys import Socket, until

AWAY, BACK = DeviceAway(faults.SCANNER_OFFLINE), DeviceBack(faults.SCANNER_OFFLINE)


class Bench:
    """A scanner's port, and what the counter hears of it."""

    def __init__(self, stayed: float) -> None:
        self.socket: Socket = Socket()
        self.port: Port[Any] = Port(
            "scanner", DeviceClass.SCANNER, self.socket.open, stayed=stayed
        )
        self.heard: list[Input] = []
        self.absences = Absences([self.port], self.heard.append)

    @asynccontextmanager
    async def running(self, arrival: float = 3600.0) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self.port.run()),
                group.create_task(self.absences.run(arrival)),
            ]
            yield
            for task in tasks:
                task.cancel()

    async def is_open(self) -> None:
        self.port.wake()
        await until(lambda: self.port.state is PortState.IDLE)


def test_a_loss_is_heard_once_and_taken_back_when_it_has_stayed() -> None:
    async def body() -> None:
        bench = Bench(stayed=0.01)
        toy = bench.socket.plug()
        async with bench.running():
            for rounds in (1, 2):
                await bench.is_open()
                await until(lambda: not bench.port.away)
                toy.unplug()
                await until(lambda: bench.heard[-1:] == [AWAY])
                opened = bench.socket.opened
                bench.port.wake()
                await until(lambda opened=opened: bench.socket.opened > opened)  # type: ignore[misc]
                toy = bench.socket.plug()
                bench.port.wake()
                await until(lambda: bench.heard[-1:] == [BACK])
                assert bench.heard == [AWAY, BACK] * rounds

    run(body())


def test_one_that_comes_and_goes_is_heard_once() -> None:
    async def body() -> None:
        bench = Bench(stayed=3600.0)
        toy = bench.socket.plug()
        async with bench.running():
            for _ in range(3):
                await bench.is_open()
                toy.unplug()
                await until(lambda: bench.port.state is PortState.CLOSED)
                toy = bench.socket.plug()
            assert bench.heard == [AWAY]

    run(body())


def test_one_that_never_came_is_said_once_some_time_after_the_start() -> None:
    async def body() -> None:
        bench = Bench(stayed=0.01)
        async with bench.running(arrival=0.05):
            await until(lambda: bench.port.error is not None)
            assert bench.heard == []
            await until(lambda: bench.heard == [AWAY])
            bench.socket.plug()
            bench.port.wake()
            await until(lambda: bench.heard == [AWAY, BACK])

    run(body())


def test_one_that_comes_late_but_comes_is_not_said() -> None:
    async def body() -> None:
        bench = Bench(stayed=3600.0)
        async with bench.running(arrival=0.05):
            await until(lambda: bench.port.error is not None)
            bench.socket.plug()
            await bench.is_open()
            await asyncio.sleep(0.1)
            assert bench.heard == []

    run(body())
