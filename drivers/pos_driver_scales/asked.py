"""A scale on a line that answers when it is asked: one question, its own answer, never another's.

Answers carry no number, so one that comes late could pass for the next question's. After anything
but a clean answer (a silence, garbage, a cancelled call, bytes nobody asked for, a fresh start) the
driver is out of step, and gets into it again before it asks: where the protocol has an echo, by a
token that was never used before, and otherwise by waiting until the line has rested.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Generic, TypeVar

from msgspec import Struct

from pos_driver_scales.legal import named
from pos_driver_scales.legal.reading import (
    Ask,
    FrameError,
    NoWeight,
    Reading,
    Reason,
    Speech,
    Talk,
)
from pos_terminal.devices.classes import Scale
from pos_terminal.devices.errors import DeviceRefused
from pos_terminal.devices.registry import Drivers, Probe
from pos_terminal.devices.settings import within
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.domain.weight import Weight
from pos_terminal.links.faults import device_errors, opened
from pos_terminal.links.link import Link
from pos_terminal.links.serial import SerialSettings, serial_link

T = TypeVar("T")
S = TypeVar("S", bound="ScaleSettings")

log = logging.getLogger(__name__)

BABBLE = 4
"""How many `quiet_time`s a line may go on talking when nobody asks, before it is called mad."""

COURTESY = 0.1
"""Seconds given to an answer that nobody needs, so that it is not taken for the next one's."""

MOST = 4096
"""Bytes of one answer: a device that talks for ever fills no memory."""

PROBING: dict[str, Any] = {"answer_time": 0.5, "settle_time": 0.0, "quiet_time": 0.05}
"""Seconds given to a scale that nobody knows: a search is through all protocols in five."""

FAULTS = {
    Reason.MOVING: faults.SCALE_MOVING,
    Reason.OVERLOAD: faults.SCALE_OVERLOAD,
    Reason.UNDER_ZERO: faults.SCALE_NEGATIVE,
    Reason.AT_ZERO: faults.SCALE_ZERO,
    Reason.STALE: faults.SCALE_STALE,
    Reason.NOT_SET: faults.SCALE_NOT_SET,
    Reason.FAULT: faults.SCALE_FAULT,
}


class ScaleSettings(SerialSettings, frozen=True, kw_only=True):
    """The line, and times in seconds.

    `answer_time` is how long the scale may take to answer, `settle_time` how long a weight may move
    before it is refused, `pause` what the scale wants between commands, `quiet_time` how long the
    line must have rested before a scale out of step is asked again. More than `capacity` grams are
    an overload whatever the scale says; 0: not known.
    """

    answer_time: float = 1.0
    settle_time: float = 3.0
    pause: float = 0.05
    quiet_time: float = 1.0
    capacity: int = 0

    def __post_init__(self) -> None:
        within(self, answer_time=(0.05, 10), settle_time=(0, 30), pause=(0, 2))
        within(self, quiet_time=(0.05, 10), capacity=(0, 1_000_000))


@asynccontextmanager
async def asked_scale(settings: ScaleSettings, speech: Speech) -> AsyncIterator[Scale]:
    """Open the line; the scale itself is first spoken to when it is asked."""
    async with opened(serial_link(settings), faults.SCALE_OFFLINE) as link:
        yield AskedScale(link, speech, settings)


class AskedDriver(Struct, Generic[S], frozen=True):
    """A protocol as a driver: its name, its settings, and the conversations that these make of it.

    `harm` is a search's order, see `Probe`; `stranger` are the conversations with a scale that
    nobody knows, where the usual ones could change something on another make's.
    """

    name: str
    settings: type[S]
    speech_of: Callable[[S], Speech]
    harm: int
    stranger: Callable[[S], Speech] | None = None

    def open(self, settings: S) -> AbstractAsyncContextManager[Scale]:
        """See `asked_scale`."""
        return asked_scale(settings, self.speech_of(settings))

    def declare(self, drivers: Drivers) -> None:
        """Add it to the tables."""
        probe = Probe(self.harm, self._probe)
        drivers.scales.add(self.name, self.open, self.settings, probe=probe, measuring=named())

    def _probe(self, port: str) -> AbstractAsyncContextManager[Scale]:
        settings = self.settings(port=port, **PROBING)
        return asked_scale(settings, (self.stranger or self.speech_of)(settings))


