"""A beeper that remembers what it was told to sound."""

import asyncio
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

from evdev import ecodes

from pos_driver_sim.far_end import Cable, Pipe
from pos_terminal.domain.faults import Tone

_EVENT = struct.Struct("llHHi")

# The pitch of each tone in hertz, and how many notes it has.
_KNOWN: Mapping[int, tuple[Tone, int]] = MappingProxyType({
    2000: (Tone.ACCEPTED, 1),
    400: (Tone.REFUSED, 2),
    1000: (Tone.ALARM, 3),
})


class ToneEnd:
    """`hertz` holds every pitch that was set (0 is silence), `tones` the tones that it made.

    `on_tone` is called as each begins.
    """

    def __init__(self, path: Path, *, on_tone: Callable[[Tone], None] | None = None) -> None:
        self._on_tone = on_tone
        self._wire = Pipe(path, self._heard)
        self._rest = b""
        self._notes_left = 0
        self._changed = asyncio.Event()
        self.hertz: list[int] = []
        self.tones: list[Tone] = []
        self.settings: dict[str, object] = {"driver": "evdev", "device": str(path)}

    @property
    def cable(self) -> Cable:
        """The wire's cable: what ails it."""
        return self._wire.cable

    async def __aenter__(self) -> Self:
        self._wire.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._wire.unplug()

    async def unplug(self) -> None:
        """Pull the cable."""
        self._wire.unplug()

    async def replug(self) -> None:
        """Plug it in again."""
        self._wire.plug()

    @property
    def silent(self) -> bool:
        """Whether the last tone has been sounded to its end."""
        return not (self._notes_left or (self.hertz and self.hertz[-1]))

    async def wait_for(self, heard: Callable[[Self], bool], within: float = 20.0) -> None:
        """Return once `heard` holds; TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while not heard(self):
                self._changed.clear()
                await self._changed.wait()

    def _heard(self, data: bytes) -> None:
        data = self._rest + data
        whole = len(data) - len(data) % _EVENT.size
        self._rest = data[whole:]
        for _, _, kind, code, value in _EVENT.iter_unpack(data[:whole]):
            if kind == ecodes.EV_SND and code == ecodes.SND_TONE:
                self._note(value)
        self._changed.set()

    def _note(self, hertz: int) -> None:
        cut_short = bool(self.hertz and self.hertz[-1])
        self.hertz.append(hertz)
        if hertz not in _KNOWN:  # silence, or what a bad cable makes of a pitch
            return
        tone, notes = _KNOWN[hertz]
        if cut_short or not self._notes_left or tone != self.tones[-1]:
            self.tones.append(tone)
            if self._on_tone is not None:
                self._on_tone(tone)
            self._notes_left = notes
        self._notes_left -= 1
