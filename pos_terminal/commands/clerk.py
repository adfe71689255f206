"""`pos-terminal clerk add|list|rights|pin|badge|remove`: who may sign on, and what each may do.

Works on the clerks' file beside a till that is selling, which takes it over at once. A PIN is asked
for twice on the terminal, or read from a file; it is never an argument, which others could read.
Exit status: 0 done, 1 refused or failed, 2 usage.
"""

import argparse
import getpass
import re
import secrets
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from string import ascii_uppercase, digits

from pos_terminal.commands.output import fail, print_json
from pos_terminal.domain import faults
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.staff.clerks import (
    HIGHEST,
    ORDINARY,
    Clerk,
    Pin,
    badge_code,
    badge_hash,
)
from pos_terminal.runtime import pins
from pos_terminal.runtime.clerks import BadClerks, read, write

STATE = Path("/var/lib/pos-terminal")
ALL = frozenset(Right)
SECRET = 20
"""Characters of a badge's secret: 103 bits of chance."""


class _Refused(Exception):
    """What was asked for cannot be done; the message says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", help="a new clerk, with a PIN")
    listing = actions.add_parser("list", help="all clerks with their rights")
    rights = actions.add_parser("rights", help="what a clerk may do from now on")
    pin = actions.add_parser("pin", help="a new PIN")
    badge = actions.add_parser("badge", help="a new badge: prints its code; an earlier one is void")
    remove = actions.add_parser("remove", help="a clerk who sells here no more")
    for action in (add, rights, pin, badge, remove):
        action.add_argument("number", type=_number, metavar="NUMBER")
    for action in (add, rights):
        which = action.add_mutually_exclusive_group(required=action is rights)
        which.add_argument(
            "--rights", type=_rights, default=ORDINARY, metavar="LIST",
            help=f"of {', '.join(Right)}; «none» for none",
        )  # fmt: skip
        which.add_argument("--manager", action="store_true", help="all rights")
    add.add_argument(
        "--training", action="store_true", help="all that this clerk sells is practice"
    )
    add.add_argument("--person", type=_pseudonym, metavar="PSEUDONYM",
                     help="of the personal store, whose name greets the clerk")  # fmt: skip
    for action in (add, pin):
        action.add_argument("--pin-file", type=Path, metavar="FILE", help="whose first line it is")
    badge.add_argument("--none", action="store_true", help="no badge any more")
    for action in (add, listing, rights, pin, badge, remove):
        action.add_argument("--state", type=Path, default=STATE, metavar="DIR")
        action.add_argument("--json", action="store_true", help="JSON on standard output")


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; 0, or 1 where it is refused or fails."""
    actions = {
        "add": _add, "list": _list, "rights": _set_rights, "pin": _set_pin, "badge": _set_badge,
        "remove": _remove,
    }  # fmt: skip
    try:
        actions[arguments.action](arguments, read(arguments.state))
    except BadClerks as error:
        return fail(error.fault, error.detail, as_json=arguments.json)
    except (_Refused, OSError) as error:
        return fail(faults.CLERK_REFUSED, str(error), as_json=arguments.json)
    return 0


def _add(arguments: argparse.Namespace, clerks: dict[int, Clerk]) -> None:
    number: int = arguments.number
    if number in clerks:
        raise _Refused(f"clerk {number} is there already")
    rights = ALL if arguments.manager else arguments.rights
    kept = _ask(arguments.pin_file)
    clerk = Clerk(number, kept, rights, training=arguments.training, person=arguments.person or "")
    _save(arguments, clerks, clerk)


def _list(arguments: argparse.Namespace, clerks: dict[int, Clerk]) -> None:
    _tell(arguments, (clerks[number] for number in sorted(clerks)))


def _set_rights(arguments: argparse.Namespace, clerks: dict[int, Clerk]) -> None:
    rights = ALL if arguments.manager else arguments.rights
    _save(arguments, clerks, replace(_known(arguments, clerks), rights=rights))


def _set_pin(arguments: argparse.Namespace, clerks: dict[int, Clerk]) -> None:
    clerk = _known(arguments, clerks)
    _save(arguments, clerks, replace(clerk, pin=_ask(arguments.pin_file)))


def _set_badge(arguments: argparse.Namespace, clerks: dict[int, Clerk]) -> None:
    clerk = _known(arguments, clerks)
    secret = "".join(secrets.choice(ascii_uppercase + digits) for _ in range(SECRET))
    code = "" if arguments.none else badge_code(secret)
    write(arguments.state, _with(clerks, replace(clerk, badge=badge_hash(code) if code else "")))
    if arguments.json:
        print_json({"number": clerk.number, "code": code})
    elif code:
        print(code)


def _remove(arguments: argparse.Namespace, clerks: dict[int, Clerk]) -> None:
    gone = _known(arguments, clerks)
    write(arguments.state, (clerk for clerk in clerks.values() if clerk is not gone))
    _tell(arguments, (gone,))


def _known(arguments: argparse.Namespace, clerks: dict[int, Clerk]) -> Clerk:
    if arguments.number not in clerks:
        raise _Refused(f"there is no clerk {arguments.number}")
    return clerks[arguments.number]


def _save(arguments: argparse.Namespace, clerks: dict[int, Clerk], clerk: Clerk) -> None:
    write(arguments.state, _with(clerks, clerk))
    _tell(arguments, (clerk,))


def _with(clerks: dict[int, Clerk], clerk: Clerk) -> Iterable[Clerk]:
    return {**clerks, clerk.number: clerk}.values()


def _tell(arguments: argparse.Namespace, clerks: Iterable[Clerk]) -> None:
    """Say what is known of the clerks, but for what checks PINs and badges."""
    told = [
        {
            "number": clerk.number,
            "rights": sorted(clerk.rights),
            "badge": bool(clerk.badge),
            "training": clerk.training,
            "person": clerk.person,
        }
        for clerk in clerks
    ]
    if arguments.json:
        print_json(told if arguments.action == "list" else told[0])
        return
    for row in told:
        rights = ", ".join(row["rights"]) if isinstance(row["rights"], list) else ""
        marks = [word for word in ("badge", "training", "person") if row[word]]
        print(f"{row['number']:>3}  {rights or 'none'}{''.join(f'  [{mark}]' for mark in marks)}")


def _ask(file: Path | None) -> str:
    """What is kept of the PIN that somebody gives, on the terminal or in a file."""
    if file:
        given = file.read_text().partition("\n")[0].strip()
    elif sys.stdin.isatty():
        given = getpass.getpass("PIN: ")
        if getpass.getpass("PIN, once more: ") != given:
            raise _Refused("the two PINs differ")
    else:
        raise _Refused("there is no terminal to ask for the PIN: give --pin-file")
    try:
        return pins.keep(Pin(given))
    except ValueError as error:
        raise _Refused(str(error)) from None


def _number(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]*", text) or int(text) > HIGHEST:
        raise argparse.ArgumentTypeError(f"{text!r}: a clerk's number is 1 to {HIGHEST}")
    return int(text)


def _rights(text: str) -> frozenset[Right]:
    try:
        return frozenset(Right(name) for name in text.split(",") if text != "none")
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _pseudonym(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{32}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a pseudonym: 32 digits, 0-9 and a-f")
    return text
