"""`pos-terminal archive verify FILE`: is an archive what the till recorded, and is it this till's?

By the archive's own verifier, but this program's copy of it: not one that came with the file. Exit
status: 0 right, 1 wrong, 2 usage.
"""

import argparse
from pathlib import Path

from pos_terminal.archive.verifier import check
from pos_terminal.commands.argument import add_json
from pos_terminal.commands.files import reading_file
from pos_terminal.domain.language import say
from pos_terminal.process.output import print_json
from pos_terminal.verifier import messages


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    words = say("vérifie une archive, toutes colonnes comprises")
    verify = actions.add_parser("verify", help=words)
    verify.add_argument("file", type=Path, metavar=say("FICHIER"), help=say("l'archive, un ZIP"))
    verify.add_argument(
        "--key", default="", metavar="ID", help=say("la clé de la caisse, ou son début : sur un Z")
    )
    verify.add_argument(
        "--head", default="", metavar=say("N EMPREINTE"),
        help=say("une tête imprimée : le code d'un Z"),
    )  # fmt: skip
    verify.add_argument(
        "--ticket", action="append", default=[], metavar=say("N EMPREINTE"),
        help=say("le code au pied d'un ticket ; se répète"),
    )  # fmt: skip
    verify.add_argument(
        "--tsa", type=Path, metavar="CA.pem",
        help=say("des autorités dont l'une doit l'avoir daté (RFC 3161)"),
    )  # fmt: skip
    verify.add_argument(
        "--customers", type=Path, metavar=say("CLES.json"),
        help=say("les clés qui ouvrent à qui les factures ont été faites"),
    )  # fmt: skip
    verify.add_argument("--lang", choices=("fr", "en"), default="fr", help=say("la langue (fr)"))
    add_json(verify)


def run(arguments: argparse.Namespace) -> int:
    """Check the archive; 0 where it is right, 1 where it is not."""
    messages.LANGUAGE[0] = arguments.lang
    with reading_file(arguments.file):  # of what is not there nothing can be said, good or bad
        arguments.file.stat()
    tsa, keys = _content(arguments.tsa), _content(arguments.customers)
    asked = check.Asked(arguments.key, arguments.head, arguments.ticket, tsa, keys)
    status, lines = check.examined(arguments.file, asked)
    if arguments.json:
        print_json({"good": status == 0, "said": lines})
    else:
        print(*lines, sep="\n")
    return status


def _content(file: Path | None) -> bytes:
    if file is None:
        return b""
    with reading_file(file):
        return file.read_bytes()
