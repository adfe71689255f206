"""The printer itself: what `print`, `status` and `pulse` promise, kept over one link."""

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
from pos_terminal.devices.errors import DeviceLost, DeviceRefused, DeviceTimeout, OutcomeUnknown
from pos_terminal.domain.faults import (
    DRAWER_OFFLINE,
    PAPER_OUT,
    PRINT_UNKNOWN,
    PRINTER_BUSY,
    PRINTER_COVER,
    PRINTER_ERROR,
    PRINTER_OFFLINE,
    Fault,
)
from pos_terminal.domain.receipt import Receipt
from pos_terminal.links.faults import device_errors
from pos_terminal.links.link import Link, LinkLost, LinkStalled

log = logging.getLogger(__name__)

WATCH = 1.0
"""Seconds between two questions why the acknowledgement is missing."""

BYTES_PER_SECOND = 1000.0
"""A slow printer's pace: 9600 baud carries 960, and text is printed faster than that."""


class EscposPrinter:
    """A `Printer` over any link."""

    # Shared, as a printer may come back; by its settings.
    _known: dict[EscposSettings, tuple[int, ...]] = {}  # noqa: RUF012

    def __init__(
        self, link: Link, settings: EscposSettings, profile: Callable[[], Awaitable[Profile]]
    ) -> None:
        # What it does not answer would otherwise be waited for at each opening.
        self._session = Session(link, self._known.get(settings, QUESTIONS))
        self._settings = settings
        self._profile = profile
        self._printing = asyncio.Lock()

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
        with device_errors(offline=PRINTER_OFFLINE, mute=PRINTER_OFFLINE):
            status = await self._session.status(self._settings.answer_timeout)
        questions = self._session.questions
        if questions != self._known.get(self._settings, QUESTIONS):
            self._known[self._settings] = questions
            answers = ", ".join(map(str, questions))
            log.warning("printer: answers DLE EOT %s alone; the rest is taken for well", answers)
        return status

    async def pulse(self, pin: int) -> None:
        """See `Printer.pulse`. ValueError for another pin.

        Bytes that were handed over are no open drawer: a printer without paper keeps them, and
        opens it once there is some, when nobody stands before it. So it is asked before, nothing
        leaves where it would wait, and it is done when the printer says so.
        """
        settings = self._settings
        at_once = settings.pulse == "at-once"
        command = (
            commands.pulse_at_once(pin, settings.pulse_on)
            if at_once
            else commands.pulse_in_order(pin, settings.pulse_on, settings.pulse_off)
        )
        with device_errors(offline=PRINTER_OFFLINE, mute=DRAWER_OFFLINE):
            async with asyncio.timeout(settings.print_timeout):
                if settings.acknowledge == "none":
                    await self._pulsed(command)
                elif at_once:
                    await self._pulsed(command)
                    await self._answered(self._session.status(settings.answer_timeout))
                else:
                    await self._pulse_in_order(command)

    async def _pulse_in_order(self, command: bytes) -> None:
        """Between two receipts. Behind one that waits for paper it would wait as long: refused."""
        if self._printing.locked() and (fault := trouble(await self.status())):
            raise DeviceRefused(fault)
        async with self._printing:
            await self._ready()
            self._session.begin()
            await self._pulsed(command + commands.ASK_IN_ORDER)
            await self._answered(self._session.processed())
            self._session.end()

    async def _pulsed(self, data: bytes) -> None:
        """Hand a pulse over. Raises DeviceLost where none of it has left, else OutcomeUnknown."""
        try:
            await self._session.send(data, self._settings.answer_timeout)
        except LinkLost as error:
            if error.untouched:
                raise
            raise OutcomeUnknown(DRAWER_OFFLINE, str(error)) from error

    async def _answered(self, answer: Awaitable[object]) -> None:
        """Wait for the answer behind a pulse. The drawer may be open where it does not come."""
        try:
            await answer
        except LinkLost as error:
            raise OutcomeUnknown(DRAWER_OFFLINE, str(error)) from error

    async def print(self, receipt: Receipt) -> None:
        """See `Printer.print`."""
        # Before the turn is taken: a profile that is late must not hold up the status.
        parts = parts_of(receipt, await self._profile())
        async with self._printing:
            if self._settings.acknowledge == "none":
                await self._hand_over(b"".join(parts))
                return
            await self._ready()
            # An acknowledgement is one byte, nearly all zeros: noise beside it makes it doubtful.
            before = self._session.unreadable
            first, *others = in_pieces(parts, self._settings.most_at_once)
            await self._print_piece(first)
            for piece in others:
                try:
                    await self._print_piece(piece)
                except (DeviceLost, DeviceTimeout) as error:  # what came before is on paper
                    raise OutcomeUnknown(PRINT_UNKNOWN, error.detail) from error
            if self._settings.serial is not None:
                await self._still_there()
            if self._session.unreadable != before:
                raise OutcomeUnknown(PRINT_UNKNOWN, "noise on the line beside the acknowledgement")
            self._session.end()

    async def _print_piece(self, data: bytes) -> None:
        self._session.begin()
        await self._hand_over(data + commands.ASK_IN_ORDER)
        await self._acknowledged(len(data))

    async def _ready(self) -> None:
        """Make sure that the printer is there and would print, while nothing has left.

        This costs one question and answer per receipt. It is worth it: with a status remembered
        from earlier, a receipt sent to a printer that was switched off since would be uncertain
        where it can be refused, and one sent to a printer without paper would come out later.
        """
        fault = trouble(await self.status())
        if fault is not None:
            raise DeviceRefused(fault)
        with device_errors(offline=PRINTER_OFFLINE, mute=PRINTER_BUSY):
            await self._session.resynchronise(self._settings.print_timeout)

    async def _hand_over(self, data: bytes) -> None:
        try:
            await self._session.send(data, self._settings.refill_timeout)
        except LinkLost as error:
            if error.untouched:
                raise DeviceLost(PRINTER_OFFLINE, str(error)) from error
            raise OutcomeUnknown(PRINT_UNKNOWN, str(error)) from error
        except LinkStalled as error:
            # Not one byte has left: then nothing was printed, and that is known.
            if error.sent:
                raise OutcomeUnknown(PRINT_UNKNOWN, str(error)) from error
            raise DeviceTimeout(PRINTER_OFFLINE, str(error)) from error

    async def _acknowledged(self, size: int) -> None:
        """Wait for the answer to the GS r behind the receipt, and as long as a person is needed.

        A printer that says why it stands still (paper, cover) is given `refill_timeout`, and its
        time to print anew once it goes on; one that says nothing is wrong, only its time.
        """
        loop = asyncio.get_running_loop()
        # By length: a Z of two metres takes longer than a ticket, and is no fault.
        patience = self._settings.print_timeout + size / BYTES_PER_SECOND
        limit = loop.time() + patience + self._settings.refill_timeout
        deadline = loop.time() + patience
        reason = "no acknowledgement"
        while loop.time() < min(deadline, limit):
            try:
                if await self._processed_by(min(deadline, loop.time() + WATCH)):
                    return
                fault = await self._what_is_wrong()
            except LinkLost as error:
                raise OutcomeUnknown(PRINT_UNKNOWN, str(error)) from error
            if fault is not None:
                deadline = loop.time() + patience
                # It says why: somebody is at the printer, who is given the time anew, up to the
                # limit.
                reason = f"no acknowledgement: {fault}"
        raise OutcomeUnknown(PRINT_UNKNOWN, reason)

    async def _still_there(self) -> None:
        """Tell an acknowledgement from the NUL that a serial printer's power-off sends."""
        try:
            await self._session.status(self._settings.answer_timeout)
        except (TimeoutError, LinkLost) as error:
            raise OutcomeUnknown(PRINT_UNKNOWN, "acknowledged, then mute") from error

    async def _processed_by(self, moment: float) -> bool:
        try:
            async with asyncio.timeout_at(moment):
                await self._session.processed()
        except TimeoutError:
            return False
        return True

    async def _what_is_wrong(self) -> Fault | None:
        try:
            return trouble(await self._session.status(self._settings.answer_timeout))
        except TimeoutError:
            return None


def trouble(status: PrinterStatus) -> Fault | None:
    """Why this printer would not print; the cause that a person has to see to first."""
    if status.cover_open:
        return PRINTER_COVER
    if status.paper_out:
        return PAPER_OUT
    if status.error:
        return PRINTER_ERROR
    return None if status.online else PRINTER_OFFLINE
