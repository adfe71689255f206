"""The journal's guards while the till runs: the scrub in idle moments, and the witness outside."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import NoReturn

from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.counter.steps import Trouble
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.faults import Failure, Fault
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.moment import Moment
from pos_terminal.journal import consistency_proof
from pos_terminal.journal.checkpoint import is_due
from pos_terminal.journal.consistency_proof import confessed
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import Broken, JournalError, JournalFailed
from pos_terminal.journal.scrub import REST, scrub
from pos_terminal.journal.state_directory import read_mark
from pos_terminal.journal.store import Journal
from pos_terminal.journal.witness import Refused, Witness, compare, replacements, take
from pos_terminal.tasks.groups import forever

log = logging.getLogger(__name__)

QUIET = 5.0
"""Seconds without a record that make a moment idle."""

DEFECTS = (
    faults.JOURNAL_DAMAGED,
    faults.JOURNAL_LOST,
    faults.WITNESS_DISAGREES,
    faults.PROJECTION_FORGED,
)
"""What of a journal's faults says that it is not what was written."""

AGAIN = 10.0
"""Seconds until a journal that is out of order is looked at again."""


class Guard:
    """Watches over the journal of a running till.

    `journal` is the one in force, None while it is out of order; `record` makes events durable;
    `put` gives the till a Trouble to show. `unwitnessed` is why the last round with the witness
    failed, empty where it did not.
    """

    def __init__(
        self,
        state: Path,
        journal: Callable[[], Journal | None],
        record: Callable[[Sequence[Event]], Awaitable[object]],
        put: Callable[[Trouble], None],
        *,
        vfs: str = "",
        quiet: float = QUIET,
        rest: float = REST,
    ) -> None:
        self._state = state
        self._journal = journal
        self._record = record
        self._put = put
        self._vfs = vfs
        self._quiet = quiet
        self._rest = rest
        self._known: set[str] = set()
        self.unwitnessed = ""
        self._findings: asyncio.Queue[JournalError] = asyncio.Queue()

    async def scrub_always(self) -> NoReturn:
        """Until something is found: then there is no more to find, but by support."""
        while True:
            if self._journal():
                try:
                    found = await scrub(
                        self._state / NAME,
                        self.is_idle,
                        self._written,
                        vfs=self._vfs,
                        rest=self._rest,
                    )
                    break
                except JournalError as error:
                    log.warning("the journal could not be scrubbed: %s", error)
                    # A schema that is another's, or a page that cannot be read, names no record.
                    self.found(error)
            await asyncio.sleep(AGAIN)
        self.found(found)
        await forever()

    def found(self, error: JournalError) -> None:
        """Have damage that somebody met said, and put down in the JET: each piece of it once."""
        # Met again at every round: said and recorded once, or the journal fills with its own
        # damage.
        # Of one record the rounds say when the one before it was made, and who pays out does not.
        what = f"{error.seq} {error.how}" if isinstance(error, Broken) else error.detail
        if error.fault in DEFECTS and what not in self._known:
            self._known.add(what)
            self._say(error.fault, error.detail)
            self._findings.put_nowait(error)

    async def record_findings(self) -> NoReturn:
        """Put down what was found, as soon as there is a journal to put it into."""
        while True:
            found = await self._findings.get()
            event = TechnicalEvent(code=jet.INTEGRITY, detail=found.detail)
            try:
                await self._record((event,))
            except JournalError as error:
                log.error("%s", error)
                self._findings.put_nowait(found)
                await asyncio.sleep(AGAIN)

    def is_idle(self) -> bool:
        """Whether nothing was recorded for a while."""
        journal = self._journal()
        return journal is not None and journal.quiet_for() >= self._quiet

    def _written(self) -> int:
        """The last record that is durable by the writer's own word; 0 while there is none."""
        journal = self._journal()
        return journal.running.seq if journal else 0

    async def be_witnessed(self, directory: Path, now: Callable[[], Moment]) -> None:
        """Have each checkpoint cosigned on the medium at `directory`, as it is made."""
        while True:
            journal = self._journal()
            if journal:
                try:
                    await self._follow(journal, directory, now)
                except JournalFailed:
                    log.info("nothing to be witnessed until the journal works again")
                except JournalError as error:
                    self.found(error)
            await asyncio.sleep(AGAIN)

    async def _follow(
        self, journal: Journal, directory: Path, now: Callable[[], Moment]
    ) -> None:
        after = journal.running.seq
        # At once, for what was sold while the medium was away; without keys there is no checkpoint
        # yet.
        if journal.running.key:
            await self._cosign(journal, directory, now())
        async with aclosing(journal.records(after)) as records:
            async for record in records:
                if is_due(record.event, record.seq):
                    await self._cosign(journal, directory, now())

    async def _cosign(self, journal: Journal, directory: Path, now: Moment) -> None:
        path = self._state / NAME
        try:
            await asyncio.to_thread(hand_in, path, directory, now)
            self.unwitnessed = ""
        except JournalError as error:
            if error.fault is faults.WITNESS_DISAGREES:
                self._refuse(journal, error)
            else:
                self._say(faults.WITNESS_MISSING, f"{directory}: {error}")
        except (OSError, ValueError) as error:
            self._say(faults.WITNESS_MISSING, f"{directory}: {error}")

    def _refuse(self, journal: Journal, error: JournalError) -> None:
        """Stop what sells upon a journal that is not the whole one."""
        journal.refuse(error)
        # What records the finding is the first to meet the refusal, so that the till stops now and
        # not with the next key; it stands in the journal once the right one is back.
        self.found(error)

    def _say(self, fault: Fault, detail: str) -> None:
        self.unwitnessed = detail
        log.error("%s", advice(Failure(fault, detail)))
        self._put(Trouble(fault))


def hand_in(path: Path, directory: Path, now: Moment) -> None:
    """Have the journal's last checkpoint cosigned.

    JournalError (J-111) where the witness saw another journal or a longer one. OSError, ValueError
    or another JournalError where it could not be asked.
    """
    mark = read_mark(path.parent)
    witness, size = Witness(directory), 0
    if mark:
        # A journal that is shorter than what was seen has no checkpoint to hand in: asked first,
        # or that would pass for a witness that cannot be reached.
        with reading(path) as reader:
            compare(reader, directory, mark.store, mark.terminal)
            seen = witness.seen(mark.store, mark.terminal)
            # What is lost by the till's own word is nothing to go on from: then all is handed in.
            lost = seen and any(confessed(event, seen) for event in replacements(reader))
        size = seen.size if seen and not lost else 0
    handed = consistency_proof.export(path, size)
    try:
        take(path, witness.cosign(handed, now.local))
    except Refused as error:
        raise JournalError(faults.WITNESS_DISAGREES, str(error)) from error
