"""A Toledo 8217 scale as a `Scale`: one question, its own answer, and never another's.

Answers carry no number, so one that comes late could pass for the next question's. After
anything but a clean answer (a silence, garbage, a cancelled call, bytes nobody asked for, a fresh
start) the driver is out of step: before it asks again, it has the scale echo a token that was
never used before. Answers come in the order of the questions, so whatever was under way has
arrived by then, and is thrown away.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from pos_driver_toledo.frames import (
    ECHO_OFF,
    ECHO_ON,
    PAUSE,
    TARE,
    WEIGH,
    ZERO,
    FrameError,
    NoWeight,
    Shape,
    StatusByte,
    parse,
)
from pos_terminal.devices.classes import Scale
from pos_terminal.devices.errors import DeviceRefused
from pos_terminal.domain.faults import (
    SCALE_ANSWER,
    SCALE_MOVING,
    SCALE_MUTE,
    SCALE_NEGATIVE,
    SCALE_NOT_SET,
    SCALE_OFFLINE,
    SCALE_OVERLOAD,
    SCALE_ZERO,
)
from pos_terminal.domain.weight import Weight
from pos_terminal.links.faults import device_errors, opened
from pos_terminal.links.link import Link
from pos_terminal.links.serial import SerialSettings, serial_link

_MEMORY = 64
_BABBLE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ToledoSettings(SerialSettings):
    """The line, 9600 7E1 as the scale leaves the works, and times in seconds.

    `answer_time` is how long the scale may take to answer, `settle_time` how long a weight may
    move before it is refused, `pause` what the scale wants between commands. `resync` says how to
    get into step again: `echo`, or `quiet` for a scale without the E command, which then is
    trusted to send nothing more after one `answer_time` of silence. `digits` and `decimals` are
    those before and behind the point of a weight in kilograms, as the scale is set: «02.500».
    """

    bytesize: Literal[7, 8] = 7
    parity: Literal["N", "E", "O"] = "E"
    answer_time: float = 1.0
    settle_time: float = 3.0
    pause: float = PAUSE
    resync: Literal["echo", "quiet"] = "echo"
    digits: Literal[1, 2, 3, 4] = 2
    decimals: Literal[1, 2, 3] = 3

    def __post_init__(self) -> None:
        for name, least, most in (
            ("answer_time", 0.05, 10),
            ("settle_time", 0, 30),
            ("pause", 0, 2),
        ):
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} must lie between {least} and {most}")


@asynccontextmanager
async def open_scale(settings: ToledoSettings) -> AsyncIterator[Scale]:
    """Open the line; the scale itself is first spoken to when it is asked."""
    async with opened(serial_link(settings), SCALE_OFFLINE) as link:
        yield ToledoScale(link, settings)


class ToledoScale:
    """One scale behind a link. Calls take turns."""

    def __init__(self, link: Link, settings: ToledoSettings) -> None:
        self._link = link
        self._settings = settings
        self._shape = Shape(settings.digits, settings.decimals)
        self._turn = asyncio.Lock()
        self._in_step = False
        self._free_at = 0.0

    async def gone(self) -> None:
        """See `Device.gone`."""
        await self._link.gone()

    async def weigh(self) -> Weight:
        """See `Scale.weigh`. Asks again while the weight moves, for at most `settle_time`."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            deadline = loop.time() + self._settings.settle_time
            answer = await self._ask(WEIGH)
            # Asked again and again: the protocol has no «tell me once it stands still».
            while _moving(answer) and loop.time() < deadline:
                answer = await self._ask(WEIGH)
        if isinstance(answer, NoWeight):
            raise _refusal(answer.status)
        return answer

    async def zero(self) -> None:
        """See `Scale.zero`. Done when the scale says that it stands at the centre of zero."""
        async with self._turn:
            answer = await self._ask(ZERO)
        if isinstance(answer, Weight):
            raise DeviceRefused(SCALE_ANSWER, "a weight in answer to Z")
        if _moving(answer):
            raise DeviceRefused(SCALE_MOVING)
        if StatusByte.CENTRE_OF_ZERO not in answer.status:
            raise DeviceRefused(SCALE_NOT_SET, f"not at zero after Z: {answer.status!r}")

    async def tare(self) -> None:
        """See `Scale.tare`. Done when the weight that follows is a net one."""
        async with self._turn:
            answer = await self._ask(TARE)
            if not _moving(answer):
                answer = await self._ask(WEIGH)
        if isinstance(answer, NoWeight):
            raise _refusal(answer.status)
        if not answer.net:
            raise DeviceRefused(SCALE_NOT_SET, "still a gross weight after T")

    async def _ask(self, command: bytes) -> Weight | NoWeight:
        with device_errors(offline=SCALE_OFFLINE, mute=SCALE_MUTE):
            if not self._in_step or self._link.drain_input():
                self._in_step = False
                # Before the question: an answer still under way would be taken for this one's.
                await (self._echo() if self._settings.resync == "echo" else self._hush())
            self._in_step = False
            # Out of step until the answer is in: a call that is cancelled here leaves it so.
            await self._send(command)
            answer = await self._answer()
            self._in_step = True
            return answer

    async def _send(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        # The scale drops a command that comes too soon behind another (frames.PAUSE).
        await asyncio.sleep(max(0.0, self._free_at - loop.time()))
        await self._link.send(data)
        self._free_at = loop.time() + self._settings.pause

    async def _answer(self) -> Weight | NoWeight:
        """The one answer that follows a question; nothing may precede or follow it."""
        seen = b""
        try:
            async with asyncio.timeout(self._settings.answer_time):
                while True:
                    seen += await self._link.receive()
                    if (answer := parse(seen, self._shape)) is not None:
                        return answer
        except FrameError as error:
            raise DeviceRefused(SCALE_ANSWER, str(error)) from error
        except TimeoutError:
            if seen:
                raise DeviceRefused(SCALE_ANSWER, f"cut short: {seen!r}") from None
            raise

    async def _echo(self) -> None:
        """Get into step: the token comes back after everything that was under way."""
        token = secrets.token_hex(4).encode()  # no capital: nothing in it is a command
        # Letter and token together: nothing may come between them.
        await self._send(ECHO_ON + token)
        seen = b""
        async with asyncio.timeout(self._settings.answer_time):
            while not seen.endswith(token):
                # However much was under way, only its end is kept.
                seen = (seen + await self._link.receive())[-_MEMORY:]
        await self._send(ECHO_OFF)
        await asyncio.sleep(self._settings.pause)
        self._link.drain_input()  # what the scale had to say of F

    async def _hush(self) -> None:
        """Get into step: wait until nothing has come for a whole `answer_time`."""
        for _ in range(_BABBLE):
            try:
                async with asyncio.timeout(self._settings.answer_time):
                    await self._link.receive()
            except TimeoutError:
                return
        raise DeviceRefused(SCALE_ANSWER, "never falls silent")


def _moving(answer: Weight | NoWeight) -> bool:
    return isinstance(answer, NoWeight) and StatusByte.MOTION in answer.status


def _refusal(status: StatusByte) -> DeviceRefused:
    """Why there is no weight. Motion first: what a moving scale says besides may pass."""
    for bit, fault in (
        (StatusByte.MOTION, SCALE_MOVING),
        (StatusByte.OVERLOAD, SCALE_OVERLOAD),
        (StatusByte.UNDER_ZERO, SCALE_NEGATIVE),
        # Last: an empty platter is no fault of the scale's.
        (StatusByte.CENTRE_OF_ZERO, SCALE_ZERO),
    ):
        if bit in status:
            return DeviceRefused(fault)
    return DeviceRefused(SCALE_ANSWER, f"no weight, and no reason: {status!r}")
