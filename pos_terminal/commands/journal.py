"""`pos-terminal journal`: read what the till remembers; its other actions stand in journal_*.py.

`show` and `tail` only read, also beside a till that is selling. Exit status: 0 done, 1 the journal
is bad or cannot be read, 2 usage.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import islice

from pos_terminal.commands import (
    journal_backup,
    journal_continuation,
    journal_export,
    journal_maintenance,
    journal_verification,
    journal_vouchers,
)
from pos_terminal.commands.argument import whole_number
from pos_terminal.commands.record_line import as_json, as_line
from pos_terminal.commands.till import add_options, enter
from pos_terminal.domain.language import say
from pos_terminal.journal.chain import Row
from pos_terminal.journal.database import NAME, Reader, reading

_MODULES = (
    journal_verification, journal_export, journal_maintenance, journal_continuation, journal_backup,
    journal_vouchers,
)  # fmt: skip
BATCH = 500
LOOK = 0.25
"""Seconds between two looks of `tail --follow` at a journal that another process writes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    show = actions.add_parser("show", help=say("affiche les écritures, la plus ancienne d'abord"))
    show.add_argument(
        "--after", type=whole_number, default=0, metavar="N",
        help=say("celles d'après l'écriture N"),
    )  # fmt: skip
    show.add_argument(
        "--kind", action="append", metavar=say("GENRE"), help=say("ce genre seul ; se répète")
    )
    show.add_argument("--limit", type=whole_number, metavar="N", help=say("au plus N écritures"))
    tail = actions.add_parser("tail", help=say("affiche les dernières écritures"))
    tail.add_argument(
        "-n", "--lines", type=whole_number, default=10, metavar="N", help=say("combien (10)")
    )
    tail.add_argument(
        "-f", "--follow", action="store_true", help=say("et chaque nouvelle, comme elle vient")
    )
    more = [action for module in _MODULES for action in module.add_actions(actions)]
    add_options(show, tail, *more)


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; 0, or 1 where the journal is bad or cannot be read."""
    actions = {"show": _show, "tail": _tail}
    for module in _MODULES:
        actions.update(module.ACTIONS)
    return actions[arguments.action](arguments)


def _show(arguments: argparse.Namespace) -> int:
    enter(arguments)
    with reading(arguments.state / NAME) as reader:
        rows = (
            row
            for row in _walk(reader, arguments.after)
            if not arguments.kind or row.kind in arguments.kind
        )
        for row in islice(rows, arguments.limit):
            _print(row, as_json_line=arguments.json)
    return 0


def _tail(arguments: argparse.Namespace) -> int:
    enter(arguments)
    with reading(arguments.state / NAME) as reader:
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
    record = row.record()
    print(as_json(record) if as_json_line else as_line(record))
