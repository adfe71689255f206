"""`pos-terminal person list|export|add|erase|due`: what is held of persons, and its end.

Beside a till that is selling, too: `list` and `export` only read, and the others are done by the
till, as they leave records in its journal. Exit status: 0 done, 1 refused or failed, 2 usage.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from pos_terminal.acts import table
from pos_terminal.acts.persons import Added, AddPerson, AsOf, Destroyed, ErasePerson
from pos_terminal.commands.argument import day, number, pseudonym
from pos_terminal.commands.files import entered_to_write, reading_file
from pos_terminal.commands.perform_act import do
from pos_terminal.commands.person_text import Known, as_due, as_erased, as_list, as_text
from pos_terminal.commands.till import add_options, enter
from pos_terminal.domain import faults, schema_errors
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.language import labelled, say
from pos_terminal.domain.lookup.customers import CUSTOMER, HIGHEST, customer_number, item_name
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.state_directory import read_mark
from pos_terminal.persons.erasures import naming
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.item import PersonalItem, SealLabel, read_items
from pos_terminal.persons.store import exists, reading
from pos_terminal.process.output import print_json
from pos_terminal.process.translation import set_language
from pos_terminal.runtime.maintenance import shop_settings
from pos_terminal.storage.files import write_durably

_DETAILS = ("name", "address", "siret", "vat", "email", "telephone")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    held = actions.add_parser("list", help=say("de qui quelque chose est tenu, et pourquoi"))
    export = actions.add_parser("export", help=say("tout ce qui est tenu d'une personne"))
    add = actions.add_parser(
        "add", help=say("tient ce que dit un fichier JSON, ou les données d'un client")
    )
    erase = actions.add_parser("erase", help=say("détruit tout ce qu'aucune loi n'oblige à garder"))
    due = actions.add_parser("due", help=say("détruit ce dont le dernier jour est passé"))
    somebody = say("PSEUDONYME")
    for action in (export, erase):
        action.add_argument("person", type=pseudonym, metavar=somebody)
    export.add_argument(
        "--out", type=Path, metavar=say("FICHIER"), help=say("en JSON, dans ce nouveau fichier")
    )
    add.add_argument(
        "--to", type=pseudonym, metavar=somebody,
        help=say("d'une personne déjà connue"),
    )  # fmt: skip
    add.add_argument("file", type=Path, nargs="?", metavar=say("FICHIER.json"))
    add.add_argument("--customer", type=_number, metavar="N", help=say("un client de ce numéro"))
    about = {
        "name": say("son nom"), "address": say("son adresse"), "siret": say("son SIRET"),
        "vat": say("son n° de TVA"), "email": say("son courriel"),
        "telephone": say("son téléphone"),
    }  # fmt: skip
    for name in _DETAILS:
        add.add_argument(f"--{name}", metavar=say("TEXTE"), help=about[name])
    erase.add_argument(
        "--unsettled", action="store_true", help=say("même si son compte n'est pas soldé")
    )
    add_options(held, export, add, erase, due)
    for action in (add, erase, due):
        action.add_argument(
            "--today", type=day, metavar=say("DATE"),
            help=say("quand l'heure ne vient pas d'un serveur : AAAA-MM-JJ ; enregistrée"),
        )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; 0, or 1 where it is refused or fails."""
    actions = {"list": _list, "export": _export, "add": _add, "erase": _erase, "due": _due}
    actions[arguments.action](arguments)
    return 0


def _enter(arguments: argparse.Namespace) -> None:
    """Become the owner of a state where a journal was begun, and speak its language."""
    enter(arguments)
    _begin(arguments)


def _begin(arguments: argparse.Namespace) -> None:
    if read_mark(arguments.state) is None:
        raise JournalError(faults.JOURNAL_MISSING, str(arguments.state / NAME))
    settings = shop_settings(arguments.state, arguments.config)
    if settings:
        set_language(settings.language)


def _list(arguments: argparse.Namespace) -> None:
    _enter(arguments)
    labels: list[SealLabel] = []
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
    if arguments.out:
        with entered_to_write(arguments, arguments.out) as files:
            _begin(arguments)
            known = _known(arguments.state, arguments.person)
            content = msgspec.json.format(msgspec.json.encode(known)) + b"\n"
            write_durably(files.drafts[0], content, 0o600)  # nobody else's business
    else:
        _enter(arguments)
        known = _known(arguments.state, arguments.person)
    if arguments.json:
        print_json(known)
    else:
        print("\n".join(as_text(known)))


def _known(state: Path, person: str) -> Known:
    items: Sequence[tuple[SealLabel, PersonalItem]] = []
    erased = False
    if exists(state):
        with reading(state) as repository:
            erased = repository.is_erased(person)
            if repository.holds(person):
                sealed = repository.items_of(person)
                items = [(item.label, repository.open(item)) for item in sealed]
    records = naming(state, person)
    if not items and not records:
        nothing = say("rien n'est tenu de {person}").format(person=person)
        raise PersonsError(faults.PERSON_UNKNOWN, nothing)
    return Known.of(person, erased or not items, items, records)


def _add(arguments: argparse.Namespace) -> None:
    items = _items(arguments)
    _enter(arguments)
    asked = AddPerson(items=items, to=arguments.to or "", today=arguments.today)
    person = do(arguments, table.PERSON_ADD, asked, Added).person
    if arguments.json:
        card = _card(arguments.customer or 0)
        print_json({"person": person, "items": [item.name for item in items], **card})
    else:
        print(person)


def _items(arguments: argparse.Namespace) -> tuple[PersonalItem, ...]:
    """What is to be held: a file's items, or the details of a customer."""
    given = vars(arguments)
    details = {name: given[name] for name in _DETAILS if given[name] is not None}
    try:
        if arguments.customer is None:
            if details or arguments.file is None:
                raise ValueError(say("un fichier, ou bien --customer et ses données"))
            with reading_file(arguments.file):
                source = arguments.file.read_bytes()
            return read_items(source)
        if arguments.file is not None:
            raise ValueError(say("un fichier, ou bien --customer"))
        item = {
            "name": item_name(arguments.customer), "purpose": CUSTOMER, "ground": "contract",
            "data": details,
        }  # fmt: skip
        return (msgspec.convert(item, PersonalItem),)
    except ValueError as error:
        why = schema_errors.reason(str(error))
        detail = labelled(arguments.file, why) if arguments.file else why
        raise PersonsError(faults.PERSON_REFUSED, detail) from error


def _card(number: int) -> dict[str, Any]:
    """A customer's number, and the code of a card that says it to the till."""
    keys = [*(Key(Function.TYPE, digit) for digit in str(number)), Key(Function.CUSTOMER)]
    return {"customer": number, "card": encode(keys)} if number else {}


def _erase(arguments: argparse.Namespace) -> None:
    _enter(arguments)
    person: str = arguments.person
    asked = ErasePerson(
        person=person, today=arguments.today, unsettled=arguments.unsettled
    )
    kept = do(arguments, table.PERSON_ERASE, asked, Destroyed).labels
    if arguments.json:
        print_json({"person": person, "erased": True, "kept": kept})
    else:
        print("\n".join(as_erased(person, kept)))


def _due(arguments: argparse.Namespace) -> None:
    _enter(arguments)
    asked = AsOf(today=arguments.today)
    over = do(arguments, table.PERSON_DUE, asked, Destroyed).labels
    if arguments.json:
        print_json({"destroyed": over})
    else:
        print("\n".join(as_due(over)))


def _number(text: str) -> int:
    return number(text, HIGHEST, say("{text} : le numéro d'un client va de 1 à {highest}"))
