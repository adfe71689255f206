"""The printer itself: what `print`, `status` and `pulse` promise, in Epson's language."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from pos_driver_escpos import commands
from pos_driver_escpos.answers import QUESTIONS
from pos_driver_escpos.compose import in_pieces, parts_of
from pos_driver_escpos.profile import Profile
from pos_driver_escpos.session import Session
from pos_driver_escpos.settings import EscposSettings
from pos_terminal.devices.classes import PrinterStatus
from pos_terminal.domain.faults import DRAWER_OFFLINE, PRINTER_OFFLINE
from pos_terminal.domain.receipt import Receipt
from pos_terminal.links.acknowledged import Acknowledged
from pos_terminal.links.faults import device_errors
from pos_terminal.links.link import Link

log = logging.getLogger(__name__)


class EscposPrinter:
    """A `Printer` over any link."""

    # Shared, as a printer may come back; by its settings.
    _known: dict[EscposSettings, tuple[int, ...]] = {}  # noqa: RUF012

    def __init__(
        self, link: Link, settings: EscposSettings, profile: Callable[[], Awaitable[Profile]]
    ) -> None:
        # What it does not answer would otherwise be waited for at each opening.
        self._session = Session(link, self._known.get(settings, QUESTIONS))
        serial = settings.serial is not None
        self._acknowledged = Acknowledged(self._session, settings, ends_in_nul=serial)
        self._settings = settings
        self._profile = profile

    async def gone(self) -> None:
        """See `Device.gone`."""
        await self._session.gone()

    async def initialise(self) -> None:
        """What a printer is told when it is opened. Raises DeviceLost, DeviceTimeout."""
        greeting = commands.INITIALISE + commands.NO_AUTOMATIC_STATUS
        with device_errors(offline=PRINTER_OFFLINE, mute=PRINTER_OFFLINE):
            await self._session.send(greeting, self._settings.answer_timeout)

    async def status(self) -> PrinterStatus:
        """See `Printer.status`."""
        status = await self._acknowledged.status()
        self._learn()
        return status

    def _learn(self) -> None:
        questions = self._session.questions
        if questions != self._known.get(self._settings, QUESTIONS):
            self._known[self._settings] = questions
            answers = ", ".join(map(str, questions))
            log.warning("printer: answers DLE EOT %s alone; the rest is taken for well", answers)

    async def pulse(self, pin: int) -> None:
        """See `Printer.pulse`. ValueError for another pin."""
        settings = self._settings
        at_once = settings.pulse == "at-once"
        command = (
            commands.pulse_at_once(pin, settings.pulse_on)
            if at_once
            else commands.pulse_in_order(pin, settings.pulse_on, settings.pulse_off)
        )
        acknowledged = self._acknowledged
        with device_errors(offline=PRINTER_OFFLINE, mute=DRAWER_OFFLINE):
            async with asyncio.timeout(settings.print_timeout):
                if settings.acknowledge == "none":
                    await acknowledged.pulsed(command)
                elif at_once:
                    await acknowledged.pulsed(command)
                    await acknowledged.answered(self._session.status(settings.answer_timeout))
                else:
                    await acknowledged.pulse(command)
        self._learn()

    async def print(self, receipt: Receipt) -> PrinterStatus | None:
        """See `Printer.print`."""
        # Before the turn is taken: a profile that is late must not hold up the status.
        parts = parts_of(receipt, await self._profile())
        if self._settings.acknowledge == "none":
            await self._acknowledged.hand_over(b"".join(parts))
            return None
        status = await self._acknowledged.print(in_pieces(parts, self._settings.most_at_once))
        self._learn()
        return status
