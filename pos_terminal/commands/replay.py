"""`pos-terminal replay`: sell recorded tickets through simulated devices, and sum them up.

Exit status: 0 all rows sold, 1 some row refused or the replay could not be done, 2 usage.
"""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from pos_terminal.commands.argument import add_json
from pos_terminal.commands.files import reading_file
from pos_terminal.commands.record_line import as_line
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.files.table import NoTableError
from pos_terminal.domain.language import say
from pos_terminal.process.logs import log_to_stderr
from pos_terminal.process.output import print_json
from pos_terminal.replay.display_reader import ReplayStopped
from pos_terminal.replay.observer import Observer
from pos_terminal.replay.progress import Bar
from pos_terminal.replay.session import Job, replay
from pos_terminal.replay.summary import ReplaySummary
from pos_terminal.replay.ticket_file import read_tickets
from pos_terminal.replay.view import View
from pos_terminal.runtime.far_ends import NoFarEnds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "tickets", type=Path, metavar=say("TICKETS.csv"),
        help=say("les tickets enregistrés"),
    )  # fmt: skip
    parser.add_argument("--catalog", type=Path, required=True, metavar=say("CATALOGUE.csv"),
                        help=say("les articles que ces tickets nomment"))  # fmt: skip
    parser.add_argument(
        "--state", type=Path, required=True, metavar=say("DOSSIER"),
        help=say("le dossier du journal simulé ; fait s'il n'y est pas"),
    )  # fmt: skip
    add_json(parser)
    parser.add_argument(
        "--zone", default="Europe/Paris", metavar=say("FUSEAU"),
        help=say("le fuseau horaire de la boutique (%(default)s)"),
    )  # fmt: skip
    parser.add_argument(
        "--default-vat", default="5.5", metavar=say("POURCENT"),
        help=say("le taux des articles qui n'en ont pas (%(default)s)"),
    )  # fmt: skip
    parser.add_argument(
        "--printer", type=_address, metavar=say("HOTE:PORT"),
        help=say("imprime sur cette imprimante du réseau, non sur la simulée"),
    )  # fmt: skip

    parser.add_argument(
        "--live", action="store_true",
        help=say("montre la boutique dans le terminal pendant qu'elle vend"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Replay; 0, or 1 where a row was refused or the replay could not be done."""
    for file in (arguments.tickets, arguments.catalog):
        with reading_file(file), file.open("rb"):
            pass
    bar = Bar()
    try:
        if arguments.live and sys.stdout.isatty():
            view = View(f"pos-terminal · {arguments.tickets.name}", as_line)
            with view.shown():
                summary = sell(arguments, view)
        else:
            log_to_stderr(logging.WARNING)
            summary = sell(arguments, bar)
    except OSError as error:
        raise Failure(faults.REPLAY_STOPPED, about(error)) from error
    except (ReplayStopped, NoFarEnds, NoTableError) as error:
        raise Failure(faults.REPLAY_STOPPED, str(error)) from error
    finally:
        bar.close()
    if arguments.json:
        print_json(summary.as_json())
    else:
        print("\n".join(summary.as_text()))
    return 1 if summary.refused else 0


def sell(arguments: argparse.Namespace, observer: Observer) -> ReplaySummary:
    """Replay what the arguments say."""
    job = Job(
        recorded=read_tickets(arguments.tickets),
        catalog=arguments.catalog,
        state=arguments.state,
        zone=arguments.zone,
        default_vat=arguments.default_vat,
        printer=arguments.printer or "",
    )
    return asyncio.run(replay(job, observer))


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(say("{text} n'est pas HOTE:PORT").format(text=text))
    return text
