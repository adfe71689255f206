"""Questions and answers over a link: who waits for what in the one stream that comes back."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from pos_driver_escpos import commands
from pos_driver_escpos.answers import QUESTIONS, Answers, printer_status
from pos_terminal.devices.classes import PrinterStatus
from pos_terminal.links.link import Link
from pos_terminal.links.whole_commands import WholeCommands

QUIET = 0.1
"""Seconds without an answer after which none is left of the past.

Answers to consecutive GS r with nothing to print between them follow each other within a few
milliseconds (one byte, at 9600 baud, takes one).
"""


class Session(WholeCommands):
    """The talk with one printer over one link. Senders take turns; any number may wait.

    Nothing reads in the background: whoever waits reads for all. What arrives while nobody waits
    stays with the link and is sorted before the next question.
    """

    def __init__(self, link: Link, questions: tuple[int, ...] = QUESTIONS) -> None:
        super().__init__(link)
        self._questions = questions
        self._answers = Answers()
        self._reading = asyncio.Lock()
        self._asking = asyncio.Lock()
        self._late = True  # an earlier session may have asked, too
        self._owed = True
        self._cut_short = False

    @property
    def questions(self) -> tuple[int, ...]:
        """The n of DLE EOT n that this printer answers, as far as is known."""
        return self._questions

    question = commands.ASK_IN_ORDER

    @property
    def unreadable(self) -> int:
        """Bytes received so far that make no sense."""
        return self._answers.unreadable

    async def status(self, within: float) -> PrinterStatus:
        """Ask the printer now. Raises TimeoutError, LinkStalled, LinkLost.

        Some printers answer a part of the questions, and their answers do not say to which. Then
        each is asked alone, and those that stay without an answer are asked no more, provided that
        the others are answered again.
        """
        asked = self._questions
        try:
            async with asyncio.timeout(within), self._asking:
                return printer_status(await self._all(asked, within))
        except TimeoutError:
            if not self._answers.status:  # mute
                raise
        found: dict[int, int] = {}
        async with self._asking:
            for question in asked:
                with suppress(TimeoutError):
                    async with asyncio.timeout(within):
                        found |= await self._all((question,), within)
        if not found:
            raise TimeoutError
        async with asyncio.timeout(within), self._asking:
            # Once more: one that is switched off meanwhile would pass for one that knows less, and
            # its paper would never be asked for again.
            found = await self._all(tuple(found), within)
        self._questions = tuple(found)
        return printer_status(found)

    async def _all(self, asked: tuple[int, ...], within: float) -> dict[int, int]:
        await self._forget_late_answers()
        questions = b"".join(map(commands.ask_status, asked))
        return dict(zip(asked, await self._ask(questions, len(asked), within), strict=True))

    async def resynchronise(self, within: float) -> None:
        """Return once the printer has answered for everything it was ever sent, and is silent.

        After opening, and after a receipt that was not acknowledged, the printer may still hold
        what it has to answer for; an answer that comes late must not be taken for the next
        receipt's. A GS r sent now is the last to be answered. If the printer has nothing left to
        print, it answers as soon as it has received it, which the DLE EOT behind it shows,
        however slow the line; if not, right after the answer that it owes, since there is nothing
        to print between the two. Raises TimeoutError, LinkStalled, LinkLost.
        """
        if not self._owed:
            return
        # NULs as data of a command that was cut; where none was, they only cost time.
        begin = commands.RESYNC if self._cut_short else b""
        # Until all of this has left: cut off here, the next attempt begins with NULs.
        self._cut_short = True
        questions = commands.INITIALISE + commands.ASK_IN_ORDER
        questions += commands.ask_status(self._questions[0])
        async with asyncio.timeout(within):
            async with self._asking:
                await self._forget_late_answers()
                self._answers.processed = 0
                await self._ask(begin + questions, 1, within)
            await self._until(lambda: self._answers.processed > 0)
            await self._silence(lambda: self._answers.processed)
        self._owed = self._cut_short = False

    def begin(self) -> None:
        """From here on, an answer to GS r is the one to the receipt about to be sent."""
        self._sort_arrived()
        self._answers.processed = 0
        self._owed = True

    async def processed(self) -> None:
        """Wait for the answer to GS r, without limit. Raises LinkLost."""
        await self._until(lambda: self._answers.processed > 0)

    def end(self) -> None:
        """The answer is believed: nothing is owed any more. Else `resynchronise` is due."""
        self._owed = False

    async def _ask(self, questions: bytes, count: int, within: float) -> list[int]:
        """Send questions of status; their answers, in order. The caller holds `_asking`."""
        self._late = True
        await self.send(questions, within)
        await self._until(lambda: len(self._answers.status) >= count)
        self._late = False
        return self._answers.status[:count]

    async def _forget_late_answers(self) -> None:
        self._sort_arrived()
        if self._late:
            await self._silence(lambda: len(self._answers.status))
        self._answers.status.clear()

    async def _silence(self, count: Callable[[], int]) -> None:
        while True:
            seen = count()
            try:
                async with asyncio.timeout(QUIET):
                    await self._until(lambda: count() > seen)  # noqa: B023
            except TimeoutError:
                return

    async def _until(self, enough: Callable[[], bool]) -> None:
        while not enough():
            # One reads for all who wait: whoever gets the turn may find that what he waits for has
            # come.
            async with self._reading:
                if not enough():
                    self._answers.feed(await self.receive())

    def _sort_arrived(self) -> None:
        # Somebody who reads now sorts by himself; two would take each other's bytes.
        if not self._reading.locked():
            self._answers.feed(self._link.drain_input())
