"""A port keeps its device open: loss, replug, back-off, and a driver's bugs stay in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.errors import DeviceLost, DeviceRefused
from pos_terminal.domain import faults
from pos_terminal.runtime import port as ports
from pos_terminal.runtime.port import OFFLINE, STAYED, Port, PortState
from pos_terminal.testing.running import run
from tests.support.toys import Socket, until


@asynccontextmanager
async def running(socket: Socket) -> AsyncIterator[Port[Any]]:
    port: Port[Any] = Port("scanner", DeviceClass.SCANNER, socket.open)
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(port.run())
        yield port
        keeping.cancel()


class Fluttering(Port[Any]):
    """A port that takes no time over its pauses, and notes those that it should have made."""

    def __init__(self, socket: Socket, stayed: float = STAYED) -> None:
        super().__init__("scanner", DeviceClass.SCANNER, socket.open, stayed=stayed)
        self.asked: list[float] = []

    def pause(self, failures: int) -> float:
        self.asked.append(super().pause(failures))
        return 0.0


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
            port.observers.add(lambda port: changes.append(port.state))
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


DOUBLED = [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_pauses_are_doubled_up_to_the_longest_however_long_it_is_away() -> None:
    port: Port[Any] = Port("scanner", DeviceClass.SCANNER, Socket().open)
    assert [port.pause(failures) for failures in range(7)] == DOUBLED
    assert port.pause(1_000_000) == ports.LONGEST_PAUSE == 5.0


def test_one_that_does_not_come_is_tried_ever_more_seldom(caplog: pytest.LogCaptureFixture) -> None:
    async def body() -> None:
        port = Fluttering(Socket())
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(port.run())
            await until(lambda: len(port.asked) >= 7)
            keeping.cancel()
        assert port.asked[:7] == DOUBLED

    run(body())
    assert caplog.text.count("nothing is plugged in") == 1


def test_one_that_comes_and_goes_is_tried_ever_more_seldom_and_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def body() -> None:
        socket: Socket = Socket()
        port = Fluttering(socket)
        socket.plug()

        def hang_up(port: Port[Any]) -> None:
            if port.state is PortState.IDLE and socket.toy:
                socket.toy.unplug()
                socket.plug()

        port.observers.add(hang_up)
        with caplog.at_level("INFO"):
            async with asyncio.TaskGroup() as group:
                keeping = group.create_task(port.run())
                await until(lambda: len(port.asked) >= 7)
                keeping.cancel()
        assert port.asked[:7] == DOUBLED

    run(body())
    assert [record.getMessage() for record in caplog.records if "scanner" in record.message] == [
        "scanner: open",
        "scanner: R-101 Le scanner n'est pas branché.",
    ]


def test_one_that_has_stayed_is_there_again_and_its_next_loss_is_news(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def body() -> None:
        socket: Socket = Socket()
        port = Fluttering(socket, stayed=0.01)
        told: list[tuple[PortState, bool]] = []
        port.observers.add(lambda port: told.append((port.state, port.away)))
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(port.run())
            await until(lambda: len(port.asked) >= 3)
            toy = socket.plug()
            await until(lambda: not port.away)
            asked = len(port.asked)
            toy.unplug()
            await until(lambda: len(port.asked) > asked)
            keeping.cancel()
        assert port.asked[asked] == ports.FIRST_PAUSE
        assert told == [
            (PortState.CLOSED, True),
            (PortState.IDLE, True),
            (PortState.IDLE, False),
            (PortState.CLOSED, True),
            (PortState.CLOSED, True),
        ]

    run(body())
    assert caplog.text.count("R-101") == 2


def test_what_can_be_said_of_it() -> None:
    time = 10.0

    async def body() -> None:
        nonlocal time
        socket: Socket = Socket()
        port: Port[Any] = Port(
            "scanner", DeviceClass.SCANNER, socket.open, identity="evdev /dev/x", now=lambda: time
        )
        time = 20.0
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(port.run())
            await until(lambda: port.error is not None)
            status = port.status
            assert (status.name, status.identity) == ("scanner", "evdev /dev/x")
            assert (status.state, status.since, status.good) == (PortState.CLOSED, 10.0, None)
            assert (status.fault, status.detail) == (
                faults.SCANNER_OFFLINE,
                "nothing is plugged in",
            )
            assert not port.was_there
            socket.plug()
            port.wake()
            async with port.use(wait=True):
                time = 30.0
            status = port.status
            assert (status.state, status.since, status.good) == (PortState.IDLE, 20.0, 30.0)
            assert (status.fault, status.detail) == (None, "")
            with pytest.raises(DeviceRefused):
                async with port.use():
                    time = 40.0
                    raise DeviceRefused(faults.PAPER_OUT)
            assert port.status.good == 30.0
            keeping.cancel()

    run(body())
