"""A label printer of any language: a `Printer` without a drawer."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from pos_terminal.devices.classes import PrinterStatus
from pos_terminal.devices.errors import DeviceRefused
from pos_terminal.domain.faults import DRAWER_OFFLINE
from pos_terminal.domain.receipt import Receipt
from pos_terminal.links.acknowledged import Acknowledged, PrinterSession
from pos_terminal.links.printer_settings import PrinterSettings


class LabelSession(PrinterSession, Protocol):
    """A session that notices its loss, and knows when nobody waits for a label any more."""

    async def gone(self) -> None:
        """Return when the link is lost."""

    def rest(self) -> None:
        """No label is waited for: printed, refused or given up."""


class LabelPrinter:
    """Prints what `drawn` makes of a paper."""

    def __init__(
        self,
        session: LabelSession,
        settings: PrinterSettings,
        drawn: Callable[[Receipt], Awaitable[bytes]],
    ) -> None:
        self._session = session
        self._acknowledged = Acknowledged(session, settings)
        self._drawn = drawn

    async def gone(self) -> None:
        """See `Device.gone`."""
        await self._session.gone()

    async def status(self) -> PrinterStatus:
        """See `Printer.status`."""
        return await self._acknowledged.status()

    async def print(self, receipt: Receipt) -> PrinterStatus:
        """See `Printer.print`."""
        data = await self._drawn(receipt)
        try:
            return await self._acknowledged.print([data])
        finally:
            self._session.rest()

    async def pulse(self, pin: int) -> None:
        """Refused: no drawer hangs on a label printer."""
        raise DeviceRefused(DRAWER_OFFLINE, f"pin {pin}")
