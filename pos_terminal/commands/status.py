"""`pos-terminal status`: how the till on this box fares, on one screen.

Exit status: 0 it sells, 1 it does not, or no till answers, 2 usage.
"""

import argparse
import os

import msgspec

from pos_terminal.channel import interface
from pos_terminal.channel.client import Client
from pos_terminal.channel.interface import Nothing
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands.status_text import screen
from pos_terminal.commands.till import add_options, state_of
from pos_terminal.process.output import print_json
from pos_terminal.process.translation import set_language

PATIENCE = 10.0
"""Seconds that a technician waits before a till counts as one that hangs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask the till, and say what it says; 0 where it sells."""
    path = socket_path(state_of(arguments), os.environ)
    status = Client(path, patience=PATIENCE).call(interface.STATUS, Nothing())
    if arguments.json:
        print_json(msgspec.to_builtins(status))
    else:
        set_language(status.language)
        print("\n".join(screen(status)))
    return 0 if status.selling else 1
