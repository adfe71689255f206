"""A stopped till's journal, held by a command: closes, purges, restores."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from pathlib import Path

import pos_terminal
from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.audit.clock import jump
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.events.staff import OperatorSignedOff
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.events.values import SignOnMeans
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period import closing
from pos_terminal.journal import commissioning, signer_outage, state_directory
from pos_terminal.journal.continuation import Continuation
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import Journal
from pos_terminal.process.clock import battery
from pos_terminal.runtime import config, signing
from pos_terminal.runtime.boot import LAST_GOOD
from pos_terminal.runtime.clock import SystemClock, VouchedClock
from pos_terminal.runtime.config import ShopSettings
from pos_terminal.runtime.start_records import last_moment


class StoppedTill:
    """The journal of a till that does not run, held by this process alone (acts/keeper.py)."""

    def __init__(
        self, state: Path, journal: Journal, identity: Identity, settings: ShopSettings
    ) -> None:
        self.state = state
        self.journal = journal
        self.identity = identity
        self.settings = settings
        self._clock = VouchedClock(SystemClock(settings.zone), battery)
        self._clock.recall(last_moment(journal), journal.running.book.known)

    def now(self) -> Moment:
        """The machine's time."""
        return self._clock.now()

    async def record(self, events: Sequence[Event]) -> tuple[Record, ...]:
        """Append events; a clock that jumped since the last record is recorded before them."""
        now = self.now()
        before = self._jumped(now)
        return (await self.journal.append([*before, *events], now))[len(before) :]

    async def close_period(
        self, period: Period, before: Sequence[Event], *, carry: bool, early: bool
    ) -> Record:
        """Close one period; its record.

        NotYet, OpenSales or Uncounted where it cannot be closed: then nothing is recorded.
        """
        running, now = self.journal.running, self.now()
        first = [*self._jumped(now), *before]
        if not early:
            closing.must_be_over(running.book, period, now, self.settings.closing)
        if self.settings.count_first:
            closing.must_be_counted(running.books.book, period)
        books = running.books
        # The books as of the closure's own record: a jump of the clock before it counts in them.
        for event in first:
            books = books.after(event, now)
        closures = closing.closures(
            books,
            now,
            (period,),
            self.settings.closing,
            carry=carry,
        )
        # As at a running till: with its Z a day is over for whoever stood there, and the next start
        # asks for a PIN.
        person = running.operator and running.signed_on.by is not SignOnMeans.SETTINGS
        off = [OperatorSignedOff()] if person and period is Period.DAY else []
        records = await self.journal.append([*first, *closures, *off], now)
        return records[len(first) + len(closures) - 1]

    async def rotate_keys(self) -> str:
        """Have new keys take over; the new key's id."""
        await self.journal.rotate_keys(self.now())
        return self.journal.running.key

    async def hand_over(self, key: str, given: Event) -> None:
        """End the journal here, for the box whose key that is; `given` says at whose command."""
        now = self.now()
        await self.journal.hand_over(key, now, [*self._jumped(now), given])

    def changing_clerks(self) -> AbstractContextManager[None]:
        """Nothing is to be told: the next till reads the clerks' file as it starts."""
        return nullcontext()

    def _jumped(self, now: Moment) -> list[Event]:
        last = last_moment(self.journal)
        jumped = jump(last, now) if last else None
        return [jumped] if jumped else []


@asynccontextmanager
async def stopped_till(
    state: Path,
    config_file: Path | None = None,
    *,
    anew: bool = False,
    continuation: Continuation | None = None,
    commission: bool = False,
) -> AsyncIterator[StoppedTill]:
    """The till whose state is in that directory, while it does not run.

    Where none ever ran the configuration says whose it will be. `anew` begins a journal where
    another was lost, a `continuation` goes on where its key was: the caller's first record says
    who decided that. JournalError where neither does, where the till runs (J-133), where its
    journal may not be used, or where a box waits for its `commission` (J-138), which begins it.
    """
    if commissioning.waits(state) and not commission:
        raise JournalError(faults.NOT_COMMISSIONED, f"{state}")
    mark = state_directory.read_mark(state)
    settings = shop_settings(state, config_file)
    if mark is None and settings is None:
        raise JournalError(faults.JOURNAL_MISSING, f"{state / NAME}")
    settings = settings or ShopSettings.plain(mark.store if mark else "")
    version = pos_terminal.__version__
    identity = (
        Identity(mark.store, mark.terminal, version, mark.simulated)
        if mark
        else Identity(settings.store, settings.terminal, version, simulated=False)
    )
    # Asked before opening, which takes it up and forgets it.
    was_down = signer_outage.noted(state)
    witness = state_directory.witness_path(state)
    signers = signing.of_stopped_till(state, config_file)
    try:
        journal = Journal.open(
            state, identity, signers=signers, witness=witness, anew=anew, continuation=continuation
        )
    except JournalError as error:
        if error.fault is faults.JOURNAL_LOCKED:  # what helps is to stop who holds it
            raise JournalError(faults.TILL_RUNNING, error.detail) from error
        raise
    try:
        till = StoppedTill(state, journal, identity, settings)
        # Then the journal puts a record of its own in front.
        if was_down or not (journal.running.key or anew):
            detail = "journal repris par une commande"
            await till.record([TechnicalEvent(code=jet.MAINTENANCE, detail=detail)])
        yield till
    finally:
        await journal.close()
        signers.release()


def shop_settings(state: Path, config_file: Path | None = None) -> ShopSettings | None:
    """The last good settings that the till ran with, else those of the file; None for neither."""
    for path in filter(None, (state / LAST_GOOD, config_file)):
        with suppress(FileNotFoundError):
            return config.read_shop(path, path.read_bytes())
    return None
