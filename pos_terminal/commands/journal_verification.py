"""`pos-terminal journal verify|witness|cosign|rotate-key`: is it what was written, and who says so.

Exit status: 0 done, 1 the journal is bad, or a witness or the till refused, 2 usage.
"""

import argparse
import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from pos_terminal.commands.output import fail, print_json
from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.notation import euros
from pos_terminal.journal import consistency_proof
from pos_terminal.journal.chain import Broken
from pos_terminal.journal.consistency_proof import Extension
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.journal.verify import Level, Verified, verify
from pos_terminal.journal.witness import Cosignature, Refused, Witness, take
from pos_terminal.runtime.maintenance import stopped_till
from pos_terminal.storage.files import write_durably

T = TypeVar("T")

LONG = 20_000
"""Records from which `verify` shows how far it is, where somebody watches."""

BAR = 40


def add_actions(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> tuple[argparse.ArgumentParser, ...]:
    """Add the actions' options; the caller adds --state and --json to each."""
    check = actions.add_parser("verify", help="check every record, signature, total and number")
    levels = [level.value for level in Level]
    check.add_argument("--level", choices=levels, default="all", help="how much (all)")
    check.add_argument("--key", default="", metavar="ID", help="a key that must have signed it")
    hand = actions.add_parser("witness", help="hand out what a witness needs, or take its answer")
    which = hand.add_mutually_exclusive_group(required=True)
    which.add_argument("--to", type=Path, metavar="FILE", help="write what a witness needs")
    which.add_argument("--take", type=Path, metavar="FILE", help="keep what a witness answered")
    hand.add_argument("--after", type=int, metavar="N", help="the last record that it has seen")
    cosign = actions.add_parser("cosign", help="be the witness: check what a till handed out")
    cosign.add_argument("--witness", type=Path, required=True, metavar="DIR", help="its own place")
    cosign.add_argument("--out", type=Path, required=True, metavar="FILE", help="what goes back")
    cosign.add_argument("file", type=Path, metavar="FILE", help="what the till handed out")
    rotate = actions.add_parser("rotate-key", help="have new keys take over, by a signed record")
    return check, hand, cosign, rotate


def run_verify(arguments: argparse.Namespace) -> int:
    """Check the journal; 0 where it is what was written, 1 where it is not."""
    path = arguments.state / NAME
    watched = _bar if sys.stderr.isatty() else None
    try:
        found = verify(path, watched, level=Level(arguments.level), key=arguments.key)
    except Broken as error:
        return say_broken(error, as_json=arguments.json)
    if arguments.json:
        print_json({"good": True, **_summary(found)})
        return 0
    totals = f"{euros(found.total.net)} € net, {euros(found.total.absolute)} € without signs"
    print(f"{path}: good, {found.records} records, totals {totals}")
    print(f"head {found.head}")
    print(f"level {found.level}: {found.checked} records, {found.checkpoints} checkpoints")
    print(f"key {found.key or 'none: it was begun by a version without signatures'}")
    print(f"witnessed up to record {found.witnessed}; {found.exposed} records stand alone")
    if found.purged:
        print(f"purged up to record {found.purged}: their hashes are there, and fit")
    if found.unknown:
        print(f"{found.unknown} records of a newer version are chained, and were not recounted")
    return 0


def _summary(found: Verified) -> dict[str, object]:
    return {
        "records": found.records,
        "head": found.head,
        "sales": found.counts.sale,
        "tickets": found.counts.tickets,
        "total_cents": {"net": found.total.net, "abs": found.total.absolute},
        "unknown": found.unknown,
        "level": found.level,
        "checked": found.checked,
        "checkpoints": found.checkpoints,
        "key": found.key,
        "purged": found.purged,
        "witnessed": found.witnessed,
        "exposed": found.exposed,
    }


def say_broken(error: Broken, *, as_json: bool) -> int:
    """Say which record broke, and how; the exit status."""
    fault = faults.JOURNAL_DAMAGED
    if not as_json:
        return fail(fault, str(error), as_json=False)
    print_json(
        {
            "good": False,
            "code": fault.code,
            "record": error.seq,
            "how": error.how,
            "remedy": fault.remedy,
        }
    )
    return 1


def run_witness(arguments: argparse.Namespace) -> int:
    """Write the file for a witness, or keep its answer."""
    path = arguments.state / NAME
    try:
        if arguments.take:
            with using(arguments.take):
                answer = arguments.take.read_bytes()
            size = take(path, _decoded(answer, Cosignature))
            return _say({"witnessed": size}, f"witnessed up to record {size}", arguments)
        handed = consistency_proof.export(path, arguments.after)
        with using(arguments.to):
            write_durably(arguments.to, msgspec.json.encode(handed) + b"\n")
    except Refused as error:
        return fail(faults.WITNESS_DISAGREES, str(error), as_json=arguments.json)
    size = handed.said.size
    return _say({"size": size}, f"{arguments.to}: records up to {size}", arguments)


def run_cosign(arguments: argparse.Namespace) -> int:
    """Be the witness: check, keep, sign."""
    try:
        with using(arguments.file):
            handed = _decoded(arguments.file.read_bytes(), Extension)
        with using(arguments.witness):
            arguments.witness.mkdir(mode=0o700, parents=True, exist_ok=True)
            answer = Witness(arguments.witness).cosign(handed, datetime.now().astimezone())
            write_durably(arguments.out, msgspec.json.encode(answer) + b"\n")
    except Refused as error:
        return fail(faults.WITNESS_DISAGREES, str(error), as_json=arguments.json)
    size = handed.said.size
    said = {"size": size, "witness": answer.witness}
    return _say(said, f"records up to {size} cosigned by {answer.witness}", arguments)


def run_rotate(arguments: argparse.Namespace) -> int:
    """Have new keys take over, while the till does not run."""
    key = asyncio.run(_rotate(arguments.state))
    return _say({"key": key}, f"key {key} signs from here on", arguments)


async def _rotate(state: Path) -> str:
    async with stopped_till(state) as till:
        await till.record([TechnicalEvent(code=jet.MAINTENANCE, detail="changement de clé")])
        await till.journal.rotate_keys(till.clock.now())
        return till.journal.running.key


ACTIONS = {
    "verify": run_verify,
    "witness": run_witness,
    "cosign": run_cosign,
    "rotate-key": run_rotate,
}


def _decoded(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise JournalError(faults.WITNESS_MISSING, f"no file of a witness: {error}") from error


def _say(said: dict[str, object], words: str, arguments: argparse.Namespace) -> int:
    if arguments.json:
        print_json(said)
    else:
        print(words)
    return 0


def _bar(done: int, last: int) -> None:
    if last < LONG:
        return
    width = BAR * done // last
    end = "\n" if done == last else ""
    bar = "#" * width + "." * (BAR - width)
    print(f"\r[{bar}] {done} of {last}", end=end, file=sys.stderr, flush=True)
