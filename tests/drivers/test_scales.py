"""The scale drivers against simulated scales over ptys, and against emupos."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pos_driver_scales import adam, cas, dialog06, mt_sics, nci, sma, toledo
from pos_driver_scales.asked import AskedScale, ScaleSettings
from pos_driver_scales.legal import VERSION, named
from pos_driver_scales.legal.reading import Speech
from pos_driver_sim.scale import AnyScale, ScaleEnd
from pos_driver_sim.scales import AdamEnd, CasEnd, DialogEnd, MtSicsEnd, NciEnd, SmaEnd
from pos_terminal.devices.classes import Scale
from pos_terminal.devices.errors import DeviceError, DeviceRefused, DeviceTimeout
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain import faults
from pos_terminal.domain.weight import Weight
from pos_terminal.links.serial import SerialSettings, serial_link
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.running import PATIENCE, run
from pos_terminal.testing.scale_contract import ScaleContract, ScaleFarEnd, refusal
from pos_terminal.testing.transports import FAITHFUL, Transport, link_pair, lossy, through
from tests.support.emupos import emupos

QUICK: dict[str, Any] = {"answer_time": 0.2, "settle_time": 0.2, "quiet_time": 0.15, "pause": 0.01}

DRIVERS: dict[str, tuple[Any, type[AnyScale], ScaleSettings]] = {
    "toledo-8217": (toledo, ScaleEnd, toledo.ToledoSettings(port="", **QUICK)),
    "dialog-06": (dialog06, DialogEnd, dialog06.Dialog06Settings(port="", **QUICK)),
    "mt-sics": (mt_sics, MtSicsEnd, mt_sics.MtSicsSettings(port="", **QUICK)),
    "cas": (cas, CasEnd, cas.CasSettings(port="", **QUICK)),
    "nci": (nci, NciEnd, nci.NciSettings(port="", **QUICK)),
    "adam": (adam, AdamEnd, adam.AdamSettings(port="", width=8, capacity=15_000, **QUICK)),
    "sma": (sma, SmaEnd, sma.SmaSettings(port="", **QUICK)),
}
EVERY = pytest.mark.parametrize("name", DRIVERS)


def speech(name: str) -> Speech:
    module, _, settings = DRIVERS[name]
    made: Speech = module.speech_of(settings)
    return made


def opened(name: str, end: AnyScale) -> AbstractAsyncContextManager[Scale]:
    """The production way to open it."""
    module, _, settings = DRIVERS[name]
    device: AbstractAsyncContextManager[Scale] = module.open_scale(
        replace(settings, port=str(end.settings["port"]))
    )
    return device


def far_end(name: str, path: Path) -> AnyScale:
    """A simulated scale with the driver's way to open it, as the contract wants it."""
    kind = DRIVERS[name][1]
    joined = type(kind.__name__, (kind,), {"open": lambda self: opened(name, self)})
    made: AnyScale = joined(path)
    return made


@EVERY
class TestEach(ScaleContract):
    run = staticmethod(run_hurried)

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path, name: str) -> None:
        self.path, self.name = tmp_path / "scale", name

    def far_end(self) -> AbstractAsyncContextManager[ScaleFarEnd]:
        end: Any = far_end(self.name, self.path)
        return end  # type: ignore[no-any-return]


@EVERY
def test_it_weighs_over_every_faithful_transport(tmp_path: Path, name: str) -> None:
    async def body(transport: Transport, end: AnyScale) -> None:
        async with (
            end,
            asyncio.timeout(PATIENCE),
            through(serial_link(SerialSettings(port=str(end.settings["port"]))), transport) as link,
        ):
            patient = replace(DRIVERS[name][2], answer_time=5.0)
            scale = AskedScale(link, speech(name), patient)
            for grams in (500, 1250, 14_995):
                end.grams = grams
                assert await scale.weigh() == Weight(grams)

    for transport in FAITHFUL:
        run_hurried(body(transport, far_end(name, tmp_path / transport.name)))


@EVERY
def test_a_lossy_line_never_makes_a_weight(tmp_path: Path, name: str) -> None:
    async def body() -> None:
        weighed = 0
        async with (
            far_end(name, tmp_path / "scale") as end,
            asyncio.timeout(PATIENCE),
            through(
                serial_link(SerialSettings(port=str(end.settings["port"]))), lossy(7, 0.02)
            ) as link,
        ):
            hasty = replace(DRIVERS[name][2], answer_time=0.05, settle_time=0, quiet_time=0.05)
            scale = AskedScale(link, speech(name), hasty)
            for number in range(15):
                end.grams = 1000 + number
                try:
                    assert await scale.weigh() == Weight(end.grams)
                    weighed += 1
                except DeviceError as error:
                    # A scale that got half a record says so itself.
                    assert error.fault in (
                        faults.SCALE_ANSWER, faults.SCALE_MUTE, faults.SCALE_FAULT,
                    )  # fmt: skip
        assert weighed

    run_hurried(body())


