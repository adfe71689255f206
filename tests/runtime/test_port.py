"""A port keeps its device open: loss, replug, back-off, and a driver's bugs stay in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.errors import DeviceLost, DeviceRefused
from pos_terminal.domain import faults
from pos_terminal.runtime.port import OFFLINE, Port, PortState
from pos_terminal.testing.running import run
from tests.support.toys import Socket, until


@asynccontextmanager
async def running(socket: Socket) -> AsyncIterator[Port[Any]]:
    port: Port[Any] = Port("scanner", DeviceClass.SCANNER, socket.open)
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(port.run())
        yield port
        keeping.cancel()


def test_every_class_has_its_fault_for_absence() -> None:
    assert set(OFFLINE) == set(DeviceClass)


def test_it_is_lent_while_it_is_open() -> None:
    async def body() -> None:
        socket: Socket = Socket()
        toy = socket.plug()
        async with running(socket) as port:
            async with port.use(wait=True) as device:
                assert device is toy
            assert (port.state, port.error) == (PortState.IDLE, None)
        assert socket.closed == 1

    run(body())


def test_what_is_not_there_is_refused_at_once_with_the_reason() -> None:
    async def body() -> None:
        socket: Socket = Socket()
        port: Port[Any] = Port("scanner", DeviceClass.SCANNER, socket.open)
        with pytest.raises(DeviceLost) as caught:
            async with port.use():
                raise AssertionError("there is nothing to use")
        assert caught.value.fault is faults.SCANNER_OFFLINE
        async with running(socket) as port:
            await until(lambda: port.error is not None)
            with pytest.raises(DeviceLost, match="nothing is plugged in"):
                async with port.use():
                    raise AssertionError("there is nothing to use")

    run(body())


@pytest.mark.parametrize("seen_by", ["gone", "use"])
def test_unplug_replug(seen_by: str) -> None:
    async def body() -> None:
        socket: Socket = Socket()
        old = socket.plug()
        changes: list[PortState] = []
        async with running(socket) as port:
            await until(lambda: port.state is PortState.IDLE)
            port.on_change = lambda: changes.append(port.state)
            if seen_by == "gone":
                old.unplug()
            else:
                with pytest.raises(DeviceLost):
                    async with port.use():
                        raise DeviceLost(faults.SCANNER_OFFLINE, "the cable came off")
                assert port.state is PortState.CLOSED
            await until(lambda: socket.closed == 1)
            new = socket.plug()
            port.wake()
            async with port.use(wait=True) as device:
                assert device is new
            assert changes == [PortState.CLOSED, PortState.IDLE]

    run(body())


def test_it_is_tried_again_without_being_woken() -> None:
    async def body() -> None:
        socket: Socket = Socket()
        async with running(socket) as port:
            await until(lambda: socket.opened >= 2)
            toy = socket.plug()
            async with port.use(wait=True) as device:
                assert device is toy

    run(body())


def test_a_wake_cuts_the_pause_short() -> None:
    async def body() -> None:
        socket: Socket = Socket()
        async with running(socket) as port:
            for count in range(1, 30):  # by its own pauses this would take minutes
                await until(lambda count=count: socket.opened >= count)  # type: ignore[misc]
                await asyncio.sleep(0.001)
                port.wake()

    run(body())


def test_a_refusal_keeps_the_device_open() -> None:
    async def body() -> None:
        socket: Socket = Socket()
        socket.plug()
        async with running(socket) as port:
            with pytest.raises(DeviceRefused):
                async with port.use(wait=True):
                    raise DeviceRefused(faults.PAPER_OUT)
            assert port.state is PortState.IDLE
            assert socket.closed == 0

    run(body())


def test_a_loss_of_the_old_device_does_not_close_the_new_one() -> None:
    async def body() -> None:
        socket: Socket = Socket()
        old = socket.plug()
        async with running(socket) as port:
            with pytest.raises(DeviceLost):
                async with port.use(wait=True):
                    old.unplug()
                    await until(lambda: socket.closed == 1)
                    socket.plug()
                    port.wake()
                    await until(lambda: port.state is PortState.IDLE)
                    raise DeviceLost(faults.SCANNER_OFFLINE)
            assert port.state is PortState.IDLE

    run(body())


def test_a_bug_in_use_is_a_loss_and_the_device_is_opened_anew() -> None:
    async def body() -> None:
        socket: Socket = Socket()
        socket.plug()
        async with running(socket) as port:
            with pytest.raises(DeviceLost) as caught:
                async with port.use(wait=True):
                    raise ZeroDivisionError("in the driver")
            assert caught.value.fault is faults.INTERNAL
            await until(lambda: socket.opened == 2 and port.state is PortState.IDLE)

    run(body())


def test_a_bug_in_opening_stays_in_the_port(caplog: pytest.LogCaptureFixture) -> None:
    async def body() -> None:
        socket: Socket = Socket()
        socket.error = KeyError("device")
        async with running(socket) as port:
            await until(lambda: socket.opened >= 3)
            assert port.state is PortState.ERROR
            assert port.error
            assert (port.error.fault, port.error.detail) == (faults.INTERNAL, "KeyError: 'device'")
            socket.error = None
            socket.plug()
            port.wake()
            await until(lambda: port.state is PortState.IDLE)

    run(body())
    assert caplog.text.count("Traceback") == 1, "a driver that stays broken fills the log"


def test_a_bug_in_watching_stays_in_the_port() -> None:
    async def body() -> None:
        socket: Socket = Socket()
        toy = socket.plug()

        async def gone() -> None:
            raise RuntimeError("in the driver")

        toy.gone = gone  # type: ignore[method-assign]
        async with running(socket) as port:
            await until(lambda: port.state is PortState.ERROR)
            assert socket.closed >= 1

    run(body())
