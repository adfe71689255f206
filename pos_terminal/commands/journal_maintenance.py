"""`pos-terminal journal purge|restore|begin|stats`: what is done with a journal as a whole.

Exit status: 0 done, 1 it could not be done, 2 usage.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from pos_terminal.acts.asked import Asked, given
from pos_terminal.archive import purge_plan
from pos_terminal.archive.copies import BadCopy, must_hold, verified_copies
from pos_terminal.archive.purge_plan import NoPurge
from pos_terminal.archive.restore import NoRestore, Restored, restore
from pos_terminal.archive.source import Span
from pos_terminal.archive.state_files import STATE_FILES
from pos_terminal.channel.acts import Actor
from pos_terminal.commands.argument import add_because, day, whole_number
from pos_terminal.commands.files import entered_to_read
from pos_terminal.commands.till import enter
from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.period import Purged
from pos_terminal.domain.events.system import CommandGiven, TechnicalEvent
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.notation import day_and_hour
from pos_terminal.journal import purge, stats
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import using
from pos_terminal.journal.stats import Stats
from pos_terminal.journal.store import left_behind
from pos_terminal.journal.verify import verify
from pos_terminal.journal.writer import EVENTS
from pos_terminal.process.output import print_json
from pos_terminal.runtime.maintenance import stopped_till

BAR = 40
LAST_DAYS = 14


def add_actions(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> tuple[argparse.ArgumentParser, ...]:
    """Add the actions' options; the caller adds those of every command."""
    away = actions.add_parser(
        "purge", help=say("retire d'anciens jours clos, après deux copies vérifiées")
    )
    which = away.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--before", type=day, metavar=say("DATE"),
        help=say("les jours commencés avant"),
    )  # fmt: skip
    which.add_argument(
        "--through-closure", type=whole_number, default=0, metavar="N",
        help=say("jusqu'au Z de jour numéro N"),
    )  # fmt: skip
    which.add_argument(
        "--resume", action="store_true", help=say("achève une purge enregistrée et interrompue")
    )
    away.add_argument(
        "--copy", type=Path, action="append", default=[], metavar="ZIP",
        help=say("en donner deux ou plus"),
    )  # fmt: skip
    back = actions.add_parser(
        "restore", help=say("remet un journal en place, dans un dossier vide")
    )
    back.add_argument(
        "--from", dest="sources", type=Path, action="append", required=True,
        metavar=say("SAUVEGARDE"),
        help=say("une sauvegarde, un dossier copié, ou des archives : --from se répète alors"),
    )  # fmt: skip
    back.add_argument(
        "--keys", type=Path, metavar=say("FICHIER"),
        help=say("les clés privées de la sauvegarde, gardées ailleurs"),
    )  # fmt: skip
    anew = actions.add_parser("begin", help=say("commence un journal là où le premier est perdu"))
    add_because(anew)
    count = actions.add_parser("stats", help=say("compte les écritures, les clôtures, les jours"))
    return away, back, anew, count


def run_purge(arguments: argparse.Namespace) -> int:
    """Purge; 0, or 1 with the reason, nothing purged."""
    try:
        one_medium = len({copy.stat().st_dev for copy in arguments.copy if copy.exists()}) == 1
        with entered_to_read(arguments, arguments.copy) as copies:
            done = {**asyncio.run(_purge(arguments, copies)), "one_medium": one_medium}
    except (NoPurge, BadCopy) as error:
        raise Failure(faults.PURGE_REFUSED, str(error)) from error
    if arguments.json:
        print_json(done)
    else:
        print(say("purgé : écritures {first} à {last}, {emptied} vidées").format(**done))
        if done["one_medium"]:
            print(say("Les copies sont sur un seul support : en mettre une ailleurs."))
    return 0