class AskedScale:
    """One scale behind a link. Calls take turns."""

    def __init__(self, link: Link, speech: Speech, settings: ScaleSettings) -> None:
        self._link = link
        self._speech = speech
        self._settings = settings
        self._turn = asyncio.Lock()
        self._in_step = False
        self._free_at = 0.0
        self._noise_at = asyncio.get_running_loop().time()

    async def gone(self) -> None:
        """See `Device.gone`."""
        await self._link.gone()

    async def weigh(self) -> Weight:
        """See `Scale.weigh`. Asks again while the weight moves, for at most `settle_time`."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            deadline = loop.time() + self._settings.settle_time
            reading = await self._hold(self._speech.weigh)
            # Asked again and again: the protocols have no «tell me once it stands still», or one
            # whose end nobody knows.
            while moving(reading) and loop.time() < deadline:
                reading = await self._hold(self._speech.weigh)
        return given(reading, self._settings.capacity)

    async def zero(self) -> None:
        """See `Scale.zero`."""
        await self._set(self._speech.zero)

    async def tare(self) -> None:
        """See `Scale.tare`."""
        await self._set(self._speech.tare)

    async def _set(self, talk: Callable[[], Talk[NoWeight | None]]) -> None:
        async with self._turn:
            refused = await self._hold(talk)
        if refused:
            raise refusal(refused)

    async def _hold(self, talk: Callable[[], Talk[T]]) -> T:
        """One conversation, in step."""
        with device_errors(offline=faults.SCALE_OFFLINE, mute=faults.SCALE_MUTE):
            if not self._in_step or self._link.drain_input():
                self._in_step = False
                # Before the question: an answer still under way would be taken for this one's.
                await self._catch_up()
            # Out of step until the answer is in: a call that is cancelled here leaves it so.
            self._in_step = False
            try:
                outcome = await self._converse(talk())
                self._in_step = True
                return outcome
            finally:
                self._noise_at = asyncio.get_running_loop().time()

    async def _converse(self, talk: Talk[T]) -> T:
        answer: object = None
        while True:
            try:
                ask = talk.send(answer)
            except StopIteration as end:
                outcome: T = end.value
                return outcome
            except FrameError as error:
                log.warning("scale: an answer out of place: %s", error)
                raise DeviceRefused(faults.SCALE_ANSWER, str(error)) from error
            await self._send(ask.data)
            answer = await self._answer(ask)

    async def _send(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        # A scale drops a command that comes too soon behind another.
        await asyncio.sleep(max(0.0, self._free_at - loop.time()))
        await self._link.send(data)
        self._free_at = loop.time() + self._settings.pause

    async def _answer(self, ask: Ask[T]) -> T | None:
        """The one answer that follows a question; nothing may precede or follow it."""
        if ask.read is None:
            await asyncio.sleep(max(self._settings.pause, COURTESY))
            self._link.drain_input()  # what the scale had to say of it
            return None
        seen = b""
        try:
            async with asyncio.timeout(self._settings.answer_time):
                while True:
                    seen += await self._link.receive()
                    if (answer := ask.read(seen)) is not None:
                        return answer
                    if len(seen) > MOST:
                        raise FrameError(f"never ends: {seen[:32]!r}")
        except FrameError as error:
            log.warning("scale: asked %r, answered %r", ask.data, seen[:64])
            raise DeviceRefused(faults.SCALE_ANSWER, str(error)) from error
        except TimeoutError:
            if not seen:
                raise
            # Somebody is there: «mute, check the cable» would send people the wrong way.
            log.warning("scale: asked %r, answered in part %r", ask.data, seen[:64])
            detail = say("coupé : {data!r}", data=seen[:64])
            raise DeviceRefused(faults.SCALE_ANSWER, detail) from None

    async def _catch_up(self) -> None:
        talk = self._speech.catch_up(os.urandom(4).hex().encode())  # in small letters: no command
        if talk:
            await self._converse(talk)
        else:
            await self._hush()

    async def _hush(self) -> None:
        """Wait until the line has rested for `quiet_time` since the last that went wrong on it."""
        loop, quiet = asyncio.get_running_loop(), self._settings.quiet_time
        enough = loop.time() + BABBLE * quiet
        while (left := self._noise_at + quiet - loop.time()) > 0:
            try:
                async with asyncio.timeout(left):
                    heard = await self._link.receive()
            except TimeoutError:
                return
            self._noise_at = loop.time()
            if self._noise_at > enough:
                log.warning("scale: asked nothing, and never silent: %r", heard[:64])
                raise DeviceRefused(faults.SCALE_ANSWER, say("ne se tait jamais"))


def moving(reading: Reading) -> bool:
    """Whether it may be a weight yet."""
    return isinstance(reading, NoWeight) and reading.reason is Reason.MOVING


def given(reading: Reading, capacity: int) -> Weight:
    """The weight of a reading; DeviceRefused where it is none, or beyond the capacity (0: any)."""
    if isinstance(reading, NoWeight):
        raise refusal(reading)
    if 0 < capacity < reading.grams:
        raise DeviceRefused(faults.SCALE_OVERLOAD, f"{reading.grams} g")
    return reading


def refusal(reading: NoWeight) -> DeviceRefused:
    """What the caller is told of a weight that is none."""
    return DeviceRefused(FAULTS[reading.reason], reading.detail)
