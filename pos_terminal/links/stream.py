"""What all links share: the buffer of arrived bytes, the turns of senders, the loss of the link."""

import asyncio
from abc import ABC, abstractmethod

from pos_terminal.links.link import LinkLost, LinkStalled

SEND_TIMEOUT = 5.0
"""Seconds without one byte taken, after which a send is stalled."""

INPUT_LIMIT = 64 * 1024
"""Bytes kept for a reader that is busy; beyond it the link stops taking them from the kernel."""


class StreamLink(ABC):
    """A Link but for the transfer itself, which a subclass supplies."""

    def __init__(self, name: str, send_timeout: float = SEND_TIMEOUT) -> None:
        self.name = name
        self._send_timeout = send_timeout
        self._sending = asyncio.Lock()
        self._input = bytearray()
        self._stirred = asyncio.Event()
        self._lost = asyncio.Event()
        self._reason = ""

    @abstractmethod
    async def _write_some(self, data: memoryview) -> int:
        """Send at least one byte of `data`, wait as long as none is taken; how many. LinkLost."""

    async def send(self, data: bytes) -> None:
        """See `Link.send`."""
        # One frame after the other: two that interleave are garbage to any device.
        async with self._sending:
            sent = 0
            try:
                while sent < len(data):
                    self._check(untouched=True)
                    # Anew for each part: a slow device that goes on taking bytes is not stalled.
                    async with asyncio.timeout(self._send_timeout):
                        sent += await self._write_some(memoryview(data)[sent:])
            except LinkLost as error:
                if error.untouched and sent:  # of the rest, that is
                    raise LinkLost(str(error)) from error
                raise
            except TimeoutError:
                raise LinkStalled(self.name, sent, len(data)) from None
            except asyncio.CancelledError:
                if sent:
                    # Nobody can tell the device that the rest does not come.
                    self._lose(f"a send was cancelled after {sent} of {len(data)} bytes")
                raise
            self._check()

    async def receive(self) -> bytes:
        """See `Link.receive`. What had arrived before a loss is still given out."""
        while not self._input:
            self._check()
            await self._stirred.wait()
        return self._take()

    def drain_input(self) -> bytes:
        """See `Link.drain_input`."""
        return self._take()

    async def gone(self) -> None:
        """See `Link.gone`."""
        await self._lost.wait()

    def _arrived(self, data: bytes) -> None:
        self._input += data
        self._stirred.set()

    def _take(self) -> bytes:
        data = bytes(self._input)
        self._input.clear()
        if not self._lost.is_set():
            # Once it is lost whoever waits must go on being woken.
            self._stirred.clear()
        return data

    def _lose(self, reason: str) -> None:
        """Note that the link is lost, and wake everyone who waits. The first reason stands."""
        if not self._lost.is_set():
            self._reason = reason
            self._lost.set()
            self._stirred.set()

    def _check(self, *, untouched: bool = False) -> None:
        if self._lost.is_set():
            raise LinkLost(f"{self.name}: {self._reason}", untouched=untouched)
