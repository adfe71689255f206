"""What every scale must do, whatever drives it. Subclass, and supply the far end.

class TestMyScale(ScaleContract):
    @asynccontextmanager
    async def far_end(self): ...
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from pos_terminal.devices.classes import Scale
from pos_terminal.devices.errors import DeviceError, DeviceLost, DeviceRefused, DeviceTimeout
from pos_terminal.domain import faults
from pos_terminal.domain.weight import Weight
from pos_terminal.testing.running import PATIENCE, run


class ScaleFarEnd(Protocol):
    """A scale under test, with somebody who puts things on it.

    `grams` lies on the platter of a scale for `capacity` grams; `moving` while it swings; `mute`:
    it answers nothing; `delay`: it answers so many seconds late; `garbage`: it sends that instead.
    `tare`: grams that its own tare key takes off.

    What its protocol has words for: `says_net`, a net weight; `says_moving`, a weight in motion (or
    it is silent meanwhile); `weighs_nothing`, an empty platter (or it says that nothing is there).
    """

    capacity: int
    grams: int
    tare: int
    says_net: bool
    says_moving: bool
    weighs_nothing: bool
    moving: bool
    mute: bool
    delay: float
    garbage: bytes | None

    def open(self) -> AbstractAsyncContextManager[Scale]:
        """The driver's way to open it, set to wait for an answer for less than `LATE`."""

    async def unplug(self) -> None:
        """Pull the cable."""

    async def replug(self) -> None:
        """Plug it in again, to be opened with the same settings."""


GARBAGE = (
    b"\x00\xff",
    b"\x0200.500",  # half an answer
    b"\x02\x000.500\r",  # a digit whose parity was wrong (links/serial.py)
    b"\x02-0.500\r",
    b"0.500\r",
    b"\r\nlogin: ",
)
"""What is no answer in any protocol."""

OF_EACH_MAKE = (
    b"\x0200.999\r",  # Toledo 8217
    b"\x01\x02S 00.999kg\x68\x03\x04",  # CAS
    b"\n00.999KG\r\n00\r\x03",  # NCI
    b"\n 1G       0.999kg \r",  # SMA
    b"S S      0.999 kg\r\n",  # MT-SICS
    b"   0.999kg\r\n",  # Adam
    b"\x0202\x1b3\x1b00999\x1b000000\x1b000000\x03",  # Dialog 06
    b"\x04\x02\x00\xe7\x03",  # USB
)
"""999 g, as scales of each kind say it."""

LATE = 0.3
"""Seconds: an answer that comes so late finds nobody waiting for it."""


