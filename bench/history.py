"""A journal with a past: sales that the counter itself decided, for a terminal to start on."""

import asyncio
from pathlib import Path
from zoneinfo import ZoneInfo

import pos_terminal
from bench.shop import barcode
from pos_terminal.domain.counter.counter import Counter
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import Input, Pressed, Scanned
from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.domain.events.system import TillStarted
from pos_terminal.domain.events.values import PreviousEnd
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.journal.store import Journal
from pos_terminal.runtime.boot import boot
from pos_terminal.runtime.catalogue import Catalogue
from pos_terminal.runtime.clock import SystemClock

CASH: Input = Pressed(Key(Function.TENDER, "CASH"))
TICKET: tuple[Input, ...] = (Scanned(barcode(1)), Scanned(barcode(2)), CASH)
AT_ONCE = 32


async def write_history(config: Path, state: Path, records: int) -> None:
    """Tickets of two lines until the journal in `state` has so many records."""
    booted = boot(config, state)
    settings = booted.settings
    loaded = Catalogue(settings.catalog, state, settings.patterns).load()
    identity = settings.identity
    clock = SystemClock(ZoneInfo("Europe/Paris"))
    counter = Counter(Desk(loaded.catalog, settings.rules))
    journal = Journal.open(state, identity)
    started = TillStarted(
        version=pos_terminal.__version__,
        after=PreviousEnd.FIRST,
        configuration=settings.source,
        catalog=loaded.catalog.sha256,
    )
    await journal.append((started, OperatorSignedOn(operator=settings.operator)), clock.now())
    while journal.running.seq < records:
        steps = [
            journal.append(counter.handle(given, moment).events, moment)
            for _ in range(AT_ONCE)
            for given in TICKET
            for moment in (clock.now(),)
        ]
        await asyncio.gather(*steps)
    await journal.close()
