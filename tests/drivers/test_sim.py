"""The far ends: reached through the drivers of production, unplugged, replugged, misbehaving."""

import asyncio
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from blockbuster import blockbuster_ctx

import pos_driver_escpos
import pos_driver_evdev
import pos_driver_scales.toledo
import pos_driver_serial_scanner
import pos_driver_vfd
from pos_driver_sim.bench import SimBench
from pos_driver_sim.far_end import Pty
from pos_driver_sim.keyboard import fr_stroke, us_stroke
from pos_driver_sim.scale import ScaleEnd
from pos_terminal.devices.classes import DeviceClass, KeyPress, Scan
from pos_terminal.devices.errors import DeviceError, DeviceLost, DeviceRefused, DeviceTimeout
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.faults import (
    SCALE_ANSWER,
    SCALE_MOVING,
    SCALE_NEGATIVE,
    SCALE_OVERLOAD,
    Fault,
    Tone,
)
from pos_terminal.domain.receipt import Receipt, Text
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.weight import Weight
from pos_terminal.links.link import LinkLost
from pos_terminal.links.serial import SerialSettings, serial_link
from tests.conftest import run

PATIENCE = 30.0


@pytest.fixture(scope="module")
def drivers() -> Drivers:
    table = Drivers()
    for plugin in (
        pos_driver_evdev,
        pos_driver_serial_scanner,
        pos_driver_scales.toledo,
        pos_driver_vfd,
        pos_driver_escpos,
    ):
        plugin.pos_register_drivers(drivers=table)
    return table


def opened(drivers: Drivers, table: dict[str, object], **more: object) -> Any:
    """The driver's context manager, for a table as the configuration holds it."""
    options = dict(table) | more
    device_class = DeviceClass(str(options.pop("class")))
    driver = drivers.of(device_class).get(str(options.pop("driver")))
    return driver.open(msgspec.convert(options, driver.settings))


def test_every_device_of_the_bench_answers_its_driver(tmp_path: Path, drivers: Drivers) -> None:
    """And no driver, nor a link below it, makes a call that could block the loop."""

    async def body() -> None:
        async with SimBench(tmp_path) as bench, asyncio.timeout(PATIENCE):
            assert tomllib.loads(bench.toml())["devices"] == bench.devices
            tables = bench.devices
            async with opened(drivers, tables["keypad"]) as keypad:
                await bench.keyboard.press("KEY_KP7")
                assert await keypad.read() == KeyPress("KEY_KP7")
            async with opened(drivers, tables["wedge"]) as wedge:
                await bench.wedge.scan("3017620422003")
                assert await wedge.read() == Scan("3017620422003")
            async with opened(drivers, tables["scanner"]) as scanner:
                await bench.scanner.scan("3017620422003")
                assert await scanner.read() == Scan("3017620422003")
            async with opened(drivers, tables["scale"]) as scale:
                bench.scale.grams = 480
                assert await scale.weigh() == Weight(480)
            async with opened(drivers, tables["display"]) as display:
                await display.show(Screen("BONJOUR LEA"))
                await bench.display.wait_for(Screen("BONJOUR LEA").__eq__)
            async with opened(drivers, tables["tone"]) as tone:
                await tone.sound(Tone.ACCEPTED)
                await bench.tone.wait_for(lambda end: end.tones == [Tone.ACCEPTED])
            async with opened(drivers, tables["printer"]) as printer:
                await printer.print(Receipt("1-1", (Text("BOULANGERIE"),)))
                assert "BOULANGERIE" in str(await bench.printer.next_paper())

    modules = [driver.open.__module__ for each in DeviceClass for driver in drivers.of(each)]
    packages = {module.partition(".")[0] for module in modules}
    with blockbuster_ctx([*packages, "pos_terminal.links"]):
        run(body())


