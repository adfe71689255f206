"""The wires of card terminals: a TCP port on loopback, and a pseudo-terminal.

async with TcpTerminal(ZvtEnd()) as end:
    end.machine.script(Act.REFUSE)
    ...  # a device with end.settings
"""

import asyncio
from pathlib import Path
from typing import Protocol, Self

from pos_driver_sim.card.machine import Machine
from pos_driver_sim.far_end import Pty


class Listener(Protocol):
    """Whoever is called."""

    def called(self, caller: "Caller") -> None:
        """A till has connected."""

    def said(self, caller: "Caller", data: bytes) -> None:
        """Bytes of it."""

    def left(self, caller: "Caller") -> None:
        """It has hung up."""


class Caller(asyncio.Protocol):
    """One connection, which a `Listener` hears of."""

    def __init__(self, end: Listener) -> None:
        self._end = end
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._end.called(self)

    def data_received(self, data: bytes) -> None:
        """It has said something."""
        self._end.said(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._end.left(self)

    def send(self, data: bytes) -> None:
        """Send."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def abort(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()


class TcpTerminal:
    """A terminal that listens. One till at a time: a new caller takes the place of the last."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._server: asyncio.Server | None = None
        self._port = 0
        self._caller: Caller | None = None

    @property
    def settings(self) -> dict[str, object]:
        """The configuration table with which the driver reaches it."""
        table = self.machine.table
        return {"driver": self.machine.driver, "host": "127.0.0.1", "port": self._port, **table}

    async def __aenter__(self) -> Self:
        await self.replug()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.unplug()
        self.machine.power_cycle()  # no timer of it outlives it

    async def unplug(self) -> None:
        """Cut the line, and refuse callers."""
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            # A call that is being taken is taken to its end, and then hung up on.
            for _ in range(4):
                await asyncio.sleep(0)
            self.hang_up()
            await server.wait_closed()

    async def replug(self) -> None:
        """Listen again, at the same place."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                lambda: Caller(self), "127.0.0.1", self._port
            )
            self._port = self._server.sockets[0].getsockname()[1]

    def called(self, caller: Caller) -> None:
        """A till has connected."""
        self.hang_up()
        if self._server is None:
            caller.abort()
            return
        self._caller = caller
        self.machine.called(caller.send, self.hang_up)

    def said(self, _: Caller, data: bytes) -> None:
        """Bytes of its."""
        self.machine.received(data)

    def left(self, caller: Caller) -> None:
        """It has hung up."""
        if self._caller is caller:
            self._caller = None
            self.machine.lost()

    def hang_up(self) -> None:
        """End the connection there is."""
        caller, self._caller = self._caller, None
        if caller is not None:
            caller.abort()
            self.machine.lost()


class PtyTerminal:
    """A terminal on a serial line, behind a stable link like /dev/pos/*.

    `nested`: the driver holds the line's settings in a table of their own, `serial`.
    """

    def __init__(self, machine: Machine, path: Path, *, nested: bool = False) -> None:
        self.machine = machine
        self._wire = Pty(path, machine.received)
        self._nested = nested

    @property
    def settings(self) -> dict[str, object]:
        """The configuration table with which the driver reaches it."""
        line: dict[str, object] = {"port": str(self._wire.path)}
        where = {"serial": line} if self._nested else line
        return {"driver": self.machine.driver, **where, **self.machine.table}

    async def __aenter__(self) -> Self:
        await self.replug()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.unplug()
        self.machine.power_cycle()

    async def unplug(self) -> None:
        """Pull the cable."""
        self._wire.unplug()

    async def replug(self) -> None:
        """Plug it in again, under the same path."""
        if not self._wire.plugged:
            self._wire.plug()
            self.machine.called(self._wire.answer, self._cut)

    def _cut(self) -> None:
        """A line that is lost comes back at once, under the same path."""
        if self._wire.plugged:
            self._wire.unplug()
            self._wire.plug()
            self.machine.called(self._wire.answer, self._cut)
