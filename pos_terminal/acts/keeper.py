"""What an act needs of whoever keeps the journal: a till that runs, or a command beside none."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.moment import Moment
from pos_terminal.journal.record import Record


class Keeper(Protocol):
    """Keeps one journal. Everything is called on its loop; JournalError where it takes no more."""

    @property
    def state(self) -> Path:
        """The state directory."""

    def now(self) -> Moment:
        """The time, and how far it can be trusted."""

    async def record(self, events: Sequence[Event]) -> Sequence[Record]:
        """Make events durable, all or none; returns once they are."""

    async def close_period(
        self, period: Period, before: Sequence[Event], *, carry: bool, early: bool
    ) -> Record:
        """Close a period, its record behind `before`, all or none; the closure's record.

        A month or a year is over by then, unless it was decided to close it `early`.
        NotYet, OpenSales or Uncounted where it cannot be closed: then nothing is recorded.
        """

    async def rotate_keys(self) -> str:
        """Have new keys take over, by a record that both sign; the new key's id."""

    def changing_clerks(self) -> AbstractContextManager[None]:
        """While the clerks' file is being changed; at its end the file is taken over."""
