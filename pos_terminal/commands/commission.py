"""`pos-terminal commission`: the box is a till from here on, and no simulation any more.

Exit status: 0 commissioned, 1 it could not be, 2 usage.
"""

import argparse
import asyncio
import shutil
from pathlib import Path

from pos_terminal.acts.asked import Asked, given
from pos_terminal.archive import simulation, wipe
from pos_terminal.archive.copies import BadCopy
from pos_terminal.archive.restore import clear
from pos_terminal.channel.acts import Actor
from pos_terminal.commands.argument import day
from pos_terminal.commands.files import entered_to_read
from pos_terminal.commands.till import add_options
from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period.book import EARLIEST
from pos_terminal.journal import commissioning
from pos_terminal.journal.store import left_behind
from pos_terminal.process.clock import battery
from pos_terminal.process.output import print_json
from pos_terminal.runtime import config
from pos_terminal.runtime.clock import SystemClock, VouchedClock
from pos_terminal.runtime.config import ShopSettings
from pos_terminal.runtime.maintenance import stopped_till


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--date", type=day, metavar=say("DATE"),
        help=say("la date d'aujourd'hui (AAAA-MM-JJ), là où rien ne répond de l'horloge"),
    )  # fmt: skip
    parser.add_argument(
        "--reset", action="store_true",
        help=say("jette ce qui a été essayé, et ne met pas en service"),
    )  # fmt: skip
    parser.add_argument(
        "--copy", type=Path, action="append", default=[], metavar="ZIP",
        help=say("avec --reset, d'une caisse remise : une archive qui a tout ; en donner deux"),
    )  # fmt: skip
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Commission it, or throw away what was tried; 0, or 1 with the reason."""
    settings = None if arguments.reset else _settings(arguments)
    with entered_to_read(arguments, arguments.copy) as copies:
        if commissioning.is_begun(arguments.state):
            _let_go(arguments, copies)
    if (arguments.state / commissioning.HANDOVER).is_dir():
        _must_not_wait(arguments)
    if commissioning.waits(arguments.state):
        with simulation.held(arguments.state):
            simulation.forget(arguments.state)
    if settings is None:
        return _said(arguments, say("ce qui a été essayé est jeté"), {"reset": True})
    now = _clock(settings)
    _must_be_right(arguments, now)
    key = asyncio.run(_commission(arguments, settings, now))
    words = say("en service : magasin {store}, caisse {terminal}, clé {key}",
                store=settings.store, terminal=settings.terminal, key=key)  # fmt: skip
    return _said(arguments, words, {"key": key, "at": now.local.isoformat()})


def _let_go(arguments: argparse.Namespace, copies: list[Path]) -> None:
    """Failure unless it is a till that was handed over, which two archives hold."""
    if not arguments.reset:
        raise Failure(faults.COMMISSIONED, left_behind(arguments.state) or str(arguments.state))
    try:
        wipe.let_go(arguments.state, copies)
    except BadCopy as error:
        raise Failure(faults.PURGE_REFUSED, str(error)) from error


def _settings(arguments: argparse.Namespace) -> ShopSettings:
    """The till's settings. BadConfiguration; Failure (J-138) where they do not say whose it is."""
    file = arguments.config.absolute()
    settings = config.read_shop(file, config.load(file))
    wanted = {"[shop] name": settings.shop.name, "[seller] siret": settings.seller.siret}
    missing = [name for name, value in wanted.items() if not value]
    if missing:
        detail = say("{file} ne dit pas {missing}", file=file, missing=", ".join(missing))
        raise Failure(faults.NOT_COMMISSIONED, detail)
    return settings


def _must_not_wait(arguments: argparse.Namespace) -> None:
    """A box that waits for another's till is none of its own: its key may be named there already.

    Failure (J-138) unless that is what is thrown away.
    """
    if not arguments.reset:
        detail = say("ce boîtier attend la caisse d'un autre : handover in, ou --reset d'abord")
        raise Failure(faults.NOT_COMMISSIONED, detail)
    with simulation.held(arguments.state):
        clear(arguments.state)
        shutil.rmtree(arguments.state / commissioning.HANDOVER)


def _clock(settings: ShopSettings) -> Moment:
    clock = VouchedClock(SystemClock(settings.zone), battery)
    clock.recall(None, EARLIEST)
    return clock.now()


def _must_be_right(arguments: argparse.Namespace, now: Moment) -> None:
    """Failure (J-138) where nobody vouches for the date, or whoever does says another."""
    if arguments.date == now.day or (arguments.date is None and now.trust.vouched):
        return
    detail = say("l'horloge dit {date}, et rien n'en répond : la régler, ou confirmer par --date",
                 date=now.day.isoformat())  # fmt: skip
    raise Failure(faults.NOT_COMMISSIONED, detail)


async def _commission(arguments: argparse.Namespace, settings: ShopSettings, now: Moment) -> str:
    """Begin the journal; the key that signs it.

    Cut short by a power failure it is commissioned, or it is not: as soon as there is a journal.
    """
    async with stopped_till(arguments.state, arguments.config, commission=True) as till:
        detail = (
            f"mise en service : {settings.shop.name}, SIRET {settings.seller.siret},"
            f" magasin {settings.store}, caisse {settings.terminal}, horloge {now.trust}"
        )
        event = TechnicalEvent(code=jet.MAINTENANCE, detail=detail)
        by = given("commission", Asked(by=arguments.by), Actor(arguments.by.uid))
        await till.record([by, event])
        return till.journal.running.key


def _said(arguments: argparse.Namespace, words: str, told: dict[str, object]) -> int:
    if arguments.json:
        print_json(told)
    else:
        print(words)
    return 0
