"""`pos-terminal journal`: read what the till remembers; its other actions stand in journal_*.py.

`show` and `tail` only read, also beside a till that is selling. Exit status: 0 done, 1 the journal
is bad or cannot be read, 2 usage.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pos_terminal.commands import journal_export, journal_maintenance, journal_verification
from pos_terminal.commands.output import fail
from pos_terminal.commands.record_line import as_json, as_line
from pos_terminal.journal.chain import Broken, Row
from pos_terminal.journal.database import NAME, Reader, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.record import Record

STATE = Path("/var/lib/pos-terminal")
BATCH = 500
LOOK = 0.25
"""Seconds between two looks of `tail --follow` at a journal that another process writes."""


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
    more = (
        *journal_verification.add_actions(actions),
        *journal_export.add_actions(actions),
        *journal_maintenance.add_actions(actions),
    )
    for action in (show, tail, *more):
        action.add_argument("--state", type=Path, default=STATE, metavar="DIR")
        action.add_argument("--json", action="store_true", help="JSON on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; 0, or 1 where the journal is bad or cannot be read."""
    path = arguments.state / NAME
    actions = {"show": _show, "tail": _tail}
    exports = {"archive": journal_export.run_archive, "export": journal_export.run_export}
    try:
        if arguments.action in exports:
            return exports[arguments.action](arguments)
        if arguments.action in journal_verification.ACTIONS:
            return journal_verification.ACTIONS[arguments.action](arguments)
        if arguments.action in journal_maintenance.ACTIONS:
            return journal_maintenance.ACTIONS[arguments.action](arguments)
        return actions[arguments.action](path, arguments)
    except JournalError as error:
        return fail(error.fault, error.detail, as_json=arguments.json)
    except Broken as error:
        return journal_verification.say_broken(error, as_json=arguments.json)


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


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number
