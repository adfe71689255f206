"""`pos-terminal counter`: a whole shop in a browser, to touch the till before one owns one.

What serves the page is no part of a till: it comes with an extra, and is looked for when it is
asked for. Exit status: 0 after a stop that was asked for, 1 where it could not be opened.
"""

import argparse
import logging
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands import new_shop
from pos_terminal.commands.argument import add_json
from pos_terminal.commands.config import check
from pos_terminal.commands.files import reading_file
from pos_terminal.commands.record_line import as_line
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.files.table import Problem
from pos_terminal.domain.language import say
from pos_terminal.journal.state_directory import read_mark
from pos_terminal.process.installed import entry_points
from pos_terminal.process.logs import log_to_stderr
from pos_terminal.process.translation import language_named
from pos_terminal.runtime.boot import LAST_GOOD
from pos_terminal.runtime.config import BadConfiguration, load
from pos_terminal.runtime.keymaps import KEYMAPS

GROUP = "pos_terminal.pages"
PORT = 8470
SAMPLE = {
    "name": "AU BON PAIN", "address": "1 rue du Four, 35000 Rennes", "siret": "73282932000074",
}  # fmt: skip
"""Whose shop it is where nobody brings one: nobody's, with a number that is well formed."""

LEFT_BY_TILLS = ("journal.db", LAST_GOOD)

AT_HAND = ("1", "2", "3", "5", "10", "11", "30", "42")
"""The articles of the sample that get a key of their own."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--config", type=Path, metavar=say("FICHIER"),
        help=say("votre boutique : sa configuration ; sans elle, une boulangerie"),
    )  # fmt: skip
    parser.add_argument(
        "--state", type=Path, metavar=say("DOSSIER"),
        help=say("garde ici le journal (d'une simulation)"),
    )  # fmt: skip
    parser.add_argument(
        "--lesson", type=Path, metavar=say("FICHIER.md"),
        help=say("vos propres leçons : une page de scènes"),
    )  # fmt: skip
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="N",
        help=say("le port de la page ({port})", port=PORT),
    )  # fmt: skip
    parser.add_argument(
        "--language", choices=("fr", "en"), help=say("la langue de la caisse et de la page")
    )
    parser.add_argument(
        "--no-browser", action="store_true", help=say("dit l'adresse, sans ouvrir de navigateur")
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve the page; 0 once it was stopped."""
    log_to_stderr(logging.ERROR)
    serve = _page()
    if arguments.lesson is not None:
        with reading_file(arguments.lesson):
            arguments.lesson.read_text()
    if arguments.state is not None:
        _only_simulated(arguments.state)
    with shop(None) as sample, shop(arguments.config or sample) as config:
        language = arguments.language or language_named(config)
        # The sample is good: to check it, which tries the printer's model, would take a second.
        mistakes = _mistakes if arguments.config else _none
        serve(
            config, arguments.state, arguments.port, as_line, mistakes,
            socket=socket_path(arguments.state, os.environ) if arguments.state else None,
            sample=sample, lesson=arguments.lesson, language=language,
            browser=not arguments.no_browser,
        )  # fmt: skip
    return 0


def _only_simulated(state: Path) -> None:
    """Failure where a real till lives there: already a start writes its settings beside it."""
    mark = read_mark(state)
    real = not mark.simulated if mark else any((state / each).exists() for each in LEFT_BY_TILLS)
    if real:
        raise Failure(faults.JOURNAL_FOREIGN, f"{state} : {say('il a de vraies ventes')}")


def _mistakes(config: Path) -> Sequence[tuple[Path, Problem]]:
    """What `config check` finds wrong, for the page to show."""
    try:
        return check(config, load(config)).problems
    except BadConfiguration as error:  # it is gone, or no text
        return [(error.file, problem) for problem in error.problems]


def _none(_: Path) -> Sequence[tuple[Path, Problem]]:
    return ()


def _page() -> Callable[..., None]:
    """What serves the page: its package stands beside the till, and is none of its parts."""
    try:
        return next(cast(Callable[..., None], each.load()) for each in entry_points(GROUP))
    except (ImportError, StopIteration) as error:
        detail = say("pip install 'pos-terminal[counter]' ({error})", error=error)
        raise Failure(faults.EXTRA_MISSING, detail) from error


@contextmanager
def shop(config: Path | None) -> Iterator[Path]:
    """The settings of the shop that is opened: the owner's, or a bakery's that goes at the end."""
    if config is not None:
        with reading_file(config):
            config.read_bytes()
        yield config.absolute()
        return
    with TemporaryDirectory(prefix="pos-terminal-shop-") as folder:
        for name, text in new_shop.make("boulangerie", **SAMPLE).items():
            (Path(folder) / name).write_text(text)
        _put_articles_on_keys(Path(folder))
        with (Path(folder) / "terminal.toml").open("a") as file:
            file.write('\n[[terminals]]\ndevice = "tpe"\n')
        yield Path(folder) / "terminal.toml"


def _put_articles_on_keys(folder: Path) -> None:
    """Have the default key map's article keys sell what this shop sells most."""
    articles = iter(AT_HAND)
    text = (KEYMAPS / "numeric.toml").read_text()
    (folder / "clavier.toml").write_text(
        re.sub("article [0-9]+", lambda _: f"article {next(articles)}", text)
    )
    file = folder / "terminal.toml"
    named = '[terminal]\nkeymap = "clavier.toml"'
    file.write_text(file.read_text().replace("[terminal]", named, 1))