class ScaleContract:
    """Subclass it and override `far_end`.

    `run` runs each body; `hurried.run_hurried` does so without waiting, where the far end is in its
    loop.
    """

    run = staticmethod(run)

    def far_end(self) -> AbstractAsyncContextManager[ScaleFarEnd]:
        """A scale, plugged in, with nothing on it."""
        raise NotImplementedError

    def test_each_weight_is_of_its_moment(self) -> None:
        """What lies on the scale when it is asked, to the gram."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scale, asyncio.timeout(PATIENCE):
                for grams in (40, 250, 1250, 1250, end.capacity):
                    end.grams = grams
                    assert await scale.weigh() == Weight(grams)
                end.grams = 0
                if end.weighs_nothing:
                    assert await scale.weigh() == Weight(0)
                else:
                    assert await refusal(scale) == faults.SCALE_ZERO

        self.run(body())

    def test_every_reason_has_its_code(self) -> None:
        """Motion, overload and a negative weight are told apart, and pass."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scale, asyncio.timeout(PATIENCE):
                end.grams, end.moving = 500, True
                if end.says_moving:
                    assert await refusal(scale) == faults.SCALE_MOVING
                else:
                    with pytest.raises(DeviceTimeout):
                        await scale.weigh()
                end.grams, end.moving = end.capacity + 5, False
                assert await refusal(scale) == faults.SCALE_OVERLOAD
                end.grams = -5
                assert await refusal(scale) == faults.SCALE_NEGATIVE
                end.grams = 500
                assert await scale.weigh() == Weight(500)

        self.run(body())

    def test_a_net_weight_says_so(self) -> None:
        """What the scale has taken off itself is off, and nobody takes it off again."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scale, asyncio.timeout(PATIENCE):
                end.grams, end.tare = 500, 30
                assert await scale.weigh() == Weight(470, net=end.says_net)
                end.tare = 0
                assert await scale.weigh() == Weight(500)

        self.run(body())

    def test_a_mute_scale_gives_no_weight(self) -> None:
        """Silence is a time-out, however good the last weight was; speaking again is enough."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scale, asyncio.timeout(PATIENCE):
                end.grams = 500
                assert await scale.weigh() == Weight(500)
                end.mute = True
                for _ in range(2):
                    with pytest.raises(DeviceTimeout) as silent:
                        await scale.weigh()
                    assert silent.value.fault == faults.SCALE_MUTE
                end.grams, end.mute = 800, False
                assert await scale.weigh() == Weight(800)

        self.run(body())

    def test_a_late_answer_is_never_taken_for_the_next_one(self) -> None:
        """The weight of a question that was given up comes while the next one waits."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scale, asyncio.timeout(PATIENCE):
                end.grams = 500
                assert await scale.weigh() == Weight(500)
                end.delay = LATE
                with pytest.raises(DeviceError):
                    await scale.weigh()
                end.grams, end.delay = 800, 0.0
                for _ in range(6):
                    try:
                        assert await scale.weigh() == Weight(800)
                    except DeviceError:
                        await asyncio.sleep(LATE / 2)  # refused is right, old is not
                assert await scale.weigh() == Weight(800)

        self.run(body())

    def test_garbage_is_no_weight(self, caplog: pytest.LogCaptureFixture) -> None:
        """What is no answer, or half of one, is refused, with its bytes in the log.

        The next answer counts again.
        """

        async def body() -> None:
            async with self.far_end() as end, end.open() as scale, asyncio.timeout(PATIENCE):
                for garbage in GARBAGE:
                    caplog.clear()
                    end.grams, end.garbage = 500, garbage
                    with pytest.raises(DeviceRefused) as refused:
                        await scale.weigh()
                    assert refused.value.fault == faults.SCALE_ANSWER
                    assert repr(garbage)[2:-1] in caplog.text or garbage.hex(" ") in caplog.text
                    end.grams, end.garbage = 800, None
                    assert await scale.weigh() == Weight(800)

        self.run(body())

    def test_another_makes_scale_is_no_scale_of_this_driver(self) -> None:
        """The weight that each protocol says is understood in one's own at most."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scale, asyncio.timeout(PATIENCE):
                understood = []
                for said in OF_EACH_MAKE:
                    end.garbage = said
                    try:
                        understood.append(await scale.weigh())
                    except DeviceError as error:
                        assert error.fault in (faults.SCALE_ANSWER, faults.SCALE_MUTE)
                assert understood in ([], [Weight(999)])
                end.grams, end.garbage = 800, None
                assert await scale.weigh() == Weight(800)

        self.run(body())

    def test_a_cancelled_call_leaves_it_usable(self) -> None:
        """A weight that nobody waits for any more does not come back later."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scale, asyncio.timeout(PATIENCE):
                end.grams, end.mute = 500, True
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.01):
                        await scale.weigh()
                end.grams, end.mute = 800, False
                assert await scale.weigh() == Weight(800)

        self.run(body())

    def test_callers_take_turns(self) -> None:
        """Several callers at once each get a weight."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scale, asyncio.timeout(PATIENCE):
                end.grams = 500
                assert await asyncio.gather(*(scale.weigh() for _ in range(3))) == [Weight(500)] * 3

        self.run(body())

    def test_an_error_passes_through_its_opening_unchanged(self) -> None:
        """Whoever borrows the scale catches its own errors, in no group and by their own type."""

        async def body() -> None:
            async with self.far_end() as end:
                for error in (KeyError(), TimeoutError(), DeviceLost(faults.SCALE_OFFLINE)):
                    with pytest.raises(type(error)) as raised:
                        async with end.open():
                            raise error
                    assert raised.value is error

        self.run(body())

    def test_unplug_replug_weigh(self) -> None:
        """A loss is noticed without asking, asking says so, and a replugged scale works."""

        async def body() -> None:
            async with self.far_end() as end, asyncio.timeout(PATIENCE):
                end.grams = 500
                async with end.open() as scale:
                    assert await scale.weigh() == Weight(500)
                    await end.unplug()
                    await scale.gone()
                    with pytest.raises(DeviceLost) as lost:
                        await scale.weigh()
                    assert lost.value.fault == faults.SCALE_OFFLINE
                with pytest.raises(DeviceLost):
                    async with end.open():
                        pytest.fail("an unplugged scale was opened")
                await end.replug()
                end.grams = 800
                async with end.open() as scale:
                    assert await scale.weigh() == Weight(800)

        self.run(body())


async def refusal(scale: Scale) -> faults.Fault:
    """The fault with which it refuses to weigh."""
    with pytest.raises(DeviceRefused) as refused:
        await scale.weigh()
    return refused.value.fault
