"""A drawer behind a trigger: some bytes open it, and a line of the port may say that it did.

A trigger acknowledges nothing. Where the switch is wired to the port, an order counts as done once
it says so; where it is not, once the bytes have left.
"""

import asyncio
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, Protocol

from pos_terminal.devices.classes import Drawer
from pos_terminal.devices.errors import DeviceRefused
from pos_terminal.devices.settings import within
from pos_terminal.domain.faults import DRAWER_OFFLINE
from pos_terminal.domain.language import say
from pos_terminal.links.faults import device_errors, opened
from pos_terminal.links.link import Link
from pos_terminal.links.serial import SerialSettings, serial_link

LINES = {
    "cts": termios.TIOCM_CTS,
    "dsr": termios.TIOCM_DSR,
    "dcd": termios.TIOCM_CAR,
    "ri": termios.TIOCM_RNG,
}

ROUND = 0.05
"""Seconds between two looks at the switch: no driver tells of a change on all adapters."""


class SerialDrawerSettings(SerialSettings, frozen=True, kw_only=True):
    """The line, and what opens the drawer.

    `opens` are the trigger's bytes in hexadecimal: BEL for most. `sense` is the line of the port
    that the drawer's switch is wired to, `open_when_high` its polarity; with it, an order that has
    not opened the drawer within `open_time` seconds is refused.
    """

    opens: str = "07"
    sense: Literal["none", "cts", "dsr", "dcd", "ri"] = "none"
    open_when_high: bool = True
    open_time: float = 1.0

    def __post_init__(self) -> None:
        if not bytes.fromhex(self.opens):
            raise ValueError(say("opens : un octet au moins, en hexadécimal"))
        within(self, open_time=(0.1, 10))


class Trigger(Link, Protocol):
    """The line that it hangs on."""

    def modem_lines(self) -> int | None:
        """The port's incoming lines, as bits of TIOCMGET; None where the port has none."""


@asynccontextmanager
async def open_drawer(settings: SerialDrawerSettings) -> AsyncIterator[Drawer]:
    """Open the line. Raises DeviceLost when it cannot be."""
    async with opened(serial_link(settings), DRAWER_OFFLINE) as link:
        yield SerialDrawer(link, settings)


class SerialDrawer:
    """One drawer behind a trigger."""

    def __init__(self, link: Trigger, settings: SerialDrawerSettings) -> None:
        self._link = link
        self._settings = settings

    async def gone(self) -> None:
        """See `Device.gone`."""
        await self._link.gone()

    async def kick(self) -> None:
        """See `Drawer.kick`."""
        with device_errors(offline=DRAWER_OFFLINE, mute=DRAWER_OFFLINE):
            await self._link.send(bytes.fromhex(self._settings.opens))
            self._link.drain_input()  # some triggers answer, each in its own way
            if await self.is_open() is None:
                return
            try:
                async with asyncio.timeout(self._settings.open_time):
                    # The kernel tells nobody when such a line changes: it has to be asked.
                    while not await self.is_open():  # noqa: ASYNC110
                        await asyncio.sleep(ROUND)
            except TimeoutError:
                detail = say("son contact dit qu'il est resté fermé")
                raise DeviceRefused(DRAWER_OFFLINE, detail) from None

    async def is_open(self) -> bool | None:
        """See `Drawer.is_open`; None without a switch, or on a port without such lines."""
        bit = LINES.get(self._settings.sense)
        with device_errors(offline=DRAWER_OFFLINE, mute=DRAWER_OFFLINE):
            lines = self._link.modem_lines() if bit else None
        if bit is None or lines is None:
            return None
        return bool(lines & bit) is self._settings.open_when_high
