"""Each device's lane: what goes through, what happens when it fails, and that none can spin."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from pos_terminal.devices.classes import DeviceClass, PrinterStatus
from pos_terminal.devices.errors import (
    DeviceError,
    DeviceLost,
    DeviceRefused,
    DeviceTimeout,
    OutcomeUnknown,
)
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, PaperDone, Pressed, Scanned, Trouble, Weighed
from pos_terminal.domain.events.paper import ReceiptRequested
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.keyboard.keys import parse_map
from pos_terminal.domain.receipt import Receipt
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.weight import Weight
from pos_terminal.runtime.lanes import (
    DrawerLane,
    PrinterDrawer,
    ScaleLane,
    read_keys,
    read_scans,
    show_screens,
    sound_tones,
)
from pos_terminal.runtime.port import Port, PortState
from pos_terminal.runtime.printing import ANOTHER_ROLL, LONGEST_QUEUE, PrinterLane
from pos_terminal.runtime.spool import Paper, Spool
from pos_terminal.tasks.latest import Latest
from pos_terminal.testing.running import run
from tests.support.toys import Socket, Toy, until

REQUEST = ReceiptRequested(series="T", number=1, copy=0)
NOWHERE = Path("/nowhere/spool")
PAPER = Paper(REQUEST, Receipt("ticket 1", ()))

Lane = Callable[[Port[Any]], Coroutine[Any, Any, Any]]


class Wire:
    """A port on a socket, with what its lane put to the till."""

    def __init__(self, device_class: DeviceClass) -> None:
        self.socket: Socket = Socket()
        self.toy = self.socket.plug()
        self.port: Port[Any] = Port("device", device_class, self.socket.open)
        self.put: list[Input] = []

    @asynccontextmanager
    async def running(self, *lanes: Coroutine[Any, Any, Any]) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in (self.port.run(), *lanes)]
            await until(lambda: self.port.state is PortState.IDLE)
            yield
            for task in tasks:
                task.cancel()

    async def replug(self) -> None:
        self.toy.unplug()
        await until(lambda: self.socket.closed == 1)
        self.toy = self.socket.plug()
        self.port.wake()


def test_scans_go_through_in_order_also_after_a_replug() -> None:
    async def body() -> None:
        wire = Wire(DeviceClass.SCANNER)
        async with wire.running(read_scans(wire.port, wire.put.append)):
            wire.toy.scan("A")
            wire.toy.scan("]C0B ")
            await until(lambda: len(wire.put) == 2)
            await wire.replug()
            wire.toy.scan("C")
            await until(lambda: len(wire.put) == 3)
        assert wire.put == [Scanned("A"), Scanned("B", "]C0"), Scanned("C")]

    run(body())


def test_keys_go_through_the_map_and_unknown_ones_too() -> None:
    async def body() -> None:
        wire = Wire(DeviceClass.KEYPAD)
        keymap = parse_map({"KEY_KP1": "1"})
        async with wire.running(read_keys(wire.port, keymap, wire.put.append)):
            wire.toy.press("KEY_KP1")
            wire.toy.press("KEY_POWER")
            await until(lambda: len(wire.put) == 2)
        assert wire.put == [Pressed(keymap["KEY_KP1"]), Pressed(None)]

    run(body())


@pytest.mark.parametrize("error", [DeviceTimeout(faults.SCANNER_OFFLINE), ValueError("a bug")])
def test_a_reader_that_always_fails_at_once_starves_nobody(error: Exception) -> None:
    async def body() -> None:
        wire = Wire(DeviceClass.SCANNER)
        calls = 0

        async def read() -> Any:
            nonlocal calls
            calls += 1
            raise error

        wire.toy.read = read  # type: ignore[method-assign]
        async with wire.running(read_scans(wire.port, wire.put.append)):
            await until(lambda: calls >= 3)
        assert wire.put == []

    run(body())


def test_the_newest_screen_is_shown_and_again_after_a_replug() -> None:
    async def body() -> None:
        wire = Wire(DeviceClass.DISPLAY)
        box: Latest[Screen] = Latest()
        async with wire.running(show_screens(wire.port, box)):
            box.put(Screen("A"))
            box.put(Screen("B"))
            await until(lambda: Screen("B") in wire.toy.told)
            assert Screen("A") not in wire.toy.told
            await wire.replug()
            await until(lambda: wire.toy.told == [Screen("B")])

    run(body())


def test_a_tone_that_failed_is_not_made_up_for() -> None:
    async def body() -> None:
        wire = Wire(DeviceClass.TONE)
        box: Latest[Tone] = Latest()
        async with wire.running(sound_tones(wire.port, box)):
            wire.toy.error = DeviceTimeout(faults.TONE_OFFLINE)
            box.put(Tone.ALARM)
            await until(lambda: wire.toy.refused == [Tone.ALARM])
            wire.toy.error = None
            box.put(Tone.ACCEPTED)
            await until(lambda: bool(wire.toy.told))
        assert wire.toy.told == [Tone.ACCEPTED]

    run(body())


@pytest.mark.parametrize(
    ("error", "outcome", "fault"),
    [
        (None, "printed", None),
        (DeviceRefused(faults.PAPER_OUT), "refused", faults.PAPER_OUT),
        (DeviceLost(faults.PRINTER_OFFLINE), "refused", faults.PRINTER_OFFLINE),
        (OutcomeUnknown(faults.PRINT_UNKNOWN), "unknown", faults.PRINT_UNKNOWN),
        (ZeroDivisionError(), "unknown", faults.INTERNAL),
    ],
)
def test_every_paper_ends_as_one_of_three(
    error: Exception | None, outcome: PrintOutcome, fault: Fault | None
) -> None:
    async def body() -> None:
        wire = Wire(DeviceClass.PRINTER)
        lane = PrinterLane(wire.port, wire.put.append, Spool(NOWHERE))
        async with wire.running(lane.run()):
            wire.toy.error = error
            lane.print(PAPER)
            await until(lambda: bool(wire.put))
        assert wire.put == [PaperDone(REQUEST, outcome, fault)]
        assert wire.toy.told == ([PAPER.receipt] if error is None else [])

    run(body())


def test_more_papers_than_anybody_waits_for_are_refused_at_once() -> None:
    async def body() -> None:
        put: list[Input] = []
        lane = PrinterLane(None, put.append, Spool(NOWHERE))
        for copy in range(1, LONGEST_QUEUE + 1):
            lane.print(Paper(structs.replace(REQUEST, copy=copy), PAPER.receipt))
        assert put == []
        lane.print(PAPER)
        assert put == [PaperDone(REQUEST, PrintOutcome.REFUSED, faults.PRINTER_BUSY)]

    run(body())


class Moody:
    """A printer that has no paper until somebody puts some in."""

    def __init__(self) -> None:
        self.paper = self.low = False
        self.asked = 0
        self.begun: list[str] = []
        self.printed: list[str] = []
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def gone(self) -> None:
        await asyncio.Event().wait()

    async def print(self, receipt: Receipt) -> PrinterStatus:
        if not self.paper:
            raise DeviceRefused(faults.PAPER_OUT)
        self.begun.append(receipt.title)
        await self.goes_on.wait()
        self.printed.append(receipt.title)
        return self._is()

    async def status(self) -> PrinterStatus:
        self.asked += 1
        return self._is()

    def _is(self) -> PrinterStatus:
        return PrinterStatus(online=True, paper_out=not self.paper, paper_low=self.low)


@asynccontextmanager
async def moody_lane(
    moody: Moody, put: list[Input]
) -> AsyncIterator[tuple[Port[Any], PrinterLane]]:
    """The lane of that printer, at work until the block ends."""

    @asynccontextmanager
    async def open_() -> AsyncIterator[Moody]:
        yield moody

    port: Port[Any] = Port("printer", DeviceClass.PRINTER, open_)
    lane = PrinterLane(port, put.append, Spool(NOWHERE), again=0.02)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in (port.run(), lane.run())]
        await until(lambda: port.state is PortState.IDLE)
        yield port, lane
        for task in tasks:
            task.cancel()


def test_a_printer_without_paper_says_so_until_it_has_some() -> None:
    """In its status, which becomes an incident; nobody has to print to have it over."""

    async def body() -> None:
        moody, put = Moody(), list[Input]()
        async with moody_lane(moody, put) as (port, lane):
            lane.print(Paper(None, Receipt("X 1", ())))
            await until(lambda: bool(put))
            await asyncio.sleep(0.1)
            assert port.status.fault is faults.PAPER_OUT and port.state is PortState.IDLE
            moody.paper = True
            await until(lambda: port.status.fault is None)
            assert moody.printed == []

    run(body())


def test_the_end_of_a_roll_is_said_once_a_roll_and_the_printer_is_not_asked_for_it() -> None:
    """A sensor at its edge says now this and now that; one that is mute would hold up a paper."""

    async def body() -> None:
        moody, put = Moody(), list[Input]()
        moody.paper = True

        async def told(*, low: bool) -> int:
            moody.low = low
            lane.print(Paper(None, Receipt("X 1", ())))
            await lane.rested()
            return put.count(Trouble(faults.PAPER_LOW))

        async with moody_lane(moody, put) as (_, lane):
            near = [False, True, True, False, True, *([False] * ANOTHER_ROLL), True, True]
            assert [await told(low=low) for low in near] == [0] + [1] * (len(near) - 3) + [2, 2]
            assert moody.asked == 0

    run(body())


def test_what_stands_in_a_devices_status_is_its_own_lasting_trouble_alone() -> None:
    """A weight in motion is no trouble of the scale's, nor an empty roll one of the drawer's."""
    cases = (
        (DeviceClass.SCALE, faults.SCALE_MOVING, None),
        (DeviceClass.SCALE, faults.SCALE_MUTE, faults.SCALE_MUTE),
        (DeviceClass.DRAWER, faults.PAPER_OUT, None),
    )

    async def body() -> None:
        for kind, answer, wanted in cases:
            wire = Wire(kind)
            async with wire.running():
                await until(lambda: wire.port.state is PortState.IDLE)  # noqa: B023
                with pytest.raises(DeviceRefused):
                    async with wire.port.use():
                        raise DeviceRefused(answer)
                assert wire.port.status.fault is wanted
                async with wire.port.use():
                    pass
                assert wire.port.status.fault is None

    run(body())


def test_a_paper_that_must_not_be_lost_is_tried_again_and_said_once() -> None:
    async def body() -> None:
        moody, put = Moody(), list[Input]()
        async with moody_lane(moody, put) as (_, lane):
            lane.print(Paper(None, Receipt("Z day 1", ()), patient=True))
            lane.print(Paper(None, Receipt("X 1", ())))
            await until(lambda: len(put) == 2)
            await asyncio.sleep(0.1)
            refused = PaperDone(None, PrintOutcome.REFUSED, faults.PAPER_OUT)
            assert put == [refused, refused], "and not at each try"
            moody.paper = True
            await until(lambda: len(put) == 3)
            assert moody.printed == ["Z day 1"]
            assert put[-1] == PaperDone(None, PrintOutcome.PRINTED)

    run(body())


def test_a_lane_rests_while_a_paper_waits_for_the_printer_and_not_while_it_prints() -> None:
    async def body() -> None:
        moody, put = Moody(), list[Input]()
        async with moody_lane(moody, put) as (_, lane):
            lane.print(Paper(None, Receipt("Z day 1", ()), patient=True))
            await until(lambda: bool(put))
            await lane.rested()
            moody.goes_on.clear()
            moody.paper = True
            await until(lambda: moody.begun == ["Z day 1"])
            rested = asyncio.ensure_future(lane.rested())
            await asyncio.sleep(0)
            assert not rested.done()
            moody.goes_on.set()
            await rested
            assert moody.printed == ["Z day 1"]

    run(body())


class Forgotten(Toy):
    """A drawer whose switch says what it is set to."""

    stands: bool | None = True

    async def is_open(self) -> bool | None:
        self.told.append("is_open")
        return self.stands


@pytest.mark.parametrize("stands", [True, False, None])
def test_a_drawer_that_is_left_open_is_said_once(stands: bool | None) -> None:
    async def body() -> None:
        toy, put = Forgotten(), list[Input]()
        toy.stands = stands

        @asynccontextmanager
        async def opener() -> AsyncIterator[Forgotten]:
            yield toy

        port: Port[Any] = Port("drawer", DeviceClass.DRAWER, opener)
        lane = DrawerLane([port], put.append, left_open=0.02)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in (port.run(), lane.run())]
            await until(lambda: port.state is PortState.IDLE)
            lane.open()
            await until(lambda: "is_open" in toy.told)
            await asyncio.sleep(0.1)
            assert toy.told == ["kick", "is_open"], "asked once, for one order"
            for task in tasks:
                task.cancel()
        assert put == ([Trouble(faults.DRAWER_LEFT_OPEN)] if stands else [])

    run(body())


def test_the_right_drawer_opens_and_a_purse_opens_never() -> None:
    async def body() -> None:
        wires = [Wire(DeviceClass.DRAWER), Wire(DeviceClass.DRAWER)]
        lane = DrawerLane([wires[0].port, None, wires[1].port], wires[0].put.append)
        async with wires[0].running(lane.run()), wires[1].running():
            for number in (3, 2, 9):
                lane.open(number)
            await until(lambda: wires[1].toy.told == ["kick"])
            assert wires[0].toy.told == []
            lane.open()
            await until(lambda: wires[0].toy.told == ["kick"])

    run(body())


def test_without_a_device_the_till_is_told() -> None:
    async def body() -> None:
        put: list[Input] = []
        printer, scale = PrinterLane(None, put.append, Spool(NOWHERE)), ScaleLane(None, put.append)
        drawer = DrawerLane([None], put.append)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(lane.run()) for lane in (printer, scale, drawer)]
            printer.print(PAPER)
            scale.weigh(1)
            drawer.open()
            await until(lambda: len(put) == 2)
            for task in tasks:
                task.cancel()
        assert set(put) == {
            PaperDone(REQUEST, PrintOutcome.REFUSED, faults.PRINTER_OFFLINE),
            Weighed(1, fault=faults.SCALE_OFFLINE),
        }

    run(body())


def test_a_weight_answers_its_own_question_and_a_dropped_one_is_not_asked() -> None:
    async def body() -> None:
        wire = Wire(DeviceClass.SCALE)
        lane = ScaleLane(wire.port, wire.put.append)
        async with wire.running(lane.run()):
            lane.weigh(1)
            await until(lambda: wire.toy.told == ["weigh"])
            lane.weigh(2)
            lane.weigh(3)
            for grams in (480, 500):
                wire.toy.said.put_nowait(Weight(grams))
            await until(lambda: len(wire.put) == 2)
            lane.weigh(4)
            wire.toy.said.put_nowait(DeviceRefused(faults.SCALE_MOVING))
            await until(lambda: len(wire.put) == 3)
        assert wire.put == [
            Weighed(1, Weight(480)), Weighed(3, Weight(500)), Weighed(4, fault=faults.SCALE_MOVING),
        ]  # fmt: skip

    run(body())


@pytest.mark.parametrize(
    "error", [DeviceTimeout(faults.PRINTER_OFFLINE), DeviceLost(faults.PRINTER_OFFLINE), OSError()]
)
def test_a_drawer_that_stays_shut_is_told(error: Exception) -> None:
    async def body() -> None:
        wire = Wire(DeviceClass.DRAWER)
        lane = DrawerLane([wire.port], wire.put.append)
        async with wire.running(lane.run()):
            lane.open()
            await until(lambda: wire.toy.told == ["kick"])
            wire.toy.error = error
            lane.open()
            await until(lambda: bool(wire.put))
        assert wire.put == [Trouble(faults.DRAWER_OFFLINE)]

    run(body())


def test_a_drawer_on_the_printer() -> None:
    async def body() -> None:
        wire = Wire(DeviceClass.PRINTER)
        high, unknown = (PrinterDrawer(wire.port, 5, polarity) for polarity in (True, None))
        async with wire.running():
            await high.kick()
            assert wire.toy.told == [5]
            for level, opened in ((True, True), (False, False), (None, None)):
                wire.toy.said.put_nowait(level)
                assert await high.is_open() is opened
            wire.toy.error = DeviceTimeout(faults.PRINTER_OFFLINE)
            assert await unknown.is_open() is None, "and nobody is asked"
            with pytest.raises(DeviceError):
                await high.kick()
            wire.toy.error = DeviceLost(faults.PRINTER_OFFLINE)
            assert await high.is_open() is None

    run(body())
