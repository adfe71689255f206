"""`pos-terminal changes [--since DATE]`: what changed since it worked, as one list of records.

Reads the journal only, also beside a till that sells. Exit status: 0 shown, 1 the journal cannot be
read, 2 usage.
"""

import argparse
from collections.abc import Iterator
from datetime import date

import msgspec
from msgspec import Struct

from pos_terminal.commands.argument import day
from pos_terminal.commands.record_line import as_json, as_line
from pos_terminal.commands.till import add_options, enter
from pos_terminal.domain.audit.changes import CHANGES
from pos_terminal.domain.language import say
from pos_terminal.journal.chain import Row
from pos_terminal.journal.database import NAME, reading

BATCH = 1000


class _Glance(Struct, frozen=True):
    """As little of a record as the choice needs."""

    at: str


_GLANCE = msgspec.json.Decoder(_Glance)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--since", type=day, metavar=say("DATE"), help=say("depuis ce jour : AAAA-MM-JJ")
    )
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the changes; 0."""
    enter(arguments)
    shown = False
    for row in _changes(arguments):
        record = row.record()
        print(as_json(record) if arguments.json else as_line(record))
        shown = True
    if not shown and not arguments.json:
        print(say("rien n'a changé"))
    return 0


def _changes(arguments: argparse.Namespace) -> Iterator[Row]:
    since: date | None = arguments.since
    first = since.isoformat() if since else ""
    with reading(arguments.state / NAME) as reader:
        after = reader.purged()
        while rows := reader.rows(after, BATCH):
            yield from (
                row
                for row in rows
                if row.kind in CHANGES and _GLANCE.decode(row.rec).at[:10] >= first
            )
            after = rows[-1].seq
