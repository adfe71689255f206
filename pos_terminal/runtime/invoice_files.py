"""Each invoice as a file, beside its paper: put into the settings' folder once it is on record.

A process of its own writes it, by the command `journal export facturx --into`
(commands/journal_invoices.py): the till reads no personal data for that, and what a power cut left
out is written behind it.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Trouble
from pos_terminal.domain.events.event import INVOICES
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.health.advice import advice
from pos_terminal.journal import filed_invoices
from pos_terminal.journal.record import Running
from pos_terminal.runtime.child_command import CommandFailed, run_command

log = logging.getLogger(__name__)

LOOK = 2.0
"""Seconds between two looks at whether there is one more."""

AGAIN = 300.0
"""Seconds after one that failed, which is said each time."""


class InvoiceFiles:
    """Puts them into `folder`. `running` is the journal's state; None: out of order."""

    def __init__(
        self,
        folder: Path,
        directory: Path,
        running: Callable[[], Running | None],
        put: Callable[[Trouble], None],
    ) -> None:
        self._folder = folder
        self._directory = directory
        self._running = running
        self._put = put

    async def watch(self) -> NoReturn:
        """Write what is not there yet, for ever."""
        while True:
            done = await self.look()
            await asyncio.sleep(LOOK if done else AGAIN)

    async def look(self) -> bool:
        """Whether all of them are there now."""
        running = self._running()
        made = running.counts.tickets.get(INVOICES, 0) if running else 0
        if made <= filed_invoices.noted(self._directory):
            return True
        words = ("--into", str(self._folder), "--state", str(self._directory))
        try:
            await run_command("journal", "export", "facturx", *words)
        except CommandFailed as error:
            failure = Failure(faults.INVOICES_NOT_FILED, str(error))
            log.error("%s", advice(failure))
            self._put(Trouble(faults.INVOICES_NOT_FILED))
            return False
        return True
