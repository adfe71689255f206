"""The lane of look-ups: brings the projection up to the journal, then answers, off the loop.

Between questions it takes in what is new once a minute, so that a question finds little left to do,
and a day's records cost the card some hundred writes instead of thousands.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple, NoReturn

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, LookedUp, LookUp
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.lookup.customers import PersonsWanted
from pos_terminal.domain.lookup.questions import Answer, Wanted
from pos_terminal.journal.errors import JournalError
from pos_terminal.projection.comparison import Comparison
from pos_terminal.projection.store import Projection
from pos_terminal.runtime.customers import Customers
from pos_terminal.tasks.contain import contained
from pos_terminal.tasks.groups import to_the_end

REST = 60.0
"""Seconds between two rounds in which nobody asks."""

AGAIN = 86_400.0
"""Seconds between two comparisons with a projection that is made anew."""

PAUSE = 0.5
"""Seconds between two steps of one: 2,000 records a second at most."""

PATIENCE = 5.0
"""Seconds that a clerk waits for the projection to catch up; the first time takes longer."""

GONE = (faults.TICKET_PURGED, faults.CLOSURE_PURGED)
"""Faults of what was asked for, and not of the projection."""

Find = Callable[[Wanted], Awaitable[Answer | None]]
"""`LookupLane.find`, for whoever decides with what it finds."""

log = logging.getLogger(__name__)


class _Finding(NamedTuple):
    wanted: Wanted
    answer: "asyncio.Future[Answer | None]"


class LookupLane:
    """Answers one question after the other from the projection in `directory`, or the customers.

    `found` is told of what is wrong with the journal.
    """

    def __init__(
        self,
        directory: Path,
        put: Callable[[Input], None],
        customers: Customers,
        found: Callable[[JournalError], None],
        *,
        vfs: str = "",
        rest: float = REST,
        patience: float = PATIENCE,
    ) -> None:
        self._directory = directory
        self._put = put
        self._customers = customers
        self._found = found
        self._vfs = vfs
        self._rest = rest
        self._patience = patience
        self._asked: asyncio.Queue[LookUp | _Finding | None] = asyncio.Queue()
        self._store: Projection | None = None
        self._distrusted = False
        self._era = 0

    def reopen(self) -> None:
        """Let the journal's file go, and open it anew when it is needed: it may be another by then.

        SQLite keeps one log of a file for all of a process's connections: one that is left open
        leads those that come to a log that was taken away.
        """
        self._era += 1
        self._asked.put_nowait(None)

    def ask(self, asked: LookUp) -> None:
        """Have it looked up; call this once all that shall count is durable."""
        self._asked.put_nowait(asked)

    async def find(self, wanted: Wanted) -> Answer | None:
        """The same for somebody beside the counter; JournalError where it cannot be told."""
        answer: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._asked.put_nowait(_Finding(wanted, answer))
        return await answer

    async def run(self) -> NoReturn:
        """Answer what is asked, for ever."""
        try:
            while True:
                try:
                    # One task for both: a question waits for one step of a round at most.
                    async with asyncio.timeout(self._rest):
                        asked = await self._asked.get()
                except TimeoutError:
                    await self._go_round()
                else:
                    match asked:
                        case LookUp():
                            await self._serve(asked)
                        case _Finding():
                            await self._find(asked)
                        case None:
                            self._let_go()
        finally:
            self._let_go()

    async def _serve(self, asked: LookUp) -> None:
        # Whatever happens here, who asked is answered: a clerk waits.
        answer = LookedUp(asked.request, fault=faults.PROJECTION_FAILED)
        try:
            answer = await self._look_up(asked)
        except JournalError as error:
            if error.fault not in GONE:
                log.error("%s", advice(error))
                self._found(error)
                self._let_go()
            answer = LookedUp(asked.request, fault=_said(error, asked.wanted))
        finally:
            self._put(answer)

    async def _find(self, asked: _Finding) -> None:
        failed: list[BaseException] = []
        with contained(failed.append):
            found = await self._look_up(LookUp(0, asked.wanted))
            if found.fault:
                raise JournalError(found.fault)
        if asked.answer.done():  # whoever asked is gone
            return
        if failed:
            asked.answer.set_exception(failed[0])
        else:
            asked.answer.set_result(found.found)

    async def _look_up(self, asked: LookUp) -> LookedUp:
        if isinstance(asked.wanted, PersonsWanted):
            return await self._customers.answer(asked.request, asked.wanted)
        given_up = time.monotonic() + self._patience
        # Every record up to the question counts (domain/lookup/questions.py), or a refund could be
        # given twice.
        while await to_the_end(self._advance):
            if time.monotonic() > given_up:
                return LookedUp(asked.request, fault=faults.PROJECTION_BEHIND)
        store = self._opened()
        return LookedUp(asked.request, await to_the_end(partial(store.answer, asked.wanted)))

    async def _go_round(self) -> None:
        """Take in what is new, as long as nobody asks."""
        try:
            while self._asked.empty() and await to_the_end(self._advance):
                pass
        except JournalError as error:  # whoever asks is told; here it would only be repeated
            log.debug("%s", error)
            self._found(error)
            self._let_go()

    def _advance(self) -> bool:
        return self._opened().advance()

    async def compare_always(self, is_idle: Callable[[], bool]) -> NoReturn:
        """Hold the projection to one made anew, after each start and each day, in idle moments."""
        while True:
            try:
                while not await self._is_compared(is_idle):
                    log.debug("the journal was opened anew: so is the comparison")
            except JournalError as error:
                if error.fault is faults.PROJECTION_FORGED:
                    log.error("%s", advice(error))
                    self._distrusted = True
                self._found(error)
            await asyncio.sleep(AGAIN)

    async def _is_compared(self, is_idle: Callable[[], bool]) -> bool:
        """Compare all of it; False where the journal was opened anew meanwhile."""
        era, more = self._era, True
        comparison: Comparison | None = None
        try:
            while more and era == self._era:
                # Before each step: a card that is read without a pause answers late.
                await asyncio.sleep(PAUSE)
                if is_idle():
                    # Not before: nothing is held open for it while a till starts or sells.
                    if comparison is None:
                        opens = partial(Comparison, self._directory, self._vfs)
                        comparison = await to_the_end(opens)
                    more = await to_the_end(comparison.step)
        finally:
            if comparison:
                comparison.close()
        return not more

    def _opened(self) -> Projection:
        if self._distrusted:
            self._store = self._store or Projection(self._directory, self._vfs)
            self._store.distrust()
            self._let_go()
            self._distrusted = False
        if self._store is None:
            self._store = Projection(self._directory, self._vfs)
        return self._store

    def _let_go(self) -> None:
        if self._store:
            self._store.close()
            self._store = None


def _said(error: JournalError, wanted: object) -> faults.Fault:
    """What a clerk is told: whatever is wrong with the projection is its own code."""
    said = (*GONE, faults.JOURNAL_DAMAGED, faults.PROJECTION_FORGED)
    own = isinstance(wanted, PersonsWanted) or error.fault in said
    return error.fault if own else faults.PROJECTION_FAILED
