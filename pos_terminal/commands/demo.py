"""`pos-terminal demo`: a made-up bakery morning, sold before your eyes. No hardware, no network.

Exit status: 0 all of it was sold, 1 not.
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import randrange
from tempfile import TemporaryDirectory

from pos_terminal.commands.argument import add_json
from pos_terminal.commands.record_line import as_line
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import say
from pos_terminal.process.logs import log_to_stderr
from pos_terminal.process.output import print_json
from pos_terminal.replay.day_sales import plots
from pos_terminal.replay.demo_day import demo_day
from pos_terminal.replay.display_reader import ReplayStopped
from pos_terminal.replay.observer import Observer
from pos_terminal.replay.session import Job, replay
from pos_terminal.replay.summary import ReplaySummary
from pos_terminal.replay.ticket_file import read_tickets
from pos_terminal.replay.view import PlainView, View
from pos_terminal.runtime.far_ends import NoFarEnds

SECONDS = 45.0
PREFIX = "pos-terminal-demo-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--seed", type=int, metavar="N",
        help=say("quelle matinée ; une autre chaque fois"),
    )  # fmt: skip
    parser.add_argument("--fast", action="store_true", help=say("aussi vite que possible"))
    parser.add_argument(
        "--state", type=Path, metavar=say("DOSSIER"),
        help=say("garde ici le journal (d'une simulation)"),
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Sell the morning; 0, or 1 where that did not work."""
    seed = randrange(1_000_000) if arguments.seed is None else arguments.seed
    if arguments.json or not sys.stdout.isatty():
        log_to_stderr(logging.WARNING)
    try:
        with _folder(arguments.state) as state, TemporaryDirectory(prefix=PREFIX) as files:
            job = _job(Path(files), state, seed)
            if arguments.json:
                summary = asyncio.run(replay(job, Observer()))
                print_json(summary.as_json())
            else:
                summary = _watched(job, None if arguments.fast else SECONDS)
                again = say("La même matinée : pos-terminal demo --seed {seed}")
                print(f"\n{again.format(seed=seed)}")
                print(say("Pour toucher la caisse vous-même, dans un navigateur : make counter"))
    except OSError as error:
        raise Failure(faults.REPLAY_STOPPED, about(error)) from error
    except (ReplayStopped, NoFarEnds) as error:
        raise Failure(faults.REPLAY_STOPPED, str(error)) from error
    return 1 if summary.refused else 0


def _watched(job: Job, seconds: float | None) -> ReplaySummary:
    """Sell it live in the terminal, or line by line where there is none; then sum up."""
    observer: View | PlainView
    if sys.stdout.isatty():
        title = f"pos-terminal · {say('une boulangerie, un dimanche matin')}"
        observer = View(title, as_line, seconds)
        with observer.shown():
            summary = asyncio.run(replay(job, observer))
    else:
        observer = PlainView(as_line)
        summary = asyncio.run(replay(job, observer))
        print(f"\n{say('Le dernier ticket :')}\n")
        print("\n".join(f"  {line.text.rstrip()}" for line in observer.last_paper))
    print("", *plots(observer.day), "", *summary.as_text(), sep="\n")
    return summary


def _job(files: Path, state: Path, seed: int) -> Job:
    made = demo_day(seed)
    catalog, tickets = files / "catalog.csv", files / "tickets.csv"
    catalog.write_bytes(made.catalog)
    tickets.write_bytes(made.tickets)
    return Job(recorded=read_tickets(tickets), catalog=catalog, state=state)


@contextmanager
def _folder(state: Path | None) -> Iterator[Path]:
    """The folder named, or one that goes at the end."""
    if state:
        yield state
    else:
        with TemporaryDirectory(prefix=PREFIX) as temporary:
            yield Path(temporary) / "state"
