"""A running till as acts see it: its journal through the till, so that nothing overtakes a sale."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from pos_terminal.domain import faults
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import Journal


class Serving(Protocol):
    """The till that serves, by what an act asks of it (runtime/till.py)."""

    def record(self, events: Sequence[Event]) -> "asyncio.Future[tuple[Record, ...]]":
        """Append events, all or none; done once they are durable."""

    def close_by_command(
        self, period: Period, before: Sequence[Event], *, carry: bool, early: bool
    ) -> Awaitable[Record]:
        """Close a period between two inputs; NotYet with the reason, and then nothing is."""


class RunningTill:
    """Keeps the journal of the till that runs; `serving` says which, None while out of order."""

    def __init__(
        self,
        state: Path,
        now: Callable[[], Moment],
        serving: Callable[[], tuple[Serving, Journal] | None],
        reload_clerks: Callable[[], None],
    ) -> None:
        self.state = state
        self.now = now
        self.is_changing_clerks = False
        self._serving = serving
        self._reload_clerks = reload_clerks

    async def record(self, events: Sequence[Event]) -> Sequence[Record]:
        """Make events durable; JournalError where the till is out of order."""
        till, _ = self._at_work()
        # Shielded: who asked may go away, and what the sale waits for must not be cancelled.
        return await asyncio.shield(till.record(events))

    async def close_period(
        self, period: Period, before: Sequence[Event], *, carry: bool, early: bool
    ) -> Record:
        """Close a period between two inputs; NotYet with the reason, and then nothing is."""
        till, _ = self._at_work()
        return await till.close_by_command(period, before, carry=carry, early=early)

    async def rotate_keys(self) -> str:
        """Have new keys take over beside the sales; the new key's id."""
        _, journal = self._at_work()
        await journal.rotate_keys(self.now())
        return journal.running.key

    @contextmanager
    def changing_clerks(self) -> Iterator[None]:
        """The clerks' file is being changed; at the end it is taken over.

        Meanwhile record and file may differ: whoever watches the file looks away.
        """
        # Before anything is written: the watch on the file must not record it as somebody else's
        # change.
        self.is_changing_clerks = True
        try:
            yield
        finally:
            self.is_changing_clerks = False
            self._reload_clerks()

    def _at_work(self) -> tuple[Serving, Journal]:
        serving = self._serving()
        if serving is None:
            raise JournalError(faults.JOURNAL_FAILED, say("la caisse est hors service"))
        return serving
