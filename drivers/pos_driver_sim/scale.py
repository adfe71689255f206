"""A shop scale at the end of a serial line, which speaks Toledo 8217 and can misbehave.

Source: Transcell PC-150 manual, appendix B.1.4 (the same protocol under its older name, 8213).
"""

import asyncio
import re
from pathlib import Path
from typing import Self

from pos_driver_sim.far_end import Pty

_COMMAND = re.compile(rb"W|Z|T(?:\d{5})?|C|E.*", re.DOTALL)
_MOTION, _OVER, _UNDER, _OUTSIDE_ZERO, _CENTRE_OF_ZERO, _ALWAYS = 1, 2, 4, 8, 16, 0x60


class ScaleEnd:
    """Set what lies on it and how it fares; all weights in grams.

    `grams`: on the platter; over `capacity` is an overload, and less than nothing is negative.
    `moving`: the platter has not settled.
    `mute`: no answer. `delay`: seconds before each answer. `garbage`: sent instead of it.
    `asked`: every command that has come.
    """

    def __init__(self, path: Path, *, capacity: int = 15_000) -> None:
        self._wire = Pty(path, self._received)
        self.capacity = capacity
        self.grams = 0
        self.tare = 0
        self.moving = False
        self.mute = False
        self.delay = 0.0
        self.garbage: bytes | None = None
        self.asked: list[bytes] = []
        self._zero = 0
        self.settings: dict[str, object] = {"driver": "toledo", "port": str(path)}

    async def __aenter__(self) -> Self:
        self._wire.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._wire.unplug()

    async def unplug(self) -> None:
        """Pull the cable; the scale keeps its zero and its tare."""
        self._wire.unplug()

    async def replug(self) -> None:
        """Plug it in again."""
        self._wire.plug()

    @property
    def net(self) -> int:
        """What its own display shows."""
        return self.grams - self._zero - self.tare

    def _received(self, data: bytes) -> None:
        for match in _COMMAND.finditer(data):
            command = match[0]
            self.asked.append(command)
            answer = self._obey(command)
            if self.garbage is not None:
                answer = self.garbage
            if self.mute:
                continue
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self._wire.answer, answer)
            else:
                self._wire.answer(answer)

    def _obey(self, command: bytes) -> bytes:
        name, rest = command[:1], command[1:]
        if name == b"E":
            return b"\x02E\r" + rest
        if name == b"W":
            return self._status_record() if self._unweighable else self._weight_record()
        settled = not self.moving and self.grams <= self.capacity
        if name == b"C":
            self.tare = 0
        elif name == b"Z" and settled and abs(self.grams) <= self.capacity // 50:
            self._zero = self.grams
        elif name == b"T" and settled:
            self.tare = int(rest) if rest else self.grams - self._zero
        return self._status_record()

    @property
    def _unweighable(self) -> bool:
        return self.moving or self.grams > self.capacity or self.net < 0

    def _weight_record(self) -> bytes:
        net = b"N" if self.tare else b""
        return b"\x02%02d.%03d%b\r" % (*divmod(self.net, 1000), net)

    def _status_record(self) -> bytes:
        gross = self.grams - self._zero
        status = (
            _ALWAYS
            | _MOTION * self.moving
            | _OVER * (self.grams > self.capacity)
            | _UNDER * (self.net < 0)
            | _OUTSIDE_ZERO * (abs(gross) > self.capacity // 50)
            | _CENTRE_OF_ZERO * (gross == 0)
        )
        return b"\x02?" + bytes([status]) + b"\r"
