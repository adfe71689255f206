"""The customer display: a link and a command set."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import MappingProxyType
from typing import Literal, NamedTuple

from msgspec import Struct

from pos_driver_vfd import aures, cd5220, escpos
from pos_driver_vfd.charset import CodePage
from pos_terminal.devices.classes import CustomerDisplay
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.domain.faults import DISPLAY_OFFLINE
from pos_terminal.domain.language import say
from pos_terminal.domain.screen import Screen
from pos_terminal.links.faults import opened
from pos_terminal.links.link import Link, LinkLost, LinkStalled
from pos_terminal.links.node import node_link
from pos_terminal.links.serial import SerialSettings, serial_link
from pos_terminal.links.tcp import tcp_link

SEND_TIMEOUT = 1.0
"""Seconds without a byte taken, after which a display counts as lost.

A screen takes 50 ms at 9600 baud."""


class CommandSet(NamedTuple):
    """How a family of displays is set up, and how it is told a screen."""

    start: Callable[[CodePage], bytes]
    frame: Callable[[Screen, CodePage], bytes]


COMMAND_SETS: Mapping[str, CommandSet] = MappingProxyType({
    "escpos": CommandSet(escpos.start, escpos.frame),
    "cd5220": CommandSet(cd5220.start, cd5220.frame),
})


class VfdSettings(Struct, frozen=True, kw_only=True):
    """A display of 2 x 20 characters; one of `serial`, `host` and `device` says where it is.

    `serial`: a serial line; 9600 8N1 unless it says otherwise.
    `host`, `port`: a display behind a network adapter.
    `device`: a device node or named pipe that takes the bytes.
    `commands`: what the display understands.
    `code_page`: its characters; with "escpos" it is told, with "cd5220" it must be set so itself.
    `setup`: "aures" first puts an Aures or Oxhoo display into ESC/POS mode with code page 858.
    """

    serial: SerialSettings | None = None
    host: str = ""
    port: int = 9100
    device: str = ""
    commands: Literal["escpos", "cd5220"] = "escpos"
    code_page: CodePage = "cp858"
    setup: Literal["none", "aures"] = "none"

    def __post_init__(self) -> None:
        if sum(place not in ("", None) for place in (self.serial, self.host, self.device)) != 1:
            raise ValueError(say("serial, host, device : l'un des trois, et un seul"))
        if self.setup == "aures" and (self.commands, self.code_page) != ("escpos", "cp858"):
            raise ValueError('setup "aures" goes with commands "escpos" and code_page "cp858"')


class Vfd:
    """The opened display; see `open_display`."""

    def __init__(self, link: Link, settings: VfdSettings) -> None:
        self._link = link
        self._commands = COMMAND_SETS[settings.commands]
        self._page = settings.code_page
        self._setup = aures.SETUP if settings.setup == "aures" else b""

    async def start(self) -> None:
        """Set the display up and clear it. Raises DeviceLost."""
        await self._send(self._setup + self._commands.start(self._page))

    async def show(self, screen: Screen) -> None:
        """Show both lines, handed over in one piece. Raises DeviceLost."""
        await self._send(self._commands.frame(screen, self._page))

    async def gone(self) -> None:
        """Return when the link is lost."""
        await self._link.gone()

    async def _send(self, data: bytes) -> None:
        self._link.drain_input()  # what a display says of itself has no reader
        try:
            await self._link.send(data)
        except (LinkLost, LinkStalled) as error:
            # After a stall half a screen stands there: only opening it anew sets that right.
            raise DeviceLost(DISPLAY_OFFLINE, str(error)) from error


def _link(settings: VfdSettings) -> AbstractAsyncContextManager[Link]:
    if settings.serial is not None:
        return serial_link(settings.serial, send_timeout=SEND_TIMEOUT)
    if settings.host:
        return tcp_link(settings.host, settings.port, send_timeout=SEND_TIMEOUT)
    return node_link(settings.device, send_timeout=SEND_TIMEOUT)


@asynccontextmanager
async def open_display(settings: VfdSettings) -> AsyncIterator[CustomerDisplay]:
    """Open the display and set it up. Raises DeviceLost when it is absent."""
    async with opened(_link(settings), DISPLAY_OFFLINE) as link:
        display = Vfd(link, settings)
        await display.start()
        yield display