@pytest.mark.parametrize("name", ["keypad", "wedge", "scanner", "scale", "display", "tone"])
def test_unplug_and_replug_under_the_same_path(tmp_path: Path, drivers: Drivers, name: str) -> None:
    async def body() -> None:
        async with SimBench(tmp_path) as bench, asyncio.timeout(PATIENCE):
            end = {"keypad": bench.keyboard}.get(name) or getattr(bench, name)
            table = bench.devices[name]
            for _ in range(3):
                async with opened(drivers, table) as device:
                    await end.unplug()
                    await device.gone()
                with pytest.raises(DeviceLost):
                    await opened(drivers, table).__aenter__()
                await end.replug()
            assert bench.devices[name] == table

    run(body())


def test_the_scale_misbehaves(tmp_path: Path, drivers: Drivers) -> None:
    async def body() -> None:
        async with ScaleEnd(tmp_path / "scale") as end, asyncio.timeout(PATIENCE):
            table = {"class": "scale", **end.settings}
            async with opened(drivers, table, answer_time=0.3, settle_time=0.1) as scale:

                async def refused(fault: Fault) -> None:
                    with pytest.raises(DeviceRefused) as error:
                        await scale.weigh()
                    assert error.value.fault is fault

                end.moving = True
                await refused(SCALE_MOVING)
                end.moving, end.grams = False, 15_001
                await refused(SCALE_OVERLOAD)
                end.grams = -5
                await refused(SCALE_NEGATIVE)
                await scale.zero()
                assert (end.net, end.asked[-1]) == (0, b"Z")
                end.grams = 195
                await scale.tare()
                end.grams = 695
                assert await scale.weigh() == Weight(500, net=True)
                end.garbage = b"\x02 rubbish\r"
                await refused(SCALE_ANSWER)
                end.garbage, end.mute = None, True
                with pytest.raises(DeviceTimeout):
                    await scale.weigh()
                end.mute, end.grams = False, 1195
                assert await scale.weigh() == Weight(1000, net=True)

    run(body())


def test_a_late_answer_is_never_taken_for_the_next_one(tmp_path: Path, drivers: Drivers) -> None:
    async def body() -> None:
        async with ScaleEnd(tmp_path / "scale") as end, asyncio.timeout(PATIENCE):
            table = {"class": "scale", **end.settings}
            async with opened(drivers, table, answer_time=0.3) as scale:
                end.grams = 100
                assert await scale.weigh() == Weight(100)
                end.delay = 0.5
                with pytest.raises(DeviceError):
                    await scale.weigh()
                end.delay, end.grams = 0.0, 200
                weights: list[Weight] = []
                while not weights:
                    try:
                        weights.append(await scale.weigh())
                    except DeviceError:
                        continue
                assert weights == [Weight(200)]

    run(body())


def test_a_pty_can_be_opened_again_and_again_with_parity(tmp_path: Path) -> None:
    """The kernel refuses a pty the same 7E1 twice; as a lane does, the opening is tried again."""

    async def body() -> None:
        received: asyncio.Queue[bytes] = asyncio.Queue()
        wire = Pty(tmp_path / "line", received.put_nowait)
        wire.plug()
        line = SerialSettings(port=str(wire.path), bytesize=7, parity="E")
        left = [b"4", b"3", b"2", b"1", b"0"]
        async with asyncio.timeout(PATIENCE):
            while left:
                try:
                    async with serial_link(line) as link:
                        await link.send(left[-1])
                        assert await received.get() == left.pop()
                        await wire.send(b"answer")
                        assert await link.receive() == b"answer"
                except LinkLost:
                    await asyncio.sleep(0.01)
        wire.unplug()
        with pytest.raises(LinkLost):
            await serial_link(line).__aenter__()
        with pytest.raises(BrokenPipeError):
            await wire.send(b"x")

    run(body())


def test_what_a_keyboard_cannot_type_has_no_stroke() -> None:
    assert us_stroke("é") is None
    assert fr_stroke("ñ") is None
    assert us_stroke("é") is None
