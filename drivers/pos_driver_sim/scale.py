"""A shop scale at the end of a serial line, which can misbehave; this one speaks Toledo 8217.

Sources: Transcell PC-150 manual, appendix B.1.4 (records, status bits, what Z does; the protocol
is called 8213 there); Brecknell 67XXU Service Manual, pages 69-71 (echo mode). The other protocols
are in `scales`.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Self

from pos_driver_sim.far_end import Cable, Pty

_MOTION, _OVER, _UNDER, _OUTSIDE_ZERO, _CENTRE_OF_ZERO, _ALWAYS = 1, 2, 4, 8, 16, 0x60
_ECHO_ON, _ECHO_OFF = b"E", b"F"
_COMMANDS = b"WZTC"


class AnyScale(ABC):
    """Set what lies on it and how it fares; all weights in grams.

    `grams`: on the platter; over `capacity` is an overload, and less than nothing is negative.
    `moving`: the platter has not settled. `tare`: what its own key takes off.
    `mute`: no answer. `delay`: seconds before each answer. `garbage`: sent in place of answers.
    `asked`: every command that has come.
    """

    driver: ClassVar[str]
    says_net: ClassVar[bool] = True
    says_moving: ClassVar[bool] = True
    weighs_nothing: ClassVar[bool] = True

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
        self._free_at = 0.0
        self.settings: dict[str, object] = {"driver": self.driver, "port": str(path)}

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
        """Pull the cable; the scale keeps its zero and its tare."""
        self._wire.unplug()

    async def replug(self) -> None:
        """Plug it in again."""
        self._wire.plug()

    @property
    def net(self) -> int:
        """What its own display shows."""
        return self.grams - self._zero - self.tare

    @property
    def overloaded(self) -> bool:
        """More lies on it than it can weigh."""
        return self.grams > self.capacity

    @abstractmethod
    def answers(self, data: bytes) -> Iterator[bytes]:
        """What it sends to these bytes of the till's."""

    def _received(self, data: bytes) -> None:
        for answer in self.answers(data):
            if answer and not self.mute:
                self._send(answer)

    def _send(self, answer: bytes) -> None:
        """Send after `delay`, and after everything before it."""
        loop = asyncio.get_running_loop()
        self._free_at = max(loop.time() + self.delay, self._free_at + 0.0001)
        loop.call_at(self._free_at, self._wire.answer, answer)

    def take_tare(self) -> bool:
        """What its tare key does; False where it refuses."""
        if self.moving or self.overloaded:
            return False
        self.tare = max(0, self.grams - self._zero)
        return True

    def take_zero(self) -> bool:
        """What its zero key does; False where it refuses."""
        if self.moving or abs(self.grams) > self.zero_range:
            return False
        self._zero = self.grams
        return True

    @property
    def zero_range(self) -> int:
        """How far from the works' zero it lets itself be set to zero."""
        return self.capacity // 50


class ScaleEnd(AnyScale):
    """Toledo 8217."""

    driver = "toledo-8217"

    def __init__(self, path: Path, *, capacity: int = 15_000) -> None:
        super().__init__(path, capacity=capacity)
        self._echoes = False

    async def unplug(self) -> None:
        """See `AnyScale.unplug`; its echo mode ends."""
        await super().unplug()
        self._echoes = False

    def answers(self, data: bytes) -> Iterator[bytes]:
        """See `AnyScale.answers`: a letter is a command."""
        for byte in data:
            yield self._obey(bytes([byte]))

    def _obey(self, command: bytes) -> bytes:
        if command == (_ECHO_OFF if self._echoes else _ECHO_ON):
            self._echoes = not self._echoes
            return b"\x02" + command + b"\r"
        if self._echoes:
            return command
        if command not in _COMMANDS:
            return b""
        self.asked.append(command)
        if command == b"C":
            self.tare = 0
        elif command == b"T":
            self.take_tare()
        elif command == b"Z":
            self.take_zero()
        if self.garbage is not None:
            return self.garbage
        weighable = not self.moving and not self.overloaded and self.net >= 0
        return self._weight() if command == b"W" and weighable else self._status()

    def _weight(self) -> bytes:
        net = b"N" if self.tare else b""
        return b"\x02%02d.%03d%b\r" % (*divmod(self.net, 1000), net)

    def _status(self) -> bytes:
        gross = self.grams - self._zero
        status = (
            _ALWAYS
            | _MOTION * self.moving
            | _OVER * self.overloaded
            | _UNDER * (self.net < 0)
            | _OUTSIDE_ZERO * (abs(self.grams) > self.zero_range)
            | _CENTRE_OF_ZERO * (gross == 0)
        )
        return b"\x02?" + bytes([status]) + b"\r"
