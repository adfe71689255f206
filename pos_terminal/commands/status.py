"""`pos-terminal status`: how the till on this box fares, on one screen.

Exit status: 0 it sells, 1 it does not, or no till answers, 2 usage.
"""

import argparse
import os
from pathlib import Path

import msgspec

from pos_terminal.channel import interface
from pos_terminal.channel.client import Client
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Nothing, Status
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands.status_note import note
from pos_terminal.commands.status_text import screen
from pos_terminal.commands.till import add_options, state_of
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.process.output import print_json
from pos_terminal.process.translation import set_language

PATIENCE = 10.0
"""Seconds that a technician waits before a till counts as one that hangs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--note", action="store_true",
        help=say("en bref : si elle vend, ce qui ne va pas, et que faire"),
    )  # fmt: skip
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask the till, and say what it says; 0 where it sells."""
    path = socket_path(state_of(arguments), os.environ)
    if arguments.note:
        return _note(path)
    status = Client(path, patience=PATIENCE).call(interface.STATUS, Nothing())
    if arguments.json:
        print_json(msgspec.to_builtins(status))
    else:
        set_language(status.language)
        print("\n".join(screen(status)))
    return 0 if status.selling else 1


def _note(path: Path) -> int:
    """Say what is wrong, whether or not a till answers."""
    told: Status | Failure
    try:
        told = Client(path, patience=PATIENCE).call(interface.STATUS, Nothing())
    except ChannelError as error:
        told = error
    print("\n".join(note(told)))
    return 0 if isinstance(told, Status) and told.selling else 1
