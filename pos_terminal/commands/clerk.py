"""`pos-terminal clerk add|list|rights|pin|badge|remove`: who may sign on, and what each may do.

A till that sells takes a change over at once; each is on record, with who had it made. A PIN is
asked for twice on the terminal, or read from a file; it is never an argument, which others could
read. Exit status: 0 done, 1 refused or failed, 2 usage.
"""

import argparse
import getpass
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path
from string import ascii_uppercase, digits

from pos_terminal.acts import table
from pos_terminal.acts.asked import Asked
from pos_terminal.acts.clerks import (
    AddClerk,
    ClerkTold,
    RemoveClerk,
    SetBadge,
    SetPin,
    SetRights,
)
from pos_terminal.commands.argument import number, pseudonym
from pos_terminal.commands.files import reading_file
from pos_terminal.commands.perform_act import do
from pos_terminal.commands.till import add_options, enter
from pos_terminal.domain import faults
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.domain.staff.clerks import (
    HIGHEST,
    ORDINARY,
    Pin,
    badge_code,
    badge_hash,
)
from pos_terminal.journal import database
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.state_directory import read_mark
from pos_terminal.persons import cards, pins
from pos_terminal.persons.clerks_file import read
from pos_terminal.process.output import print_json
from pos_terminal.storage.secret_file import SecretError

ALL = frozenset(Right)
SECRET = 20
"""Characters of a badge's secret: 103 bits of chance."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    add = actions.add_parser("add", help=say("un nouveau vendeur, avec un code secret"))
    listing = actions.add_parser("list", help=say("tous les vendeurs et leurs droits"))
    rights = actions.add_parser("rights", help=say("ce que peut un vendeur désormais"))
    pin = actions.add_parser("pin", help=say("un nouveau code secret"))
    badge = actions.add_parser(
        "badge", help=say("un nouveau badge : affiche son code ; l'ancien ne vaut plus")
    )
    remove = actions.add_parser("remove", help=say("un vendeur qui ne vend plus ici"))
    for action in (add, rights, pin, badge, remove):
        action.add_argument("number", type=_number, metavar=say("NUMERO"))
    for action in (add, rights):
        which = action.add_mutually_exclusive_group(required=action is rights)
        known = ", ".join(right.value for right in Right)
        which.add_argument(
            "--rights", type=_rights, default=ORDINARY, metavar=say("LISTE"),
            help=say("parmi {rights} ; « none » pour aucun").format(rights=known),
        )  # fmt: skip
        which.add_argument("--manager", action="store_true", help=say("tous les droits"))
    add.add_argument(
        "--training", action="store_true", help=say("tout ce qu'il vend n'est qu'exercice")
    )
    add.add_argument(
        "--person", type=pseudonym, metavar=say("PSEUDONYME"),
        help=say("des données personnelles, dont le nom salue le vendeur"),
    )  # fmt: skip
    for action in (add, pin):
        action.add_argument(
            "--pin-file", type=Path, metavar=say("FICHIER"),
            help=say("dont la première ligne est le code secret"),
        )  # fmt: skip
    which = badge.add_mutually_exclusive_group()
    which.add_argument("--none", action="store_true", help=say("plus aucun badge"))
    which.add_argument(
        "--card", type=Path, metavar=say("FICHIER"),
        help=say("une carte d'un lecteur : la première ligne est le numéro qu'il tape"),
    )  # fmt: skip
    add_options(add, listing, rights, pin, badge, remove)


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; 0, or 1 where it is refused or fails."""
    actions = {
        "add": _add, "list": _list, "rights": _set_rights, "pin": _set_pin, "badge": _set_badge,
        "remove": _remove,
    }  # fmt: skip
    actions[arguments.action](arguments)
    return 0


def _add(arguments: argparse.Namespace) -> None:
    asked = AddClerk(
        number=arguments.number,
        pin=_ask(arguments.pin_file),
        rights=ALL if arguments.manager else arguments.rights,
        training=arguments.training,
        person=arguments.person or "",
    )
    _change(arguments, table.CLERK_ADD, asked)


