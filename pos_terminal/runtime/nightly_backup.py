"""The nightly backup: a process of its own makes it, reads it again, and has it recorded.

So a copy that takes minutes costs the till neither memory nor a pause. What is done is the command
`journal backup`, to the letter (commands/journal_backup.py).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.counter.steps import Trouble
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.moment import Moment
from pos_terminal.journal import last_backup
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.child_command import CommandFailed, run_command
from pos_terminal.runtime.settings import NightlyBackup

log = logging.getLogger(__name__)

LOOK = 60.0
"""Seconds between two looks at whether it is time."""

AGAIN = 3600.0
"""Seconds after one that failed: a stick that is put back gets its copy the same night."""


class Backups:
    """Backs the state `directory` up each night; `name` tells this till's copies from others."""

    def __init__(
        self,
        settings: NightlyBackup,
        directory: Path,
        name: str,
        record: Callable[[Sequence[Event]], Awaitable[object]],
        put: Callable[[Trouble], None],
    ) -> None:
        self._settings = settings
        self._folder = Path(settings.directory)
        self._directory = directory
        self._name = name
        self._record = record
        self._put = put

    async def watch(self, now: Callable[[], Moment]) -> NoReturn:
        """Back up whenever a night has begun that has no copy yet, for ever."""
        while True:
            pause = LOOK
            if await asyncio.to_thread(self.is_due, now()):
                try:
                    await self.back_up(now())
                except (CommandFailed, OSError) as error:
                    pause = AGAIN
                    await self._failed(str(error))
            await asyncio.sleep(pause)

    def is_due(self, moment: Moment) -> bool:
        """Whether none was made since this night's hour."""
        last = last_backup.last_at(self._directory)
        # One that is dated later was made by a clock that was wrong: how old it is nobody knows.
        night = self._night(moment.local)
        return not last or not night <= datetime.fromisoformat(last) <= moment.local

    def _night(self, local: datetime) -> datetime:
        """The last time that the clock struck the hour."""
        struck = local.replace(hour=self._settings.hour, minute=0, second=0, microsecond=0)
        return struck if struck <= local else struck - timedelta(days=1)

    async def back_up(self, moment: Moment) -> None:
        """Make one, and let the oldest go. CommandFailed, OSError."""
        out = self._folder / f"{self._name}{moment.local:%Y%m%dT%H%M%S}.zip"
        words = ("--out", str(out), "--state", str(self._directory))
        await run_command("journal", "backup", *words)
        await asyncio.to_thread(self._let_go)

    def _let_go(self) -> None:
        """Of this till's copies, keep the newest: their names have their time."""
        copies = sorted(self._folder.glob(f"{self._name}*.zip"))
        for copy in copies[: -self._settings.keep]:
            copy.unlink()

    async def _failed(self, why: str) -> None:
        log.error("%s", advice(Failure(faults.BACKUP_FAILED, why)))
        self._put(Trouble(faults.BACKUP_FAILED))
        try:
            detail = f"échec : {why}"
            await self._record((TechnicalEvent(code=jet.BACKUP, detail=detail),))
        except JournalError as error:
            log.error("%s", error)
