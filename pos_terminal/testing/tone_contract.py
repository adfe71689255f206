"""What every tone indicator must do, whatever drives it. Subclass, and supply the far end.

class TestMyBeeper(ToneContract):
    @asynccontextmanager
    async def far_end(self): ...
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from pos_terminal.devices.classes import ToneIndicator
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Tone
from pos_terminal.testing.running import PATIENCE, run


class ToneFarEnd(Protocol):
    """A beeper under test, with an ear beside it."""

    @property
    def tones(self) -> Sequence[Tone]:
        """Every tone that it has begun, in order."""

    @property
    def silent(self) -> bool:
        """Whether nothing sounds, and nothing of the last tone is still to come."""

    def open(self) -> AbstractAsyncContextManager[ToneIndicator]:
        """The driver's way to open it."""

    async def unplug(self) -> None:
        """Pull the cable."""

    async def replug(self) -> None:
        """Plug it in again."""


class ToneContract:
    """Subclass it and override `far_end`.

    `run` runs each body; `hurried.run_hurried` does so without waiting, where the far end is in its
    loop.
    """

    run = staticmethod(run)

    def far_end(self) -> AbstractAsyncContextManager[ToneFarEnd]:
        """A beeper, plugged in and silent."""
        raise NotImplementedError

    def test_each_tone_is_told_from_the_others_and_ends_by_itself(self) -> None:
        """A clerk who does not look knows what happened, and nothing howls on."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as beeper, asyncio.timeout(PATIENCE):
                for count, tone in enumerate(Tone, 1):
                    await beeper.sound(tone)
                    await _until(end, list(Tone)[:count])

        self.run(body())

    def test_it_returns_before_the_sound_ends_and_a_new_one_cuts_it_short(self) -> None:
        """Whoever types on must not hear of three errors ago."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as beeper, asyncio.timeout(PATIENCE):
                await beeper.sound(Tone.ALARM)
                await _until(end, [Tone.ALARM], silent=False)
                assert not end.silent
                await beeper.sound(Tone.ACCEPTED)
                await _until(end, [Tone.ALARM, Tone.ACCEPTED])

        self.run(body())

    def test_closing_it_is_silent(self) -> None:
        """A till that stops leaves no tone behind that nobody could end."""

        async def body() -> None:
            async with self.far_end() as end, asyncio.timeout(PATIENCE):
                async with end.open() as beeper:
                    await beeper.sound(Tone.ALARM)
                    await _until(end, [Tone.ALARM], silent=False)
                async with end.open() as beeper:
                    await beeper.sound(Tone.ACCEPTED)
                    await _until(end, [Tone.ALARM, Tone.ACCEPTED])

        self.run(body())

    def test_unplug_replug_sound(self) -> None:
        """A loss is noticed without asking, a sound says so, and a replugged beeper sounds."""

        async def body() -> None:
            async with self.far_end() as end, asyncio.timeout(PATIENCE):
                async with end.open() as beeper:
                    await end.unplug()
                    await beeper.gone()
                    with pytest.raises(DeviceLost) as lost:
                        await beeper.sound(Tone.ACCEPTED)
                    assert lost.value.fault == faults.TONE_OFFLINE
                with pytest.raises(DeviceLost):
                    async with end.open():
                        pytest.fail("an unplugged beeper was opened")
                await end.replug()
                async with end.open() as beeper:
                    await beeper.sound(Tone.REFUSED)
                    await _until(end, [Tone.REFUSED])

        self.run(body())

    def test_an_error_passes_through_its_opening_unchanged(self) -> None:
        """Whoever borrows the beeper catches its own errors, in no group and by their own type."""

        async def body() -> None:
            async with self.far_end() as end:
                for error in (KeyError(), TimeoutError(), DeviceLost(faults.TONE_OFFLINE)):
                    with pytest.raises(type(error)) as raised:
                        async with end.open():
                            raise error
                    assert raised.value is error

        self.run(body())


async def _until(end: ToneFarEnd, tones: list[Tone], *, silent: bool = True) -> None:
    while list(end.tones) != tones or (silent and not end.silent):  # noqa: ASYNC110
        await asyncio.sleep(0.005)
