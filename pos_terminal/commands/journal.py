"""`pos-terminal journal show|tail|verify`: read what the till remembers, and check it.

All of them only read, also beside a till that is selling. Exit status: 0 done, 1 the journal is
bad or cannot be read, 2 usage.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pos_terminal.commands import journal_export, journal_keep
from pos_terminal.commands.journal_lines import as_json, as_line
from pos_terminal.commands.output import fail, print_json
from pos_terminal.domain import faults
from pos_terminal.domain.money import euros
from pos_terminal.journal.chain import Broken, Row
from pos_terminal.journal.database import NAME, Reader, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.record import Record
from pos_terminal.journal.verify import Verified, verify

STATE = Path("/var/lib/pos-terminal")
BATCH = 500
LOOK = 0.25
"""Seconds between two looks of `tail --follow` at a journal that another process writes."""

LONG = 20_000
"""Records from which `verify` shows how far it is, where somebody watches."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="print records, oldest first")
    show.add_argument("--after", type=_count, default=0, metavar="N", help="only behind record N")
    show.add_argument("--kind", action="append", metavar="KIND", help="only this kind; repeatable")
    show.add_argument("--limit", type=_count, metavar="N", help="at most N records")
    tail = actions.add_parser("tail", help="print the last records")
    tail.add_argument("-n", "--lines", type=_count, default=10, metavar="N", help="how many (10)")
    tail.add_argument("-f", "--follow", action="store_true", help="and each new one as it comes")
    check = actions.add_parser("verify", help="check every record, total and number")
    more = (*journal_export.add_actions(actions), *journal_keep.add_actions(actions))
    for action in (show, tail, check, *more):
        action.add_argument("--state", type=Path, default=STATE, metavar="DIR")
        action.add_argument("--json", action="store_true", help="JSON on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; 0, or 1 where the journal is bad or cannot be read."""
    path = arguments.state / NAME
    actions = {"show": _show, "tail": _tail, "verify": _verify}
    exports = {"archive": journal_export.run_archive, "export": journal_export.run_export}
    try:
        if arguments.action in exports:
            return exports[arguments.action](arguments)
        if arguments.action in journal_keep.ACTIONS:
            return journal_keep.ACTIONS[arguments.action](arguments)
        return actions[arguments.action](path, arguments)
    except JournalError as error:
        return fail(error.fault, error.detail, as_json=arguments.json)
    except Broken as error:
        return _say_broken(error, as_json=arguments.json)


def _show(path: Path, arguments: argparse.Namespace) -> int:
    with reading(path) as reader:
        rows = (
            row
            for row in _walk(reader, arguments.after)
            if not arguments.kind or row.kind in arguments.kind
        )
        for row in islice(rows, arguments.limit):
            _print(row, as_json_line=arguments.json)
    return 0


def _tail(path: Path, arguments: argparse.Namespace) -> int:
    with reading(path) as reader:
        done = max(reader.last() - arguments.lines, 0)
        while True:
            for row in _walk(reader, done):
                _print(row, as_json_line=arguments.json)
                done = row.seq
            sys.stdout.flush()
            if not arguments.follow:
                return 0
            time.sleep(LOOK)


def _verify(path: Path, arguments: argparse.Namespace) -> int:
    watched = sys.stderr.isatty()
    found = verify(path, _bar if watched else None)
    if arguments.json:
        print_json({"good": True, **_summary(found)})
    else:
        totals = f"{euros(found.total.net)} € net, {euros(found.total.absolute)} € without signs"
        print(f"{path}: good, {found.records} records, totals {totals}")
        print(f"head {found.head}")
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
    }


def _say_broken(error: Broken, *, as_json: bool) -> int:
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


def _walk(reader: Reader, after: int) -> Iterator[Row]:
    """Every row behind `after` that is there and not purged, a batch at a time."""
    after = max(after, reader.purged())
    while rows := reader.rows(after, BATCH):
        yield from rows
        after = rows[-1].seq


def _print(row: Row, *, as_json_line: bool) -> None:
    try:
        record = Record.read(row.rec, row.hash)
    except ValueError as error:
        raise Broken(row.seq, str(error)) from error
    print(as_json(record) if as_json_line else as_line(record))


def _bar(done: int, last: int) -> None:
    if last < LONG:
        return
    width = 40 * done // last
    end = "\n" if done == last else ""
    bar = "#" * width + "." * (40 - width)
    print(f"\r[{bar}] {done} of {last}", end=end, file=sys.stderr, flush=True)


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number
