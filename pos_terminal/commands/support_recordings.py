"""`pos-terminal support recordings` and `replay N`: what a supporter was shown, for the shop.

They lie with the agent for a set time (docs/plugins/support.md). What is played is compared first
with the hash that was kept beside it; the same hash stands on the account's paper, and in the
journal.
"""

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from pos_terminal.agent import recordings, status
from pos_terminal.commands.argument import add_json
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import day_and_hour
from pos_terminal.journal.owner import become
from pos_terminal.process.output import print_json

LONGEST_PAUSE = 1.0
"""Seconds: nobody watches a supporter think."""


def add_arguments(listing: argparse.ArgumentParser, replay: argparse.ArgumentParser) -> None:
    """The options of both."""
    for each in (listing, replay):
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
    become(arguments.agent)
    found = recordings.listed(arguments.agent)
    if arguments.json:
        print_json({"recordings": found})
        return 0
    for each in found:
        moment = datetime.fromtimestamp(each.at / 1e6, UTC).astimezone().isoformat()
        print(f"{each.consent:>6}  {day_and_hour(moment)}  {each.size:>8}  {each.sha256}")
    if not found:
        print(say("aucun enregistrement"))
    return 0


def play(arguments: argparse.Namespace) -> int:
    """One, as it was shown; Failure where it is gone, or is not what its hash says."""
    become(arguments.agent)
    digest, events = recordings.played(arguments.agent, arguments.consent)
    if arguments.json:
        print_json({"sha256": digest, "events": events})
        return 0
    before = 0.0
    for each in events:
        if not arguments.text:
            time.sleep(min(LONGEST_PAUSE, max(0.0, each.at - before)))
        before = each.at
        sys.stdout.write(_harmless(each.text))
        sys.stdout.flush()
    print(f"\nSHA-256 {digest}")
    return 0


def _harmless(text: str) -> str:
    """What moves no cursor and no window of whoever looks at it."""
    return "".join(each if each.isprintable() or each == "\n" else "" for each in text)

