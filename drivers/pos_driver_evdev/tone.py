"""Sounds on a beeper that Linux drives: the PC speaker, a pwm-beeper or gpio-beeper on a Pi."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

from evdev import InputDevice, ecodes
from msgspec import Struct

from pos_driver_evdev.nodes import opened
from pos_driver_evdev.reader import Unread, listening
from pos_terminal.devices.classes import ToneIndicator
from pos_terminal.domain.faults import TONE_OFFLINE, Tone


class ToneSettings(Struct, frozen=True):
    """A beeper.

    `device` is its node, one that has EV_SND: /dev/input/by-path/platform-pcspkr-event-spkr, a
    udev link such as /dev/pos/tone, or a named pipe that takes input events.
    """

    device: str


class Note(Struct, frozen=True):
    """A pitch in hertz (0 is silence) held for some seconds."""

    hertz: int
    seconds: float


_SHORT, _LOW, _LONG = Note(2000, 0.08), Note(400, 0.18), Note(1000, 0.5)
_GAP = Note(0, 0.09)

PATTERNS: Mapping[Tone, tuple[Note, ...]] = MappingProxyType({
    Tone.ACCEPTED: (_SHORT,),
    Tone.REFUSED: (_LOW, _GAP, _LOW),
    Tone.ALARM: (_LONG, _GAP, _LONG, _GAP, _LONG),
})


class EvdevTone:
    """The opened beeper; see `open_tone`. Silence follows the last note of each pattern."""

    def __init__(self, settings: ToneSettings, device: InputDevice[str]) -> None:
        self._device = device
        self._inbox: Unread[None] = Unread(settings.device, TONE_OFFLINE)
        self._left: deque[Note] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self.on_lost = self._inbox.lose

    async def sound(self, tone: Tone) -> None:
        """Start the sound and return; a new one cuts the old one short. Raises DeviceLost."""
        self._cut()
        # The newest counts: a clerk who types on must not hear of three errors ago.
        self._left.extend(PATTERNS[tone])
        self._next()
        self._inbox.check()

    async def gone(self) -> None:
        """Return when the beeper is unplugged."""
        await self._inbox.gone()

    def stop(self) -> None:
        """Be silent."""
        self._cut()
        self._write(0)

    def _cut(self) -> None:
        self._left.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _next(self) -> None:
        if not self._left:
            self._write(0)
            return
        note = self._left.popleft()
        # The kernel sounds until it is told otherwise: each note ends by the next, the last by 0.
        self._write(note.hertz)
        self._timer = asyncio.get_running_loop().call_later(note.seconds, self._next)

    def _write(self, hertz: int) -> None:
        try:
            self._device.write(ecodes.EV_SND, ecodes.SND_TONE, hertz)
            self._device.syn()
        except BlockingIOError:
            return  # a full pipe: a tone nobody takes is a tone nobody hears
        except OSError as error:
            self._cut()
            self._inbox.lose(error.strerror or "write failed")


def _ignore(*_: int) -> None:
    """Leave out what the device reads back: its own tones."""


@asynccontextmanager
async def open_tone(settings: ToneSettings) -> AsyncIterator[ToneIndicator]:
    """Open the beeper. Raises DeviceLost when it is absent."""
    async with opened(settings.device, ecodes.EV_SND, TONE_OFFLINE) as device:
        tone = EvdevTone(settings, device)
        with listening(device, on_key=_ignore, on_dropped=_ignore, on_lost=tone.on_lost):
            try:
                yield tone
            finally:
                tone.stop()
