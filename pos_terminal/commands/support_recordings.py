"""`pos-terminal support recordings` and `replay N`: what a supporter was shown, for the shop.

They lie with the agent for a set time (docs/plugins/support.md). What is played is compared first
with the hash that was kept beside it; the same hash stands on the account's paper, and in the
journal.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import apsw

from pos_terminal.agent import status
from pos_terminal.commands.argument import add_json
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import day_and_hour
from pos_terminal.journal.owner import become
from pos_terminal.process.output import print_json

STORE = "support.recordings.db"
"""The service's own file in the agent's directory."""

LONGEST_PAUSE = 1.0
"""Seconds: nobody watches a supporter think."""

Row = tuple[int, int, str, int]


def add_arguments(
    recordings: argparse.ArgumentParser, replay: argparse.ArgumentParser
) -> None:
    """The options of both."""
    for each in (recordings, replay):
        each.add_argument(
            "--agent", type=Path, default=status.STATE, metavar=say("DOSSIER"),
            help=say("le dossier de l'agent (%(default)s)"),
        )  # fmt: skip
        add_json(each)
    number = say("le numéro de l'accord")
    replay.add_argument("consent", type=int, metavar=say("ACCORD"), help=number)
    replay.add_argument(
        "--text", action="store_true", help=say("d'un coup, sans attendre, comme un texte")
    )


def list_all(arguments: argparse.Namespace) -> int:
    """Those that are there, oldest first."""
    with closing(_opened(arguments.agent)) as db:
        rows: list[Row] = [*db.execute(
            "SELECT consent, at, sha256, length(cast_v2) FROM recording ORDER BY at"
        )]  # fmt: skip
    if arguments.json:
        names = ("consent", "at", "sha256", "bytes")
        print_json({"recordings": [dict(zip(names, row, strict=True)) for row in rows]})
        return 0
    for consent, at, digest, size in rows:
        moment = datetime.fromtimestamp(at / 1e6, UTC).astimezone().isoformat()
        print(f"{consent:>6}  {day_and_hour(moment)}  {size:>8}  {digest}")
    if not rows:
        print(say("aucun enregistrement"))
    return 0


def play(arguments: argparse.Namespace) -> int:
    """One, as it was shown; Failure where it is gone, or is not what its hash says."""
    with closing(_opened(arguments.agent)) as db:
        asks = "SELECT sha256, cast_v2 FROM recording WHERE consent = ? ORDER BY at DESC LIMIT 1"
        found: tuple[str, bytes] | None = db.execute(asks, (arguments.consent,)).fetchone()
    if found is None:
        gone = say("pas d'enregistrement de l'accord {number}", number=arguments.consent)
        raise Failure(faults.BAD_REQUEST, gone)
    digest, cast = found
    if sha256(cast).hexdigest() != digest:
        raise Failure(faults.FILE_UNREADABLE, say("il n'est pas ce que dit son SHA-256"))
    events = list(_events(cast))
    if arguments.json:
        print_json({"sha256": digest, "events": events})
        return 0
    before = 0.0
    for at, text in events:
        if not arguments.text:
            time.sleep(min(LONGEST_PAUSE, max(0.0, at - before)))
        before = at
        sys.stdout.write(_harmless(text))
        sys.stdout.flush()
    print(f"\nSHA-256 {digest}")
    return 0


def _events(cast: bytes) -> Iterator[tuple[float, str]]:
    """When, and what: asciicast v2 has a head, and then a line for each."""
    for line in cast.splitlines()[1:]:
        event: list[Any] = json.loads(line)
        yield float(event[0]), str(event[2])


def _harmless(text: str) -> str:
    """What moves no cursor and no window of whoever looks at it."""
    return "".join(each if each.isprintable() or each == "\n" else "" for each in text)


def _opened(agent: Path) -> apsw.Connection:
    become(agent)
    file = agent / STORE
    try:
        return apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
    except apsw.Error as error:
        raise Failure(faults.FILE_UNREADABLE, f"{file} : {error}") from error