def _list(arguments: argparse.Namespace) -> None:
    enter(arguments)
    # A directory that is no till's has no clerks' file either: that must not read as "nobody".
    if read_mark(arguments.state) is None:
        raise JournalError(faults.JOURNAL_MISSING, str(arguments.state / database.NAME))
    clerks = read(arguments.state).clerks
    told = [ClerkTold.of(clerks[number]) for number in sorted(clerks)]
    if arguments.json:
        print_json(told)
    elif told:
        _tell(told)
    else:
        print(say("aucun vendeur : la caisse vend sans identification"))


def _set_rights(arguments: argparse.Namespace) -> None:
    rights = ALL if arguments.manager else arguments.rights
    asked = SetRights(number=arguments.number, rights=rights)
    _change(arguments, table.CLERK_RIGHTS, asked)


def _set_pin(arguments: argparse.Namespace) -> None:
    asked = SetPin(number=arguments.number, pin=_ask(arguments.pin_file))
    _change(arguments, table.CLERK_PIN, asked)


def _set_badge(arguments: argparse.Namespace) -> None:
    enter(arguments, make=True)
    code = "" if arguments.none else _badge(arguments)
    badge = badge_hash(code) if code else ""
    asked = SetBadge(number=arguments.number, badge=badge)
    told = do(arguments, table.CLERK_BADGE, asked, ClerkTold)
    if arguments.json:
        print_json({"number": told.number, "code": "" if arguments.card else code})
    elif code and not arguments.card:
        print(code)


def _badge(arguments: argparse.Namespace) -> str:
    """The code of a new badge: of chance, or of a card that somebody has."""
    if not arguments.card:
        return badge_code("".join(secrets.choice(ascii_uppercase + digits) for _ in range(SECRET)))
    with reading_file(arguments.card):
        given = arguments.card.read_text().partition("\n")[0]
    try:
        return cards.code_of(cards.made(arguments.state), given)
    except (SecretError, OSError, ValueError) as error:
        raise _refused(str(error)) from None


def _remove(arguments: argparse.Namespace) -> None:
    _change(arguments, table.CLERK_REMOVE, RemoveClerk(number=arguments.number))


def _change(arguments: argparse.Namespace, act: str, asked: Asked) -> None:
    enter(arguments, make=True)
    told = do(arguments, act, asked, ClerkTold)
    if arguments.json:
        print_json(told)
    else:
        _tell([told])


def _tell(clerks: Iterable[ClerkTold]) -> None:
    for clerk in clerks:
        rights = ", ".join(clerk.rights) or say("aucun droit")
        marks = {
            say("badge"): clerk.badge,
            say("formation"): clerk.training,
            say("nommé"): bool(clerk.person),
        }
        said = "".join(f"  [{mark}]" for mark, has in marks.items() if has)
        print(f"{clerk.number:>3}  {rights}{said}")


def _ask(file: Path | None) -> str:
    """What is kept of the PIN that somebody gives, on the terminal or in a file."""
    if file:
        with reading_file(file):
            given = file.read_text().partition("\n")[0].strip()
    elif sys.stdin.isatty():
        given = getpass.getpass(say("Code secret : "))
        if getpass.getpass(say("Encore une fois : ")) != given:
            raise _refused(say("les deux codes diffèrent"))
    else:
        raise _refused(say("aucun terminal où demander le code : donner --pin-file"))
    try:
        return pins.keep(Pin(given))
    except ValueError as error:
        raise _refused(str(error)) from None


def _refused(why: str) -> Failure:
    return Failure(faults.CLERK_REFUSED, why)


def _number(text: str) -> int:
    return number(text, HIGHEST, say("{text} : le numéro d'un vendeur va de 1 à {highest}"))


def _rights(text: str) -> frozenset[Right]:
    try:
        return frozenset(Right(name) for name in text.split(",") if text != "none")
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
