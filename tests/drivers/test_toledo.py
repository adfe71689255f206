"""The Toledo 8217 driver against a simulated scale and against emupos."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from pos_driver_sim.scale import ScaleEnd
from pos_driver_toledo import pos_register_drivers
from pos_driver_toledo.scale import ToledoScale, ToledoSettings, open_scale
from pos_terminal.devices.classes import Scale
from pos_terminal.devices.errors import DeviceError, DeviceRefused
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain import faults
from pos_terminal.domain.weight import Weight
from pos_terminal.links.fd import FdLink
from pos_terminal.links.serial import SerialSettings, serial_link
from pos_terminal.testing.running import PATIENCE, run
from pos_terminal.testing.scale_contract import ScaleContract, refusal
from pos_terminal.testing.transports import FAITHFUL, Transport, link_pair, lossy, through
from tests.support.emupos import emupos


def settings(port: str) -> ToledoSettings:
    return ToledoSettings(port=port, answer_time=0.25, settle_time=0.3, pause=0.01)


class End(ScaleEnd):
    """The simulated scale, with the driver's way to open it."""

    def open(self) -> AbstractAsyncContextManager[Scale]:
        return open_scale(settings(str(self.settings["port"])))


class TestToledo(ScaleContract):
    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "scale"

    def far_end(self) -> AbstractAsyncContextManager[End]:
        return End(self.path)


@pytest.mark.parametrize("transport", FAITHFUL, ids=str)
def test_it_weighs_over_every_faithful_transport(tmp_path: Path, transport: Transport) -> None:
    async def body() -> None:
        async with (
            ScaleEnd(tmp_path / "scale") as end,
            asyncio.timeout(PATIENCE),
            through(line(end), transport) as link,
        ):
            scale = ToledoScale(link, ToledoSettings(port="", pause=0.02, settle_time=0.1))
            for grams in (500, 1250, 14_995):
                end.grams = grams
                assert await scale.weigh() == Weight(grams)
            end.moving = True
            assert await refusal(scale) == faults.SCALE_MOVING

    run(body())


@pytest.mark.parametrize("seed", range(3))
def test_a_lossy_line_never_makes_a_weight(tmp_path: Path, seed: int) -> None:
    async def body() -> None:
        weighed = 0
        async with (
            ScaleEnd(tmp_path / "scale") as end,
            asyncio.timeout(PATIENCE),
            through(line(end), lossy(seed, 0.03)) as link,
        ):
            scale = ToledoScale(
                link, ToledoSettings(port="", answer_time=0.05, settle_time=0.05, pause=0.01)
            )
            for number in range(40):
                end.grams = 1000 + number
                try:
                    assert await scale.weigh() == Weight(end.grams)
                    weighed += 1
                except DeviceError as error:
                    assert error.fault in (faults.SCALE_ANSWER, faults.SCALE_MUTE)
        assert weighed

    run(body())


def test_emupos_is_weighed_to_the_gram(tmp_path: Path) -> None:
    """Somebody else's scale, whose divisions are of 5 g."""

    async def body(port: str, put: Callable[..., None]) -> None:
        async with open_scale(settings(port)) as scale, asyncio.timeout(PATIENCE):
            for grams in (1250, 5, 14_995, 0):
                put("deli", grams)
                assert await scale.weigh() == Weight(grams)
            put("deli", 15_001)
            assert await refusal(scale) == faults.SCALE_OVERLOAD
            put("deli", -100)
            assert await refusal(scale) == faults.SCALE_NEGATIVE
            put("deli", 500, stable=False)
            assert await refusal(scale) == faults.SCALE_MOVING
            put("deli", 500)
            assert await scale.weigh() == Weight(500)
            with pytest.raises(DeviceRefused) as refused:  # it has no command for it
                await scale.tare()
            assert refused.value.fault == faults.SCALE_NOT_SET
            put("deli", 0)
            await scale.zero()

    device = {
        "id": "deli",
        "type": "scale",
        "profile": "toledo8217-15kg",
        "connections": [{"serial": {"pty": True}}],
    }
    with emupos(tmp_path, [device]) as simulator:
        run(body(simulator.line("deli"), simulator.put_weight))


