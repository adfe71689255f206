"""The line between a till and a payment terminal that is cut where an exploration tells it to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from pos_terminal.links.link import Link, LinkLost
from pos_terminal.links.stream import SEND_TIMEOUT, StreamLink

OFF = 60.0
"""Seconds that the far end takes to be there again after its power was cut."""


class Machine(Protocol):
    """The far end: a card terminal with a bank of its own. `serial`: its line stands.

    `secrets` are what its driver reads as the unit's credentials, by their names.
    """

    driver: ClassVar[str]
    serial: ClassVar[bool]
    secrets: ClassVar[Mapping[str, str]]
    card_time: float
    bank_time: float

    @property
    def table(self) -> dict[str, object]:
        """The driver's settings, but for where the terminal is."""

    @property
    def moved(self) -> Sequence[int]:
        """The bank's own book: all cents that ever moved, in order, to the shop where positive."""

    def called(self, send: Callable[[bytes], None], hang_up: Callable[[], None]) -> None:
        """The till has connected."""

    def received(self, data: bytes) -> None:
        """Bytes of the till's."""

    def lost(self) -> None:
        """The line is gone."""

    def power_cycle(self) -> None:
        """Off and on again."""

    def silence_next(self) -> None:
        """The money of the next order moves, and its answer does not come while the till waits."""


class Fault(StrEnum):
    """What happens at a cut."""

    KILLED = "killed"
    DROPPED = "dropped"
    POWER = "power"
    SILENT = "silent"


class Dialogue(StrEnum):
    """What is being cut."""

    PURCHASE = "purchase"
    REFUND = "refund"
    REVERSAL = "reversal"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Cut:
    """Before byte `at` that is sent (from 0), or after byte `at` that is received (from 1)."""

    dialogue: Dialogue
    sent: bool
    at: int
    fault: Fault

    def __str__(self) -> str:
        return f"{self.dialogue} {'sent' if self.sent else 'received'} {self.at} {self.fault}"


class Near(StreamLink):
    """The till's end of a line."""

    def __init__(self, wire: "Wire") -> None:
        super().__init__("memory", SEND_TIMEOUT)
        self._wire = wire

    async def _write_some(self, data: memoryview) -> int:
        self._check(untouched=True)
        self._wire.carry_out(bytes(data))
        return len(data)

    def arrive(self, data: bytes) -> None:
        """Bytes of the far end's."""
        self._arrived(data)

    def lose(self, reason: str) -> None:
        """The line is gone."""
        self._lose(reason)


class Wire:
    """The line between both, which counts, and fails where it is told to."""

    def __init__(self, machine: Machine) -> None:
        self.sent = self.received = 0
        self.cut: Cut | None = None
        self.struck = asyncio.Event()
        self.overhear: Callable[[bytes], None] = lambda _: None
        """Called with all that is sent, as it is sent."""
        self._machine = machine
        self._near: Near | None = None
        self._silent = False
        self._dead = False
        self._off_until = 0.0

    def arm(self, cut: Cut | None) -> None:
        """Count anew, and fail at this point."""
        self.sent = self.received = 0
        self.cut = cut
        self.struck.clear()

    @asynccontextmanager
    async def dial(self) -> AsyncIterator[Link]:
        """A line of its own for each dialogue, or the one that stands."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._off_until:
            raise LinkLost("powered off")
        if self._near is None:
            self._silent = False
            near = self._near = Near(self)
            self._machine.called(self._carry_in, lambda: self._gone(near, "hung up"))
        near = self._near
        try:
            yield near
        finally:
            if not self._machine.serial and self._near is near:
                self._near = None
                near.lose("closed")
                self._machine.lost()

    def restart(self) -> None:
        """The till starts again, or opens the line anew: what has gone wrong is over."""
        self._silent = self._dead = False
        if self._near is not None:
            near, self._near = self._near, None
            near.lose("closed")
            if not self._machine.serial:
                self._machine.lost()

    def carry_out(self, data: bytes) -> None:
        """To the far end; as far as the cut."""
        self.overhear(data)
        left = len(data)
        if self.cut and self.cut.sent and not self.struck.is_set():
            left = min(left, self.cut.at - self.sent)
        if left and not self._silent:
            self._machine.received(data[:left])
        self.sent += left
        if left < len(data) or (self._due(sent=True) and left == 0):
            self._strike()

    def _carry_in(self, data: bytes) -> None:
        left = len(data)
        if self.cut and not self.cut.sent and not self.struck.is_set():
            left = min(left, self.cut.at - self.received)
        if left and self._near is not None and not self._silent:
            self._near.arrive(data[:left])
        self.received += left
        if self._due(sent=False):
            self._strike()

    def _due(self, *, sent: bool) -> bool:
        cut = self.cut
        if cut is None or cut.sent is not sent or self.struck.is_set():
            return False
        return cut.at <= (self.sent if sent else self.received)

    def _strike(self) -> None:
        if self.struck.is_set() or self.cut is None:
            return
        self.struck.set()
        match self.cut.fault:
            case Fault.SILENT:
                self._silent = True
            case Fault.POWER:
                self._off_until = asyncio.get_running_loop().time() + OFF
                self._machine.power_cycle()
                self._gone(self._near, "powered off")
            case Fault.KILLED | Fault.DROPPED:
                self._gone(self._near, str(self.cut.fault))
                if not self._machine.serial:
                    self._machine.lost()

    def _gone(self, near: Near | None, reason: str) -> None:
        if near is not None and near is self._near:
            self._near = None
            near.lose(reason)
