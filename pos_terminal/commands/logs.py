"""`pos-terminal logs`: the last lines of the till that runs, rid of secrets, and those that come.

They come by the till's socket, so that no right to the system's journal is needed; what stands
there, and what an earlier run said, is `journalctl -u pos-terminal`. Exit status: 0 shown, 1 no
till answers or it refuses, 2 usage, 130 ended by Ctrl-C.
"""

import argparse
import os
import sys

from pos_terminal.channel import interface
from pos_terminal.channel.client import Client
from pos_terminal.channel.interface import LevelAsked, LogAsked, LogLine
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands.argument import number, span
from pos_terminal.commands.till import add_options, state_of
from pos_terminal.domain.language import say
from pos_terminal.process.installed import entry_points
from pos_terminal.process.output import print_json
from pos_terminal.process.usage import Misuse
from pos_terminal.runtime.methods.log import AT_MOST, KEPT
from pos_terminal.runtime.plugins import GROUP

LINES = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "-n", "--lines", type=_lines, default=LINES, metavar="N",
        help=say("combien ({default})").format(default=LINES),
    )  # fmt: skip
    parser.add_argument(
        "-f", "--follow", action="store_true", help=say("et chaque nouvelle, comme elle vient")
    )
    parser.add_argument(
        "--level", type=_level, metavar=say("QUI=NIVEAU"),
        help=say("un pilote, ou une partie de la caisse, en dira plus : escpos=debug"),
    )  # fmt: skip
    parser.add_argument(
        "--for", dest="span", type=_span, metavar=say("DUREE"),
        help=say("pendant 30s, 10m, 1h au plus (10m)"),
    )  # fmt: skip
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the lines; 0."""
    client = Client(socket_path(state_of(arguments), os.environ))
    if arguments.level:
        name, level = arguments.level
        client.call(interface.LEVEL, LevelAsked(_logger(name), level, arguments.span or 600))
    elif arguments.span:
        raise Misuse(say("--for va avec --level"))
    asked = LogAsked(arguments.lines)
    if not arguments.follow:
        _show(client.call(interface.LOG, asked).lines, as_json=arguments.json)
        return 0
    for answer in client.follow(interface.LOG, asked):
        _show(answer.lines, as_json=arguments.json)
    return 0


def _show(lines: list[LogLine], *, as_json: bool) -> None:
    for line in lines:
        if as_json:
            print_json(line)
        else:
            print(f"{line.at[:10]} {line.at[11:19]} {line.level:8}{line.logger}: {line.text}")
    sys.stdout.flush()


def _logger(name: str) -> str:
    """A plug-in's name stands for its package; any other is a logger's."""
    modules = {point.name: point.module for point in entry_points(GROUP)}
    return modules.get(name, name).partition(":")[0]


def _level(text: str) -> tuple[str, str]:
    name, sign, level = text.rpartition("=")
    if not (sign and name and level.isalpha()):
        raise argparse.ArgumentTypeError(say("{text} n'est pas QUI=NIVEAU").format(text=text))
    return name, level.upper()


def _span(text: str) -> int:
    return span(text, AT_MOST, say("{text} : une durée est 30s, 10m, ou 1h au plus"))


def _lines(text: str) -> int:
    return number(text, KEPT, say("{text} : de 1 à {highest} lignes"))
