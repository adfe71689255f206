"""The four transports that a byte driver has to bear, between it and any far end.

async with through(serial_link(SerialSettings(port=path)), BYTE_BY_BYTE) as link:
    driver = Driver(link)
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass

from pos_terminal.links.background import background
from pos_terminal.links.link import Link, LinkLost
from pos_terminal.links.stream import SEND_TIMEOUT, StreamLink


@dataclass(frozen=True, slots=True)
class Transport:
    """How bytes go: `piece` at a time, each after `delay` seconds, bytes lost with chance `loss`.

    `seed` decides which ones are lost, so that a failure can be had again.
    """

    name: str
    piece: int = 1 << 20
    delay: float = 0.0
    loss: float = 0.0
    seed: int = 0

    def __str__(self) -> str:
        return f"{self.name}-{self.seed}" if self.loss else self.name


CLEAN = Transport("clean")
BYTE_BY_BYTE = Transport("byte by byte", piece=1)
DELAYED = Transport("delayed", piece=3, delay=0.002)


def lossy(seed: int, loss: float = 0.05) -> Transport:
    """A line that drops bytes."""
    return Transport("lossy", piece=1, loss=loss, seed=seed)


FAITHFUL = (CLEAN, BYTE_BY_BYTE, DELAYED)
"""Transports over which everything has to work as over the first."""


class MemoryLink(StreamLink):
    """One end of a line in memory."""

    def __init__(self, name: str, transport: Transport, send_timeout: float) -> None:
        super().__init__(name, send_timeout)
        self._transport = transport
        self._chance = random.Random(f"{name} {transport.seed}")
        self._other: MemoryLink | None = None

    def join(self, other: "MemoryLink") -> None:
        """Lay the line to the other end."""
        self._other = other
        other._other = self

    def unplug(self) -> None:
        """Pull the cable: both ends are lost, with what is on its way."""
        assert self._other is not None
        self._lose("unplugged")
        self._other._lose("unplugged")

    async def _write_some(self, data: memoryview) -> int:
        assert self._other is not None
        piece = bytes(data[: self._transport.piece])
        await asyncio.sleep(self._transport.delay)
        self._check()
        kept = bytes(byte for byte in piece if self._chance.random() >= self._transport.loss)
        if kept:
            self._other._arrived(kept)
        return len(piece)


def link_pair(
    transport: Transport = CLEAN, send_timeout: float = SEND_TIMEOUT
) -> tuple[MemoryLink, MemoryLink]:
    """The driver's end and the device's end of a line."""
    near = MemoryLink("near", transport, send_timeout)
    far = MemoryLink("far", transport, send_timeout)
    near.join(far)
    return near, far


@asynccontextmanager
async def through(
    line: AbstractAsyncContextManager[Link], transport: Transport, near: MemoryLink | None = None
) -> AsyncIterator[MemoryLink]:
    """Open `line` and lay `transport` before it, both ways; `near` is the driver's end, if any."""
    near = near or MemoryLink("near", transport, SEND_TIMEOUT)
    far = MemoryLink("far", transport, SEND_TIMEOUT)
    near.join(far)

    async def carry(source: Link, target: Link) -> None:
        with suppress(LinkLost):
            while True:
                await target.send(await source.receive())
        near.unplug()

    async with line as device, background(carry(far, device)), background(carry(device, far)):
        yield near
