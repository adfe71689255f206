"""What a printer promises, kept over one session: refused, printed, or unknown, and never guessed.

The language is the session's: how the printer says how it is, and that it has worked through all
that it was sent. When a paper may be sent, what is waited for, and what each silence means is the
same for all of them, and stands here.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Sequence
from typing import Protocol

from pos_terminal.devices.classes import PrinterStatus
from pos_terminal.devices.errors import DeviceLost, DeviceRefused, DeviceTimeout, OutcomeUnknown
from pos_terminal.domain.faults import (
    DRAWER_OFFLINE,
    PRINT_UNKNOWN,
    PRINTER_ANSWER,
    PRINTER_BUSY,
    PRINTER_OFFLINE,
    Fault,
)
from pos_terminal.links.faults import device_errors
from pos_terminal.links.link import LinkLost, LinkStalled
from pos_terminal.links.printer_settings import PrinterSettings

log = logging.getLogger(__name__)

WATCH = 1.0
"""Seconds between two questions why the acknowledgement is missing."""

BYTES_PER_SECOND = 1000.0
"""A slow printer's pace: 9600 baud carries 960, and text is printed faster than that."""


class PrinterSession(Protocol):
    """The talk with one printer over one link, in its language."""

    @property
    def unreadable(self) -> int:
        """Bytes received so far that make no sense."""

    @property
    def heard(self) -> deque[int]:
        """The bytes that came last, sense or not; whoever begins something clears it."""

    @property
    def question(self) -> bytes:
        """What follows a piece, so that the printer says when it is through with it."""

    async def send(self, data: bytes, patience: float) -> None:
        """Hand all of it over, trying for `patience`. Raises LinkStalled, LinkLost."""

    async def status(self, within: float) -> PrinterStatus:
        """Ask it now. Raises TimeoutError, LinkStalled, LinkLost."""

    async def resynchronise(self, within: float) -> None:
        """Return once it owes no answer of the past. Raises as `status` does."""

    def begin(self) -> None:
        """From here on `processed` is about what is sent next, and the `question` behind it."""

    async def processed(self) -> None:
        """Wait until it says so, without limit. Raises LinkLost."""

    def end(self) -> None:
        """The answer is believed: nothing is owed any more."""


class Acknowledged:
    """Papers and pulses over a session, each answered for.

    `ends_in_nul`: the printer sends a NUL as it is switched off, and its language takes that for
    a yes.
    """

    def __init__(
        self, session: PrinterSession, settings: PrinterSettings, *, ends_in_nul: bool = False
    ) -> None:
        self._session = session
        self._settings = settings
        self._ends_in_nul = ends_in_nul
        self._printing = asyncio.Lock()

    async def status(self) -> PrinterStatus:
        """See `Printer.status`."""
        heard = self._session.heard
        heard.clear()
        with device_errors(offline=PRINTER_OFFLINE, mute=PRINTER_OFFLINE):
            try:
                return await self._session.status(self._settings.answer_timeout)
            except TimeoutError as error:
                if not heard:
                    raise
                # Somebody is there: «off or unplugged» would send people the wrong way.
                log.warning("printer: asked for its status, answered %s", bytes(heard).hex(" "))
                raise DeviceTimeout(PRINTER_ANSWER, bytes(heard).hex(" ")) from error

    async def hand_over(self, data: bytes) -> None:
        """Print without asking: done is what has left."""
        async with self._printing:
            await self._hand_over(data)

    async def print(self, pieces: Sequence[bytes]) -> PrinterStatus:
        """See `Printer.print`. No piece leaves before the one ahead of it is worked through."""
        async with self._printing:
            status = await self._ready()
            # An acknowledgement may be one byte, nearly all zeros: noise beside it makes it
            # doubtful.
            before = self._session.unreadable
            self._session.heard.clear()
            first, *others = pieces
            await self._print_piece(first)
            for piece in others:
                try:
                    await self._print_piece(piece)
                except (DeviceLost, DeviceTimeout) as error:  # what came before is on paper
                    raise OutcomeUnknown(PRINT_UNKNOWN, error.detail) from error
            if self._ends_in_nul:
                await self._still_there()
            if self._session.unreadable != before:
                heard = bytes(self._session.heard).hex(" ")
                log.warning("printer: noise beside its acknowledgement: %s", heard)
                raise OutcomeUnknown(PRINT_UNKNOWN, f"noise beside the acknowledgement: {heard}")
            self._session.end()
            return status

    async def pulse(self, command: bytes) -> None:
        """A drawer's pulse between two papers. Behind one that waits for a person: refused.

        Bytes that were handed over are no open drawer: a printer without paper keeps them, and
        opens it once there is some, when nobody stands before it. So it is asked before, nothing
        leaves where it would wait, and it is done when the printer says so.
        """
        if self._printing.locked() and (fault := (await self.status()).trouble):
            raise DeviceRefused(fault)
        async with self._printing:
            await self._ready()
            self._session.begin()
            await self.pulsed(command + self._session.question)
            await self.answered(self._session.processed())
            self._session.end()

    async def pulsed(self, data: bytes) -> None:
        """Hand a pulse over. Raises LinkLost where none of it has left, else OutcomeUnknown."""
        try:
            await self._session.send(data, self._settings.answer_timeout)
        except LinkLost as error:
            if error.untouched:
                raise
            raise OutcomeUnknown(DRAWER_OFFLINE, str(error)) from error

    async def answered(self, answer: Awaitable[object]) -> None:
        """Wait for the answer behind a pulse. The drawer may be open where it does not come."""
        try:
            await answer
        except LinkLost as error:
            raise OutcomeUnknown(DRAWER_OFFLINE, str(error)) from error

    async def _print_piece(self, data: bytes) -> None:
        self._session.begin()
        await self._hand_over(data + self._session.question)
        await self._acknowledged(len(data))

    async def _ready(self) -> PrinterStatus:
        """Make sure that the printer is there and would print, while nothing has left.

        This costs one question and answer per receipt. It is worth it: with a status remembered
        from earlier, a receipt sent to a printer that was switched off since would be uncertain
        where it can be refused, and one sent to a printer without paper would come out later.
        """
        status = await self.status()
        if fault := status.trouble:
            raise DeviceRefused(fault)
        with device_errors(offline=PRINTER_OFFLINE, mute=PRINTER_BUSY):
            await self._session.resynchronise(self._settings.print_timeout)
        return status

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
        """Wait for the answer behind the receipt, and as long as a person is needed.

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
            return (await self._session.status(self._settings.answer_timeout)).trouble
        except TimeoutError:
            return None
