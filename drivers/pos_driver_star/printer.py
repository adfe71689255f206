"""The printer itself: what `print`, `status` and `pulse` promise, in Star's language."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pos_driver_star import commands
from pos_driver_star.compose import compose
from pos_driver_star.picture import LogoError, Picture, read_logo
from pos_driver_star.session import Session
from pos_driver_star.settings import StarSettings
from pos_terminal.devices.classes import Printer, PrinterStatus
from pos_terminal.domain.faults import DRAWER_OFFLINE, PRINTER_OFFLINE
from pos_terminal.domain.receipt import Receipt
from pos_terminal.links.acknowledged import Acknowledged
from pos_terminal.links.faults import device_errors, opened
from pos_terminal.links.link import Link

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_printer(settings: StarSettings) -> AsyncIterator[Printer]:
    """A `Driver.open`. Prints nothing. Raises DeviceLost, DeviceTimeout."""
    async with opened(settings.link(), PRINTER_OFFLINE) as link:
        yield StarPrinter(link, settings)


class StarPrinter:
    """A `Printer` over any link."""

    # Shared, as a printer may come back; by its path and the dots there are.
    _logos: dict[tuple[str, int], Picture] = {}  # noqa: RUF012

    def __init__(self, link: Link, settings: StarSettings) -> None:
        self._session = Session(link)
        self._acknowledged = Acknowledged(self._session, settings)
        self._settings = settings

    async def gone(self) -> None:
        """See `Device.gone`."""
        await self._session.gone()

    async def status(self) -> PrinterStatus:
        """See `Printer.status`."""
        return await self._acknowledged.status()

    async def pulse(self, pin: int) -> None:
        """See `Printer.pulse`. ValueError for another pin."""
        settings = self._settings
        command = commands.pulse(pin, settings.pulse_on, settings.pulse_off)
        with device_errors(offline=PRINTER_OFFLINE, mute=DRAWER_OFFLINE):
            async with asyncio.timeout(settings.print_timeout):
                await self._acknowledged.pulse(command)

    async def print(self, receipt: Receipt) -> PrinterStatus:
        """See `Printer.print`."""
        data = compose(receipt, self._settings, await self._logo())
        return await self._acknowledged.print([data])

    async def _logo(self) -> Picture | None:
        """The logo, read with the first receipt; what is wrong with it costs it alone."""
        path, dots = self._settings.logo, self._settings.dots
        if not path:
            return None
        if (path, dots) not in self._logos:
            try:
                # Off the loop: it waits for another process, for a bounded time.
                self._logos[path, dots] = await asyncio.to_thread(read_logo, path, dots)
            except LogoError as error:
                log.error("printer logo: %s; going on without", error)
                self._logos[path, dots] = Picture(0, b"")
        logo = self._logos[path, dots]
        return logo if logo.rows else None
