"""A scanner that writes its codes into a named pipe, a line each."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from pos_terminal.devices.classes import Scan, Scanner
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.faults import SCANNER_OFFLINE
from pos_terminal.hookspecs import hookimpl


class FooSettings(Struct, frozen=True, kw_only=True):
    """`pipe` is the named pipe's path."""

    pipe: str


@asynccontextmanager
async def open_foo(settings: FooSettings) -> AsyncIterator[Scanner]:
    """Open the pipe; it stays open when its writer goes."""
    try:
        pipe = os.open(settings.pipe, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise DeviceLost(SCANNER_OFFLINE, str(error)) from error
    lines = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(lines)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: protocol, os.fdopen(pipe, "rb", 0))
    try:
        yield FooScanner(lines)
    finally:
        transport.close()


class FooScanner:
    """One scanner."""

    def __init__(self, lines: asyncio.StreamReader) -> None:
        self._lines = lines

    async def gone(self) -> None:
        """A pipe that this side holds open too is never gone."""
        await asyncio.Event().wait()

    async def read(self) -> Scan:
        """The next line."""
        line = await self._lines.readline()
        if not line.endswith(b"\n"):
            raise DeviceLost(SCANNER_OFFLINE, "the pipe was closed")
        return Scan(line.decode(errors="replace").strip())


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «foo»."""
    drivers.scanners.add("foo", open_foo, FooSettings)