def test_emupos_is_weighed_to_the_gram(tmp_path: Path) -> None:
    """Somebody else's scales, whose divisions are of 5 g."""

    async def body(name: str, port: str, put: Callable[..., None]) -> None:
        module, _, settings = DRIVERS[name]
        usual = replace(settings, port=port, answer_time=1.0)
        async with module.open_scale(usual) as scale, asyncio.timeout(PATIENCE):
            for grams in (1250, 5, 14_995, 0):
                put(name, grams)
                assert await scale.weigh() == Weight(grams)
            put(name, 15_005)
            assert await refusal(scale) == faults.SCALE_OVERLOAD
            put(name, -100)
            assert await refusal(scale) == faults.SCALE_NEGATIVE
            put(name, 500, stable=False)
            assert await refusal(scale) == faults.SCALE_MOVING
            put(name, 500)
            assert await scale.weigh() == Weight(500)
            if name == "sma":
                await scale.tare()
                put(name, 700)
                assert await scale.weigh() == Weight(200, net=True)
            else:
                with pytest.raises(DeviceRefused) as refused:  # it has no command for it
                    await scale.tare()
                assert refused.value.fault == faults.SCALE_NOT_SET
                put(name, 0)
                await scale.zero()

    profiles = {"toledo-8217": "toledo8217-15kg", "sma": "sma-15kg"}
    devices = [
        {
            "id": name,
            "type": "scale",
            "profile": profile,
            "connections": [{"serial": {"pty": True}}],
        }
        for name, profile in profiles.items()
    ]
    with emupos(tmp_path, devices) as simulator:
        for name in profiles:
            run(body(name, simulator.line(name), simulator.put_weight))


@pytest.mark.parametrize("name", ["toledo-8217", "mt-sics", "sma"])
def test_zero_and_tare(tmp_path: Path, name: str) -> None:
    async def body() -> None:
        async with (
            far_end(name, tmp_path / "scale") as end,
            opened(name, end) as scale,
            asyncio.timeout(PATIENCE),
        ):
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
                assert refused.value.fault in (faults.SCALE_MOVING, faults.SCALE_NOT_SET)

    run_hurried(body())


@pytest.mark.parametrize("name", ["cas", "adam", "dialog-06"])
def test_what_a_protocol_cannot_set_is_said(tmp_path: Path, name: str) -> None:
    async def body() -> None:
        async with far_end(name, tmp_path / "scale") as end, opened(name, end) as scale:
            for call in (scale.zero, scale.tare):
                with pytest.raises(DeviceRefused) as refused:
                    await call()
                assert refused.value.fault == faults.SCALE_NOT_SET

    run_hurried(body())


def test_a_weight_that_settles_in_time_is_given(tmp_path: Path) -> None:
    async def body() -> None:
        async with CasEnd(tmp_path / "scale") as end, asyncio.timeout(PATIENCE):
            patient = cas.CasSettings(
                port=str(end.settings["port"]), **{**QUICK, "settle_time": PATIENCE}
            )
            async with cas.open_scale(patient) as scale, asyncio.TaskGroup() as tasks:
                end.grams, end.moving = 500, True
                weighing = tasks.create_task(scale.weigh())
                while end.asked.count(b"\x11") < 3:
                    await asyncio.sleep(0.01)
                end.moving = False
                assert await weighing == Weight(500)

    run_hurried(body())


def test_a_toledo_without_echo_is_trusted_once_it_is_quiet(tmp_path: Path) -> None:
    async def body() -> None:
        async with ScaleEnd(tmp_path / "scale") as end, asyncio.timeout(PATIENCE):
            quiet = toledo.ToledoSettings(port=str(end.settings["port"]), resync="quiet", **QUICK)
            async with toledo.open_scale(quiet) as scale:
                end.grams = 500
                assert await scale.weigh() == Weight(500)
        assert not any(command.startswith(b"E") for command in end.asked)

    run_hurried(body())


@pytest.mark.parametrize("unasked", [b"\x0209.999\r", b"\x02?A\r", b"\x00"])
def test_what_nobody_asked_for_is_no_answer(unasked: bytes) -> None:
    """A weight sent by a key on the scale, or noise, before the question: thrown away."""

    async def body() -> None:
        near, far = link_pair()
        settings = toledo.ToledoSettings(port="", resync="quiet", **QUICK)
        scale = AskedScale(near, toledo.speech_of(settings), settings)
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            for _ in range(2):
                await far.send(unasked)
                weighing = tasks.create_task(scale.weigh())
                assert await far.receive() == b"W"
                await far.send(b"\x0200.500\r")
                assert await weighing == Weight(500)

    run_hurried(body())


