"""`pos-terminal driver new NAME --out DIR`: the package of a new driver, whose tests pass.

Exit status: 0 done, 1 a file is there already or could not be written, 2 usage.
"""

import argparse
import re
from contextlib import ExitStack
from pathlib import Path

from pos_terminal.commands import new_driver
from pos_terminal.commands.argument import add_json
from pos_terminal.commands.files import new_files
from pos_terminal.domain.language import say
from pos_terminal.process.output import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    new = actions.add_parser("new", help=say("le paquet d'un nouveau pilote, avec ses essais"))
    new.add_argument(
        "name", type=_name, metavar=say("NOM"),
        help=say("du pilote : lettres minuscules et chiffres"),
    )  # fmt: skip
    new.add_argument(
        "--out", type=Path, required=True, metavar=say("DOSSIER"), help=say("où l'écrire")
    )
    # A package has no till; every command takes the option all the same.
    new.add_argument("--state", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    add_json(new)


def run(arguments: argparse.Namespace) -> int:
    """Write the package; nothing that is there is written over."""
    files = new_driver.make(arguments.name)
    with ExitStack() as written:
        for folder in sorted({path.parent for path in files}):
            own = {path.name: text for path, text in files.items() if path.parent == folder}
            outs = [arguments.out / folder / name for name in own]
            made = written.enter_context(new_files(*outs, folder=arguments.out / folder))
            for draft, text in zip(made.drafts, own.values(), strict=True):
                draft.write_text(text, encoding="utf-8")
    if arguments.json:
        print_json({"out": str(arguments.out), "files": sorted(map(str, files))})
    else:
        print(say("{out} : {count} fichiers ; ses essais : pytest {out}",
                  out=arguments.out, count=len(files)))  # fmt: skip
    return 0


def _name(text: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9]{1,29}", text):
        wrong = say("{text} : de 2 à 30 lettres minuscules et chiffres")
        raise argparse.ArgumentTypeError(wrong.format(text=text))
    return text
