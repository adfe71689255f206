"""What the till owes to persons while it runs: erasures that are due, or that were cut off."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

from pos_terminal.domain.counter.steps import Input, Trouble
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.moment import Moment
from pos_terminal.journal.errors import JournalError
from pos_terminal.persons.bridge import Append, run_with_journal
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.store import Record, start

log = logging.getLogger(__name__)

DAY = 86_400.0
"""Seconds between two looks: last days end at midnight, and a till may run for months."""


async def watch(
    state: Path,
    append: Append,
    now: Callable[[], Moment],
    put: Callable[[Input], None],
    found: Callable[[JournalError], None],
) -> NoReturn:
    """See to it at once, then every DAY seconds. Selling goes on, whatever is wrong here.

    `put` shows the till a Trouble; `found` is told of what is wrong with the journal.
    """
    while True:
        try:
            await run_with_journal(append, partial(_see_to, state, now()))
        except (PersonsError, JournalError) as error:
            log.error("%s", advice(error))
            put(Trouble(error.fault))
            if isinstance(error, JournalError):
                found(error)
        await asyncio.sleep(DAY)


def _see_to(state: Path, moment: Moment, record: Record) -> None:
    """Do what is due by a clock that can be trusted, and in any case what the journal recorded."""
    # A clock that runs ahead would destroy what the law still wants kept.
    today = moment.day if moment.trust.real else None
    over = start(state, record, today)
    if over:
        log.info("%d items of personal data were due, and are destroyed", len(over))
