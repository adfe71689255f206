"""`pos-terminal stick perform`: what the till or a technician asks of a USB stick, for the unit.

Exit status: 0 answered, or nobody asks; 1 it cannot be, with the reason; 2 usage.
"""

import argparse
import os

from pos_terminal.channel.client import Client
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands import update_note
from pos_terminal.commands.till import add_options, state_of
from pos_terminal.commands.update import PATIENCE
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.stick.perform import perform
from pos_terminal.stick.reader import Reader
from pos_terminal.update.box import Box


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    told = say("fait ce qui est demandé à la caisse ou dans cle-usb.txt (pour l'unité du système)")
    add_options(actions.add_parser("perform", help=told))


def run(arguments: argparse.Namespace) -> int:
    """Do it. What keeps it from being done is no failure of the unit's: whoever asks is told."""
    if os.geteuid() != 0:
        raise Failure(faults.NOT_GRANTED, say("à lancer par sudo"))
    box = Box()
    till = Client(socket_path(state_of(arguments), os.environ), patience=PATIENCE)
    answer = perform(Reader(), box, till)
    if answer is None:
        return 0
    print("\n".join(update_note.of_stick(answer)))
    update_note.leave(box, till, lambda: update_note.version(box))
    return 0