def test_zero_and_tare(tmp_path: Path) -> None:
    async def body() -> None:
        async with End(tmp_path / "scale") as end, end.open() as scale, asyncio.timeout(PATIENCE):
            end.grams = 100
            await scale.zero()
            end.grams = 600
            assert await scale.weigh() == Weight(500)
            await scale.tare()
            assert await scale.weigh() == Weight(0, net=True)
            end.grams = 900
            assert await scale.weigh() == Weight(300, net=True)
            with pytest.raises(DeviceRefused) as refused:
                await scale.zero()
            assert refused.value.fault == faults.SCALE_NOT_SET
            end.moving = True
            for call in (scale.zero, scale.tare):
                with pytest.raises(DeviceRefused) as refused:
                    await call()
                assert refused.value.fault == faults.SCALE_MOVING

    run(body())


def test_a_weight_that_settles_in_time_is_given(tmp_path: Path) -> None:
    async def body() -> None:
        async with End(tmp_path / "scale") as end, asyncio.timeout(PATIENCE):
            patient = replace(settings(str(end.settings["port"])), settle_time=PATIENCE)
            async with open_scale(patient) as scale, asyncio.TaskGroup() as tasks:
                end.grams, end.moving = 500, True
                weighing = tasks.create_task(scale.weigh())
                while end.asked.count(b"W") < 3:
                    await asyncio.sleep(0.01)
                end.moving = False
                assert await weighing == Weight(500)

    run(body())


def test_a_scale_without_echo_is_trusted_once_it_is_quiet(tmp_path: Path) -> None:
    async def body() -> None:
        async with End(tmp_path / "scale") as end, asyncio.timeout(PATIENCE):
            quiet = replace(settings(str(end.settings["port"])), resync="quiet")
            async with open_scale(quiet) as scale:
                end.grams = 500
                assert await scale.weigh() == Weight(500)
                end.delay = 0.35  # within the silence that is waited for
                with pytest.raises(DeviceError):
                    await scale.weigh()
                end.grams, end.delay = 800, 0.0
                assert await scale.weigh() == Weight(800)
        assert not any(command.startswith(b"E") for command in end.asked)

    run(body())


@pytest.mark.parametrize("unasked", [b"\x0209.999\r", b"\x02?A\r", b"\x00"])
def test_what_nobody_asked_for_is_no_answer(unasked: bytes) -> None:
    """A weight sent by a key on the scale, or noise, before the question: thrown away."""

    async def body() -> None:
        near, far = link_pair()
        scale = ToledoScale(near, ToledoSettings(port="", resync="quiet", answer_time=0.1, pause=0))
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            for _ in range(2):
                await far.send(unasked)
                weighing = tasks.create_task(scale.weigh())
                assert await far.receive() == b"W"
                await far.send(b"\x0200.500\r")
                assert await weighing == Weight(500)

    run(body())


@pytest.mark.parametrize("noise", [b"\x00", b"\r", b"\x0209.999\r"])
@pytest.mark.parametrize("place", ["before", "behind"])
def test_an_answer_with_anything_around_it_is_refused(noise: bytes, place: str) -> None:
    async def body() -> None:
        near, far = link_pair()
        scale = ToledoScale(near, ToledoSettings(port="", resync="quiet", answer_time=0.1, pause=0))
        answer = b"\x0200.500\r"

        async def play() -> None:
            assert await far.receive() == b"W"
            await far.send(noise + answer if place == "before" else answer + noise)

        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            tasks.create_task(play())
            assert await refusal(scale) == faults.SCALE_ANSWER

    run(body())


def test_the_plugin_declares_its_driver() -> None:
    drivers = Drivers()
    pos_register_drivers(drivers)
    driver = drivers.scales.get("toledo-8217")
    assert (driver.open, driver.settings) == (open_scale, ToledoSettings)


def test_times_out_of_reason_are_refused() -> None:
    with pytest.raises(ValueError, match="answer_time must lie between"):
        ToledoSettings(port="", answer_time=0)
    with pytest.raises(ValueError, match="settle_time"):
        ToledoSettings(port="", settle_time=-1)
    with pytest.raises(ValueError, match="pause"):
        ToledoSettings(port="", pause=-1)


def line(end: ScaleEnd) -> AbstractAsyncContextManager[FdLink]:
    return serial_link(SerialSettings(port=str(end.settings["port"])))
