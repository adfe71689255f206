"""`pos-terminal scenes FILE.md…`: play the scenes of pages, and say what comes out otherwise.

Nothing real is touched: the till is a simulation, in a state of its own that is thrown away. Exit
status: 0 all as written, 1 something differs, a shop means nothing, or there is no scene, 2 usage,
or a word of a page that means nothing: file, line and reason are said.
"""

import argparse
import logging
import time
from pathlib import Path

from pos_terminal.commands.argument import add_json
from pos_terminal.commands.files import reading_file
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import how_many, say
from pos_terminal.process.output import fail, print_json
from pos_terminal.runtime.far_ends import NoFarEnds
from pos_terminal.scenes.run import Difference, play_now
from pos_terminal.scenes.script import BadScript, Scene, read
from pos_terminal.scenes.shop import PATIENCE, BadShop, SceneSource


class BadPage(Exception):
    """A page with a word that means nothing: where, and why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("files", type=Path, nargs="+", metavar=say("FICHIER.md"))
    parser.add_argument(
        "--config", type=Path, metavar=say("FICHIER"),
        help=say("la boutique : sa configuration ; sans elle, celle de la page"),
    )  # fmt: skip
    parser.add_argument("--only", default="", metavar=say("MOTS"),
                        help=say("les scènes dont le titre a ces mots"))  # fmt: skip
    parser.add_argument("--patience", type=float, default=PATIENCE, metavar=say("SECONDES"),
                        help=say("combien une chose attendue peut tarder (20)"))  # fmt: skip
    parser.add_argument("--state", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Play all; 0, 1 where something differs, or 2 where a page means nothing."""
    logging.basicConfig(level=logging.CRITICAL)
    if arguments.config:
        with reading_file(arguments.config):
            arguments.config.read_text()  # the same for all scenes: told once, before any
    try:
        return _play(arguments)
    except BadPage as bad:
        fail(Failure(faults.BAD_SCENES, str(bad)), as_json=arguments.json)
        return 2


def _play(arguments: argparse.Namespace) -> int:
    worst, played, begun = 0, 0, time.monotonic()
    for file in arguments.files:
        try:
            with reading_file(file):
                script = read(file.read_text())
        except BadScript as bad:
            raise BadPage(f"{file}:{bad.line}: {bad}") from bad
        source = SceneSource(script, arguments.config, arguments.patience)
        for scene in script.scenes:
            if arguments.only.casefold() not in scene.title.casefold():
                continue
            try:
                difference = play_now(source, scene)
            except BadScript as bad:
                raise BadPage(f"{file}:{bad.line}: {bad}") from bad
            except (BadShop, NoFarEnds) as error:
                raise Failure(faults.BAD_SCENES, f"{file}:{scene.line}: {error}") from error
            played += 1
            worst = max(worst, 1 if difference else 0)
            _tell(file, scene, difference, as_json=arguments.json)
    if not played:  # a page without scenes, or a title that none has: nothing was proved
        raise Failure(faults.BAD_SCENES, say("aucune scène à jouer"))
    if not arguments.json:
        seconds = round(time.monotonic() - begun)
        scenes = how_many(played, "{count} scène jouée", "{count} scènes jouées")
        print(say("{scenes} en {seconds} s", scenes=scenes, seconds=seconds))
    return worst


def _tell(file: Path, scene: Scene, difference: Difference | None, *, as_json: bool) -> None:
    line = difference.step.line if difference else scene.line
    if as_json:
        told = {"file": str(file), "line": line, "title": scene.title, "good": not difference}
        if difference:
            told |= {"wanted": str(difference.step), "got": difference.got}
        print_json(told)
    elif difference:
        print(f"{file}:{line}: {scene.title}")
        print(say("  voulu : {wanted}").format(wanted=difference.step))
        print(say("  obtenu : {got}").format(got=difference.got.replace("\n", "\n  | ")))
    else:
        print(f"{file}:{line}: {scene.title} : {say('conforme')}", flush=True)