async def _purge(arguments: argparse.Namespace, files: Sequence[Path]) -> dict[str, Any]:
    state = arguments.state
    path = state / NAME
    async with stopped_till(state) as till:
        left = purge_plan.unfinished(state)
        if left or arguments.resume:
            if not left:
                raise NoPurge(say("aucune purge n'est restée inachevée"))
            with using(path):
                return {"first": 1, "last": left, "emptied": purge.purge(path, left)}
        verify(path)
        running, before = till.journal.running, arguments.before
        plan = purge_plan.plan(state, running, before=before, through=arguments.through_closure)
        copies = verified_copies(files)
        span = Span(plan.first, plan.last)
        for copy in copies:
            must_hold(copy, purge_plan.rows(state, span))
        hashes = tuple(copy.sha256 for copy in copies)
        told = purge_plan.archived(state, span, hashes)
        purged = Purged(last=plan.last, sha256=told, copies=hashes)
        await till.record([given_here("journal purge", arguments)])
        erased = purge_plan.erased(state, plan.last)
        for start in range(0, len(erased), EVENTS // 2):
            await till.record(erased[start : start + EVENTS // 2])
        await till.record([purge_plan.opening(state, plan.last), purged])
        with using(path):
            emptied = purge.purge(path, plan.last)
        named = zip(arguments.copy, hashes, strict=True)
        kept = [{"path": str(path), "sha256": sha256} for path, sha256 in named]
        return {**asdict(plan), "copies": kept, "emptied": emptied}


def run_restore(arguments: argparse.Namespace) -> int:
    """Restore; 0, or 1 with the reason, nothing left behind."""
    try:
        named = [*arguments.sources, *([arguments.keys] if arguments.keys else [])]
        with entered_to_read(arguments, named, make=True) as files:
            state, count = arguments.state, len(arguments.sources)
            found = restore(files[:count], state, *files[count:])
        if found.keys:
            asyncio.run(_record_restore(arguments, found))
    except NoRestore as error:
        raise Failure(faults.RESTORE_REFUSED, str(error)) from error
    if arguments.json:
        print_json(asdict(found))
    else:
        words = say("{state} : {records}, tête {head}")
        records = how_many(found.records, "{count} écriture", "{count} écritures")
        print(words.format(state=state, records=records, head=found.head))
        if found.persons:
            then = say("Personnes tenues comme au {at} : effacer encore qui l'a été depuis.")
            print(then.format(at=day_and_hour(found.persons)))
        if not found.keys:
            print(say("Aucune clé n'est venue avec : à lire et vérifier, mais rien n'y est vendu."))
            print(say("Si elle est perdue, journal continue vend à la suite sous une autre."))
    return 0


async def _record_restore(arguments: argparse.Namespace, found: Restored) -> None:
    detail = f"{found.records} enregistrements, tête {found.head}"
    if found.persons:
        detail = f"{detail}, personnes tenues comme au {day_and_hour(found.persons)}"
    restored = TechnicalEvent(code=jet.RESTORE, detail=detail)
    async with stopped_till(arguments.state) as till:
        await till.record([given_here("journal restore", arguments), restored])


def run_begin(arguments: argparse.Namespace) -> int:
    """Begin a journal where another was lost, and record who decided that."""
    enter(arguments)
    return asyncio.run(_begin(arguments))


async def _begin(arguments: argparse.Namespace) -> int:
    lost = left_behind(arguments.state)
    async with stopped_till(arguments.state, arguments.config, anew=True) as till:
        detail = f"journal perdu, un autre est commencé : {arguments.because} ({lost})"
        begun = TechnicalEvent(code=jet.INTEGRITY, detail=detail)
        await till.record([given_here("journal begin", arguments), begun])
        key = till.journal.running.key
    if arguments.json:
        print_json({"key": key})
    else:
        print(say("un journal est commencé, que signe la clé {key}").format(key=key))
    return 0


def given_here(command: str, arguments: argparse.Namespace) -> CommandGiven:
    """Who gave this command: it has no act, as it is for a till that does not run."""
    return given(command, Asked(by=arguments.by), Actor(arguments.by.uid))


def run_stats(arguments: argparse.Namespace) -> int:
    """Print the statistics."""
    enter(arguments)
    found = stats.read(arguments.state)
    if arguments.json:
        beside = {name: (arguments.state / name).exists() for name in STATE_FILES}
        print_json({**msgspec.to_builtins(found), "exposed": found.exposed, "beside": beside})
    else:
        print("\n".join(_as_text(found, arguments.state)))
    return 0


def _as_text(found: Stats, state: Path) -> Iterator[str]:
    words = say("{file} : {records}, {size} octets")
    records = how_many(found.records, "{count} écriture", "{count} écritures")
    yield words.format(file=state / NAME, records=records, size=found.size)
    words = say("du {first} au {last}, jour {session}")
    yield words.format(first=found.first or "-", last=found.last or "-", session=found.session)
    if found.purged:
        words = say("les écritures 1 à {last} sont purgées : leurs empreintes restent")
        yield words.format(last=found.purged)
    closed = ", ".join(f"{n} {period}" for period, n in sorted(found.closures.items()))
    yield say("clôtures : {closed}").format(closed=closed or say("aucune"))
    words = say("point de contrôle de {sealed} écritures {at}")
    yield words.format(sealed=found.sealed, at=found.sealed_at).rstrip()
    yield say("{exposed} écritures qu'aucun témoin n'a vues").format(exposed=found.exposed)
    for kind, count in sorted(found.kinds.items()):
        yield f"  {kind:<24} {count:>10} {found.sizes[kind]:>14}"
    if sys.stdout.isatty():
        yield say("tickets par heure")
        yield from _bars({f"{hour:02d} h": n for hour, n in sorted(found.hours.items())})
        yield say("tickets par jour, les {count} derniers").format(count=LAST_DAYS)
        yield from _bars(dict(sorted(found.days.items())[-LAST_DAYS:]))
    yield say("à côté, à sauvegarder avec :")
    for name, what in STATE_FILES.items():
        absent = "" if (state / name).exists() else f" ({say('absent')})"
        yield f"  {name:<20} {say(what)}{absent}"


def _bars(counts: Mapping[str, int]) -> Iterator[str]:
    most = max(counts.values(), default=1)
    for label, count in counts.items():
        yield f"  {label:>10} {'#' * (BAR * count // most):<{BAR}} {count}"


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "purge": run_purge,
    "restore": run_restore,
    "begin": run_begin,
    "stats": run_stats,
}
