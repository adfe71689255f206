"""`pos-terminal journal purge|restore|stats`: what is done with a journal as a whole.

Exit status: 0 done, 1 it could not be done, 2 usage.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from pos_terminal.archive import purge_plan
from pos_terminal.archive.copies import BadCopy, Copy, must_hold, verified_copies
from pos_terminal.archive.purge_plan import NoPurge, Plan
from pos_terminal.archive.restore import BESIDE, NoRestore, Restored, restore
from pos_terminal.archive.source import Span
from pos_terminal.commands.output import fail, print_json
from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.period import Purged
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.journal import purge, stats
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import using
from pos_terminal.journal.stats import Stats
from pos_terminal.journal.verify import verify
from pos_terminal.journal.writer import EVENTS
from pos_terminal.runtime.maintenance import stopped_till

BAR = 40
LAST_DAYS = 14


def add_actions(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> tuple[argparse.ArgumentParser, ...]:
    """Add the actions' options; the caller adds --state and --json to each."""
    away = actions.add_parser("purge", help="let old closed days go, after two verified copies")
    which = away.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--before", type=date.fromisoformat, metavar="DATE", help="the days that began before"
    )
    which.add_argument(
        "--through-closure", type=int, default=0, metavar="N", help="up to the Z of a day, number N"
    )
    which.add_argument(
        "--resume", action="store_true", help="finish a purge that was recorded and cut short"
    )
    away.add_argument(
        "--copy", type=Path, action="append", default=[], metavar="ZIP", help="give two or more"
    )
    back = actions.add_parser("restore", help="put a journal back, into an empty directory")
    back.add_argument(
        "--from",
        dest="sources",
        type=Path,
        action="append",
        required=True,
        metavar="BACKUP",
        help="a copied state directory, or archives from the first record on; repeatable",
    )
    count = actions.add_parser("stats", help="count records, closures and days")
    return away, back, count


def run_purge(arguments: argparse.Namespace) -> int:
    """Purge; 0, or 1 with the reason, nothing purged."""
    try:
        done = asyncio.run(_purge(arguments))
    except (NoPurge, BadCopy) as error:
        return fail(faults.PURGE_REFUSED, str(error), as_json=arguments.json)
    if arguments.json:
        print_json(done)
    else:
        print(f"purged: records {done['first']} to {done['last']}, {done['emptied']} emptied")
    return 0


async def _purge(arguments: argparse.Namespace) -> dict[str, Any]:
    state = arguments.state
    path = state / NAME
    async with stopped_till(state) as till:
        left = purge_plan.unfinished(state)
        if left or arguments.resume:
            if not left:
                raise NoPurge("no purge was cut short")
            with using(path):
                return {"first": 1, "last": left, "emptied": purge.purge(path, left)}
        verify(path)
        running, before = till.journal.running, arguments.before
        plan = purge_plan.plan(state, running, before=before, through=arguments.through_closure)
        copies = verified_copies(arguments.copy)
        for copy in copies:
            must_hold(copy, purge_plan.rows(state, Span(plan.first, plan.last)))
        hashes = tuple(copy.sha256 for copy in copies)
        purged = Purged(last=plan.last, sha256=hashes[0], copies=hashes)
        erased = purge_plan.erased(state, plan.last)
        for start in range(0, len(erased), EVENTS // 2):
            await till.record(erased[start : start + EVENTS // 2])
        await till.record([purge_plan.opening(state, plan.last), purged])
        with using(path):
            emptied = purge.purge(path, plan.last)
    return {**_planned(plan, copies), "emptied": emptied}


def _planned(plan: Plan, copies: list[Copy]) -> dict[str, Any]:
    return {
        **asdict(plan),
        "copies": [{"path": str(copy.path), "sha256": copy.sha256} for copy in copies],
        "one_medium": len({copy.path.stat().st_dev for copy in copies}) == 1,
    }


def run_restore(arguments: argparse.Namespace) -> int:
    """Restore; 0, or 1 with the reason, nothing left behind."""
    sources, state = arguments.sources, arguments.state
    try:
        found = restore(sources, state)
        if found.keys:
            asyncio.run(_record_restore(state, found))
    except NoRestore as error:
        return fail(faults.RESTORE_REFUSED, str(error), as_json=arguments.json)
    if arguments.json:
        print_json(asdict(found))
    else:
        print(f"{state}: {found.records} records, head {found.head}")
        if not found.keys:
            print("no keys came with it: it can be read and verified, and no till sells upon it")
    return 0


async def _record_restore(state: Path, found: Restored) -> None:
    detail = f"{found.records} enregistrements, tête {found.head}"
    async with stopped_till(state) as till:
        await till.record([TechnicalEvent(code=jet.RESTORE, detail=detail)])


def run_stats(arguments: argparse.Namespace) -> int:
    """Print the statistics."""
    found = stats.read(arguments.state)
    if arguments.json:
        beside = {name: (arguments.state / name).exists() for name in BESIDE}
        print_json({**msgspec.to_builtins(found), "exposed": found.exposed, "beside": beside})
    else:
        print("\n".join(_as_text(found, arguments.state)))
    return 0


def _as_text(found: Stats, state: Path) -> Iterator[str]:
    yield f"{state / NAME}: {found.records} records, {found.size} bytes"
    yield f"from {found.first or '-'} to {found.last or '-'}, day {found.session}"
    if found.purged:
        yield f"records 1 to {found.purged} are purged: their hashes are kept"
    closed = ", ".join(f"{n} {period}" for period, n in sorted(found.closures.items()))
    yield f"closures: {closed or 'none'}"
    yield f"checkpoint of {found.sealed} records {found.sealed_at}".rstrip()
    yield f"exposed: {found.exposed} records that no witness outside has seen"
    for kind, count in sorted(found.kinds.items()):
        yield f"  {kind:<24} {count:>10} {found.sizes[kind]:>14}"
    if sys.stdout.isatty():
        yield "tickets by hour"
        yield from _bars({f"{hour:02d} h": n for hour, n in sorted(found.hours.items())})
        yield f"tickets by day, the last {LAST_DAYS}"
        yield from _bars(dict(sorted(found.days.items())[-LAST_DAYS:]))
    yield "beside it, to be backed up with it:"
    for name, what in BESIDE.items():
        yield f"  {name:<20} {what}{'' if (state / name).exists() else ' (not here)'}"


def _bars(counts: Mapping[str, int]) -> Iterator[str]:
    most = max(counts.values(), default=1)
    for label, count in counts.items():
        yield f"  {label:>10} {'#' * (BAR * count // most):<{BAR}} {count}"


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "purge": run_purge,
    "restore": run_restore,
    "stats": run_stats,
}
