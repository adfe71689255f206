"""Questions and answers over a link: how the printer is, and how far it has printed."""

import asyncio
from collections.abc import Callable

from pos_driver_star import commands
from pos_driver_star.asb import COUNTERS, Answers, Asb
from pos_terminal.devices.classes import PrinterStatus
from pos_terminal.links.link import Link
from pos_terminal.links.whole_commands import WholeCommands

POLL = 0.1
"""Seconds between two looks at the counter."""

QUIET = 0.1
"""Seconds without an answer after which none is left of the past, and in which a printer with
nothing to print works through the few bytes behind a paper."""


class Session(WholeCommands):
    """See `PrinterSession`. The ETB counter says how far it has printed.

    Each status is a whole picture of the printer, so one that comes late lies about nothing but
    the moment: a counter that has reached its number stays there.
    """

    question = commands.COUNT

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._answers = Answers()
        self._last: Asb | None = None
        self._asking = asyncio.Lock()
        self._owed = True  # an earlier session may have left something
        self._late = True
        self._cut_short = False
        self._count = 0

    @property
    def unreadable(self) -> int:
        """See `PrinterSession.unreadable`."""
        return self._answers.unreadable

    async def status(self, within: float) -> PrinterStatus:
        """See `PrinterSession.status`."""
        return (await self._ask(within)).status

    async def resynchronise(self, within: float) -> None:
        """Have the counter begin at zero, behind all that the printer may still hold.

        The paper of an earlier session counts too, once it is printed. Behind it there is nothing
        to print: where the counter is one, and still is after `QUIET`, it is our own one.
        """
        if not self._owed:
            return
        begin = commands.RESYNC if self._cut_short else b""
        self._cut_short = True
        begin += commands.INITIALISE + commands.NO_AUTOMATIC_STATUS
        async with asyncio.timeout(within):
            await self.send(begin + commands.COUNT_FROM_ZERO + commands.COUNT, within)
            self._count = 1
            while True:
                await self._counted(within)
                await asyncio.sleep(QUIET)
                if (await self._ask(within)).printed == self._count:
                    break
        self._owed = self._cut_short = False

    def begin(self) -> None:
        """See `PrinterSession.begin`."""
        self._count = (self._count + 1) % COUNTERS
        self._owed = True

    async def processed(self) -> None:
        """See `PrinterSession.processed`: the counter has gone up."""
        await self._counted(None)

    def end(self) -> None:
        """See `PrinterSession.end`."""
        self._owed = False

    async def _counted(self, within: float | None) -> None:
        async with asyncio.timeout(within):
            # An answer may come late, or be garbled: the next one says the same.
            while True:
                if (await self._ask(None)).printed == self._count:
                    return
                await asyncio.sleep(POLL)

    async def _ask(self, within: float | None) -> Asb:
        async with asyncio.timeout(within), self._asking:
            if self._late:
                await self._hush()
            self._sort(self._link.drain_input())
            self._last = None
            self._late = True
            await self.send(commands.ASK_STATUS, within or POLL)
            answer = await self._next(lambda: self._last)
            self._late = False
            return answer

    async def _next(self, found: Callable[[], Asb | None]) -> Asb:
        while (answer := found()) is None:
            self._sort(await self.receive())
        return answer

    async def _hush(self) -> None:
        """Wait until an answer that was given up is in."""
        while True:
            try:
                async with asyncio.timeout(QUIET):
                    self._sort(await self.receive())
            except TimeoutError:
                return

    def _sort(self, data: bytes) -> None:
        for answer in self._answers.feed(data):
            self._last = answer
