"""`pos-terminal person list|export|add|erase|due`: what is held of persons, and its end.

`list` and `export` only read, also beside a till that is selling; the others need it stopped, as
they leave records in its journal. Exit status: 0 done, 1 refused or failed, 2 usage.
"""

import argparse
import asyncio
import os
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pos_terminal.commands.output import fail, print_json
from pos_terminal.commands.person_text import Known, as_due, as_erased, as_list, as_text
from pos_terminal.domain import faults
from pos_terminal.domain.events.system import PersonErased
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.customers import CUSTOMER, HIGHEST, customer_number, item_name
from pos_terminal.domain.moment import Trust
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.state_directory import read_mark
from pos_terminal.persons.bridge import run_with_journal
from pos_terminal.persons.erasures import naming
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.item import Item, Label, read_items
from pos_terminal.persons.store import Persons, Record, exists, reading
from pos_terminal.runtime.config import BadConfiguration
from pos_terminal.runtime.maintenance import shop_settings, stopped_till
from pos_terminal.runtime.translation import set_language

STATE = Path("/var/lib/pos-terminal")

_DETAILS = ("name", "address", "siret", "vat", "email", "telephone")

T = TypeVar("T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    held = actions.add_parser("list", help="of whom something is held, and what for")
    export = actions.add_parser("export", help="all that is held of a person")
    add = actions.add_parser(
        "add", help="hold what a JSON file says, or a customer's details, of a new person"
    )
    erase = actions.add_parser("erase", help="destroy all that no law obliges to keep")
    due = actions.add_parser("due", help="destroy what had to be kept until a day that is over")
    for action in (export, erase):
        action.add_argument("person", type=_pseudonym, metavar="PSEUDONYM")
    export.add_argument("--out", type=Path, metavar="FILE", help="as JSON, into this file")
    add.add_argument("--to", type=_pseudonym, metavar="PSEUDONYM", help="of a person who is known")
    add.add_argument("file", type=Path, nargs="?", metavar="FILE.json")
    add.add_argument("--customer", type=_number, metavar="N", help="a customer of this number")
    for name in _DETAILS:
        add.add_argument(f"--{name}", metavar="TEXT", help=f"of that customer: {name}")
    for action in (held, export, add, erase, due):
        action.add_argument("--state", type=Path, default=STATE, metavar="DIR")
        action.add_argument("--json", action="store_true", help="JSON on standard output")
    for action in (add, erase, due):
        action.add_argument(
            "--today", type=date.fromisoformat, metavar="DATE",
            help="where the machine's clock is not set from a server: YYYY-MM-DD",
        )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; 0, or 1 where it is refused or fails."""
    actions = {"list": _list, "export": _export, "add": _add, "erase": _erase, "due": _due}
    try:
        mark = read_mark(arguments.state)
        if mark is None:
            raise JournalError(faults.JOURNAL_MISSING, f"there is no {arguments.state / NAME}")
        set_language(shop_settings(arguments.state, mark.store).language)
        actions[arguments.action](arguments)
    except (JournalError, PersonsError) as error:
        return fail(error.fault, error.detail, as_json=arguments.json)
    except BadConfiguration as error:
        return fail(faults.BAD_CONFIGURATION, str(error), as_json=arguments.json)
    return 0


def _list(arguments: argparse.Namespace) -> None:
    labels: list[Label] = []
    if exists(arguments.state):
        with reading(arguments.state) as repository:
            labels = [item.label for item in repository.all()]
    purposes = {
        person: sorted({label.purpose for label in labels if label.person == person})
        for person in sorted({label.person for label in labels})
    }
    numbered = ((label.person, customer_number(label.name)) for label in labels)
    customers = {person: number for person, number in numbered if number}
    if arguments.json:
        print_json(
            [
                {"person": one, "purposes": what, **_card(customers.get(one, 0))}
                for one, what in purposes.items()
            ]
        )
    else:
        print("\n".join(as_list(purposes, {one: _card(n) for one, n in customers.items()})))


def _export(arguments: argparse.Namespace) -> None:
    known = _known(arguments.state, arguments.person)
    if arguments.out:
        try:
            _write_private(arguments.out, msgspec.json.format(msgspec.json.encode(known)) + b"\n")
        except OSError as error:
            raise PersonsError(faults.PERSONS_FAILED, f"{arguments.out}: {error}") from error
    if arguments.json:
        print_json(known)
    else:
        print("\n".join(as_text(known)))


def _known(state: Path, person: str) -> Known:
    items: Sequence[tuple[Label, Item]] = []
    erased = False
    if exists(state):
        with reading(state) as repository:
            erased = repository.is_erased(person)
            if repository.holds(person):
                sealed = repository.items_of(person)
                items = [(item.label, repository.open(item)) for item in sealed]
    records = naming(state, person)
    if not items and not records:
        raise PersonsError(faults.PERSON_UNKNOWN, f"nothing is held of {person}")
    return Known.of(person, erased or not items, items, records)


def _add(arguments: argparse.Namespace) -> None:
    items = _items(arguments)

    def work(persons: Persons, today: date | None) -> str:
        if not arguments.to:
            return persons.add(items)
        persons.put(arguments.to, items)
        return str(arguments.to)

    person = _change(arguments, work)
    if arguments.json:
        card = _card(arguments.customer or 0)
        print_json({"person": person, "items": [item.name for item in items], **card})
    else:
        print(person)


def _items(arguments: argparse.Namespace) -> tuple[Item, ...]:
    """What is to be held: a file's items, or the details of a customer."""
    given = vars(arguments)
    details = {name: given[name] for name in _DETAILS if given[name] is not None}
    try:
        if arguments.customer is None:
            if details or arguments.file is None:
                raise ValueError("either a file, or --customer and its details")
            return read_items(arguments.file.read_bytes())
        if arguments.file is not None:
            raise ValueError("either a file, or --customer")
        item = {
            "name": item_name(arguments.customer), "purpose": CUSTOMER, "ground": "contract",
            "data": details,
        }  # fmt: skip
        return (msgspec.convert(item, Item),)
    except (OSError, ValueError) as error:
        where = f"{arguments.file}: " if arguments.file else ""
        raise PersonsError(faults.PERSON_REFUSED, f"{where}{error}") from error


def _card(number: int) -> dict[str, Any]:
    """A customer's number, and the code of a card that says it to the till."""
    keys = [*(Key(Function.TYPE, digit) for digit in str(number)), Key(Function.CUSTOMER)]
    return {"customer": number, "card": encode(keys)} if number else {}


def _erase(arguments: argparse.Namespace) -> None:
    person: str = arguments.person

    def work(persons: Persons, today: date | None) -> list[Label]:
        if not persons.repository.holds(person) and _was_erased(arguments.state, person):
            return []
        return persons.erase(person, today)

    kept = _change(arguments, work)
    if arguments.json:
        print_json({"person": person, "erased": True, "kept": kept})
    else:
        print("\n".join(as_erased(person, kept)))


def _was_erased(state: Path, person: str) -> bool:
    return any(isinstance(record.event, PersonErased) for record in naming(state, person))


def _due(arguments: argparse.Namespace) -> None:
    def work(persons: Persons, today: date | None) -> list[Label]:
        if today is None:
            raise PersonsError(faults.PERSONS_DATE, say(faults.PERSONS_DATE.cause))
        return persons.due(today)

    over = _change(arguments, work, expire=False)
    if arguments.json:
        print_json({"destroyed": over})
    else:
        print("\n".join(as_due(over)))


def _change(
    arguments: argparse.Namespace, work: Callable[[Persons, date | None], T], expire: bool = True
) -> T:
    """Do `work` on the store of a till that is stopped, its journal beside it."""
    return asyncio.run(_beside_journal(arguments, work, expire))


async def _beside_journal(
    arguments: argparse.Namespace, work: Callable[[Persons, date | None], T], expire: bool
) -> T:
    async with stopped_till(arguments.state) as till:
        now = till.clock.now()
        today = arguments.today or (now.day if now.trust is Trust.SYNCHRONISED else None)

        def on_store(record: Record) -> T:
            with closing(Persons.open(arguments.state, record)) as persons:
                persons.catch_up(arguments.state, today if expire else None)
                return work(persons, today)

        return await run_with_journal(till.record, on_store)


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read, whatever was there."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        os.fchmod(fd, 0o600)
        file.write(content)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST):
        raise argparse.ArgumentTypeError(f"{text!r} is no customer number: 1 to {HIGHEST}")
    return int(text)


def _pseudonym(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{32}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a pseudonym: 32 digits, 0-9 and a-f")
    return text
