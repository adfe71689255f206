"""A stopped till's journal, held by a command: closes, purges, restores."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pos_terminal
from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.audit.clock import jump
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.identity import Identity, Shop
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period import closing
from pos_terminal.domain.period.closing import ClosingHours
from pos_terminal.journal import event_spool, signer_outage, state_directory
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import Journal
from pos_terminal.runtime import config
from pos_terminal.runtime.boot import LAST_GOOD
from pos_terminal.runtime.clock import Clock, SystemClock
from pos_terminal.runtime.config import ShopSettings
from pos_terminal.runtime.start_records import last_moment

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class StoppedTill:
    """The journal of a till that does not run, and what it is written with."""

    journal: Journal
    identity: Identity
    settings: ShopSettings
    clock: Clock

    async def record(self, events: Sequence[Event]) -> tuple[Record, ...]:
        """Append events; a clock that jumped since the last record is recorded before them."""
        now = self.clock.now()
        before = self._jumped(now)
        return (await self.journal.append([*before, *events], now))[len(before) :]

    async def close_period(self, period: Period, *, carry: bool, operator: int) -> Record:
        """Close one period, as this operator (0: whoever is signed on).

        NotYet or OpenSales where it cannot be closed: then nothing is recorded.
        """
        running, now = self.journal.running, self.clock.now()
        before = self._jumped(now)
        if operator and operator != running.operator:
            before.append(OperatorSignedOn(operator=operator))
        books = running.books
        for event in before:
            books = books.after(event, now.at)
        closures = closing.closures(
            books,
            now,
            (period,),
            self.settings.closing,
            carry=carry,
            authority=(operator or running.operator) if carry else 0,
        )
        *_, record = await self.journal.append([*before, *closures], now)
        return record

    def _jumped(self, now: Moment) -> list[Event]:
        last = last_moment(self.journal)
        jumped = jump(last, now) if last else None
        return [jumped] if jumped else []


@asynccontextmanager
async def stopped_till(state: Path) -> AsyncIterator[StoppedTill]:
    """The till whose state is in that directory, while it does not run.

    JournalError where there is none, where it runs (J-103), or where its journal may not be used.
    """
    mark = state_directory.read_mark(state)
    if mark is None:
        raise JournalError(faults.JOURNAL_MISSING, f"there is no {state / NAME}")
    settings = shop_settings(state, mark.store)
    version = pos_terminal.__version__
    identity = Identity(mark.store, mark.terminal, version, mark.simulated)
    was_down = signer_outage.noted(state)
    journal = Journal.open(state, identity, witness=state_directory.witness_path(state))
    try:
        till = StoppedTill(journal, identity, settings, SystemClock(settings.zone))
        if was_down or not journal.running.key:  # the journal puts a record of its own in front
            detail = "journal repris par une commande"
            await till.record([TechnicalEvent(code=jet.MAINTENANCE, detail=detail)])
        waiting = event_spool.spooled(state)
        if waiting:
            await till.record([each.event for each in waiting])
            event_spool.forget(waiting)
        yield till
    finally:
        await journal.close()


def shop_settings(state: Path, store: str) -> ShopSettings:
    """The last good settings that the till ran with; plain ones where it never had any."""
    path = state / LAST_GOOD
    try:
        return config.read_shop(path, path.read_bytes())
    except FileNotFoundError:
        return ShopSettings(Shop(store), PARIS, "fr", ClosingHours())