@pytest.mark.parametrize("noise", [b"\x00", b"\r", b"\x0209.999\r"])
def test_an_answer_with_anything_around_it_is_refused(
    noise: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """And the bytes are in the log, for whoever has to find out why."""

    async def body(whole: bytes) -> None:
        near, far = link_pair()
        settings = toledo.ToledoSettings(port="", resync="quiet", **QUICK)
        scale = AskedScale(near, toledo.speech_of(settings), settings)

        async def play() -> None:
            assert await far.receive() == b"W"
            await far.send(whole)

        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            tasks.create_task(play())
            assert await refusal(scale) == faults.SCALE_ANSWER

    answer = b"\x0200.500\r"
    for whole in (noise + answer, answer + noise):
        caplog.clear()
        run_hurried(body(whole))
        assert repr(whole) in caplog.text


def test_a_line_that_never_rests_is_no_scale(caplog: pytest.LogCaptureFixture) -> None:
    async def body() -> None:
        near, far = link_pair()
        settings = cas.CasSettings(port="", **QUICK)
        scale = AskedScale(near, cas.speech_of(settings), settings)

        async def babble() -> None:
            while True:
                await far.send(b"1.234 kg\r\n")
                await asyncio.sleep(0.01)

        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            babbling = tasks.create_task(babble())
            assert await refusal(scale) == faults.SCALE_ANSWER
            babbling.cancel()

    run_hurried(body())
    assert "1.234 kg" in caplog.text


def test_a_shy_scale_is_silent_and_never_repeats_itself(tmp_path: Path) -> None:
    """Adam's AZextra: from here nothing tells «unchanged» from «switched off»."""

    async def body() -> None:
        async with AdamEnd(tmp_path / "scale", shy=True) as end, asyncio.timeout(PATIENCE):
            settings = adam.AdamSettings(port=str(end.settings["port"]), **QUICK)
            async with adam.open_scale(settings) as scale:
                end.grams = 480
                assert await scale.weigh() == Weight(480)
                with pytest.raises(DeviceTimeout):
                    await scale.weigh()
                end.grams = 500
                assert await scale.weigh() == Weight(500)

    run_hurried(body())


def test_a_weight_without_motion_since_the_last_is_stale(tmp_path: Path) -> None:
    async def body() -> None:
        async with (
            DialogEnd(tmp_path / "scale", strict=True) as end,
            opened("dialog-06", end) as scale,
            asyncio.timeout(PATIENCE),
        ):
            end.grams = 480
            assert await scale.weigh() == Weight(480)
            assert await refusal(scale) == faults.SCALE_STALE
            end.grams = 500
            assert await scale.weigh() == Weight(500)

    run_hurried(body())


@pytest.mark.parametrize("told", ["11021", "18005", ""])
def test_a_challenge_is_met_with_the_makers_polynomial_alone(tmp_path: Path, told: str) -> None:
    async def body() -> None:
        async with (
            DialogEnd(tmp_path / "scale", polynomial=0x11021) as end,
            asyncio.timeout(PATIENCE),
        ):
            settings = dialog06.Dialog06Settings(
                port=str(end.settings["port"]), secret_polynomial=told, **QUICK
            )
            async with dialog06.open_scale(settings) as scale:
                end.grams = 480
                if told == "11021":
                    assert await scale.weigh() == Weight(480)
                else:
                    assert await refusal(scale) == faults.SCALE_FAULT
            assert end.proven == (told == "11021")

    run_hurried(body())


@EVERY
def test_a_plugin_declares_its_driver(name: str) -> None:
    module, _, settings = DRIVERS[name]
    drivers = Drivers()
    module.pos_register_drivers(drivers=drivers)
    driver = drivers.scales.get(name)
    assert (driver.open, driver.settings) == (module.open_scale, type(settings))
    assert driver.measuring == named()
    assert named().startswith(f"{VERSION} ")


@pytest.mark.parametrize(
    ("kind", "wrong", "words"),
    [
        (cas.CasSettings, {"answer_time": 0}, "answer_time : de "),
        (cas.CasSettings, {"settle_time": -1}, "settle_time"),
        (toledo.ToledoSettings, {"pause": -1}, "pause"),
        (cas.CasSettings, {"capacity": -1}, "capacity"),
        (adam.AdamSettings, {"width": 13}, "width"),
        (mt_sics.MtSicsSettings, {"width": -1}, "width"),
        (dialog06.Dialog06Settings, {"secret_polynomial": "FFFFFF"}, "secret_polynomial"),
        (dialog06.Dialog06Settings, {"secret_polynomial": "no"}, "invalid literal"),
    ],
)
def test_settings_out_of_reason_are_refused(kind: Any, wrong: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        kind(port="", **wrong)
