"""Overdue closures: caught up with between two sales, or said to the clerk.

A forgotten Z stops nobody from selling: the sales go on in the session that was not closed, and its
Z, when it comes, has them.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import NoReturn

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import CloseDue, Input, Trouble
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period import closing
from pos_terminal.domain.period.closing import ClosingHours
from pos_terminal.journal.record import Running

log = logging.getLogger(__name__)

LOOK = 60.0
"""Seconds between two looks at what is overdue."""

REMIND = 3_600_000_000
"""Microseconds after which the clerk is told again."""

REMIND_ARCHIVE = 24 * REMIND
"""The same of an archive: it waits for whoever keeps the books."""


class Closing:
    """Looks at the book now and then. `running` is the journal's state; None: out of order."""

    def __init__(
        self,
        hours: ClosingHours,
        running: Callable[[], Running | None],
        now: Callable[[], Moment],
        put: Callable[[Input], None],
    ) -> None:
        self._hours = hours
        self._running = running
        self._now = now
        self._put = put
        self._told_at: int | None = None
        self._reminded_at: int | None = None
        self._opened: frozenset[int] = frozenset()

    async def watch(self) -> NoReturn:
        """Look at once, then every LOOK seconds."""
        while True:
            self.look()
            await asyncio.sleep(LOOK)

    def look(self) -> None:
        """If anything is overdue and nobody is being served, have it closed, or say so.

        A sale that was open at the last look already is taken to be forgotten, or on hold: as long
        as there is one no day is closed, and it is that which is said.
        """
        running = self._running()
        if running is None:
            return
        before, self._opened = self._opened, frozenset(running.opened)
        # Somebody is being served: a sale that was not there a minute ago.
        if self._opened and not self._opened & before:
            return
        moment = self._now()
        self._remind(running, moment)
        due = closing.due(running.book, moment, self._hours)
        if not due:
            self._told_at = None
        # What the till closes by itself, before it takes any input, is not left for a Z: it is only
        # given the input. The rule is the till's own, so the two cannot differ.
        elif closing.first(running.book, moment, self._hours, self._opened):
            self._put(CloseDue())
        # By the monotonic clock: a wall clock that is set must neither silence this nor repeat it.
        elif self._told_at is None or moment.mono - self._told_at >= REMIND:
            self._told_at = moment.mono
            fault = self._why(running, moment)
            log.warning("%s overdue: %s", fault, ", ".join(due))
            self._put(Trouble(fault))

    def _remind(self, running: Running, moment: Moment) -> None:
        """Say once a day that a closed year is in no archive (BOI-TVA-DECLA-30-10-30, § 220)."""
        if not running.setup.archive_due or running.opened:
            return
        if self._reminded_at is None or moment.mono - self._reminded_at >= REMIND_ARCHIVE:
            self._reminded_at = moment.mono
            self._put(Trouble(faults.ARCHIVE_DUE))

    def _why(self, running: Running, moment: Moment) -> Fault:
        """What keeps it from being closed by itself."""
        vouched = replace(moment, trust=Trust.SYNCHRONISED)
        if not moment.trust.vouched and closing.first(
            running.book, vouched, self._hours, self._opened
        ):
            return faults.CLOCK_UNVOUCHED
        return faults.SALES_OPEN if self._opened else faults.Z_DUE
