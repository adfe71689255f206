"""Customers: answers from the personal store what an invoice needs, off the loop."""

import logging
from contextlib import closing
from functools import partial
from pathlib import Path

from pos_terminal.domain.counter.steps import LookedUp
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.lookup.customers import (
    INVOICE,
    Buyer,
    BuyerSealed,
    BuyerWanted,
    Contact,
    Contacts,
    ContactsWanted,
    Customer,
    CustomerWanted,
    PersonsAnswer,
    PersonsWanted,
    item_name,
)
from pos_terminal.persons import buyers
from pos_terminal.persons.bridge import Append, run_with_journal
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.item import Details, Ground, PersonalItem
from pos_terminal.persons.repository import Repository
from pos_terminal.persons.store import Persons, Record, exists, reading

log = logging.getLogger(__name__)


class Customers:
    """Answers questions about customers; what it keeps it tells the journal by `append`."""

    def __init__(self, directory: Path, append: Append) -> None:
        self._directory = directory
        self._append = append

    async def answer(self, request: int, wanted: PersonsWanted) -> LookedUp:
        """What the store says, or what is wrong with it. JournalError: it is the journal."""
        try:
            work = partial(_answered, self._directory, wanted)
            return LookedUp(request, await run_with_journal(self._append, work))
        except PersonsError as error:
            log.error("%s", advice(error))
            return LookedUp(request, fault=error.fault)


def _answered(directory: Path, wanted: PersonsWanted, record: Record) -> PersonsAnswer | None:
    """Blocks. PersonsError or JournalError where the store or the journal cannot be used."""
    if not exists(directory):
        return None
    if isinstance(wanted, BuyerSealed):
        return _sealed(directory, wanted, record)
    with reading(directory) as repository:
        match wanted:
            case CustomerWanted(number):
                people = [item.label.person for item in repository.named(item_name(number))]
                return Customer(number, people[0]) if people else None
            case ContactsWanted(people):
                return Contacts(tuple(_contact(repository, person) for person in people))
            case BuyerWanted(person, details):
                return buyers.buyer(repository, person, details)


def _sealed(directory: Path, wanted: BuyerSealed, record: Record) -> Buyer | None:
    with closing(Persons.open(directory, record)) as persons:
        persons.catch_up(directory, None)
        person = wanted.customer.person
        now = buyers.named(persons.repository, person, item_name(wanted.customer.number))
        if now is None or persons.repository.is_erased(person):
            return None
        if not (now.data.name and now.data.address):
            return Buyer(now.data.name or "", now.data.address or "")
        kept = PersonalItem(
            name=wanted.details,
            purpose=INVOICE,
            ground=Ground.LEGAL_OBLIGATION,
            data=Details(
                name=now.data.name, address=now.data.address, siret=now.data.siret, vat=now.data.vat
            ),
            year_end=wanted.year_end,
        )
        return buyers.as_buyer(persons.keep(person, kept))


def _contact(repository: Repository, person: str) -> Contact:
    """The name and the telephone number, from whichever of the person's items have them."""
    sealed = repository.items_of(person) if repository.holds(person) else []
    data = [repository.open(item).data for item in sealed]
    names = (each.name for each in data if each.name)
    phones = (each.telephone for each in data if each.telephone)
    return Contact(person, next(names, ""), next(phones, ""))
