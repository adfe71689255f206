"""`pos-terminal labels PLU...`: shelf labels, on the printer whose role is `label`.

The till that runs prints them, at its catalogue's prices of today; a printer that has no paper
prints them later. Exit status: 0 given to the printer, 1 refused, 2 usage.
"""

import argparse
import os

from pos_terminal.channel import interface
from pos_terminal.channel.client import Client
from pos_terminal.channel.interface import LabelsAsked
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands.till import add_options, state_of
from pos_terminal.domain.language import say
from pos_terminal.process.output import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "plu", nargs="*", metavar=say("PLU"), help=say("les articles, par leur numéro")
    )
    parser.add_argument(
        "--family", action="append", default=[], metavar=say("FAMILLE"),
        help=say("tous ceux d'une famille ; se répète"),
    )  # fmt: skip
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Have them printed."""
    till = Client(socket_path(state_of(arguments), os.environ))
    asked = LabelsAsked(arguments.plu, arguments.family)
    till.call(interface.LABELS, asked)
    if arguments.json:
        print_json({"articles": asked.articles, "families": asked.families})
    else:
        print(say("Les étiquettes sont à l'imprimante : elle les imprime dès qu'elle peut."))
    return 0
