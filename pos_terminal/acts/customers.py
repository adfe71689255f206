"""The shop's customers for whoever runs it: looked up, taken in, changed, erased.

Each is a number that the counter types and a pseudonym that records name; who it is lies sealed in
the personal store. To look is an act like the others: it is on record who saw them.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Struct

from pos_terminal.acts import persons
from pos_terminal.acts.asked import Asked
from pos_terminal.acts.keeper import Keeper
from pos_terminal.acts.persons import AddPerson, Destroyed, ErasePerson
from pos_terminal.channel.acts import Actor
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.customers import CUSTOMER, HIGHEST, customer_number, item_name
from pos_terminal.persons.clerks_file import Pseudonym
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.item import Details, Ground, PersonalItem
from pos_terminal.persons.store import exists, reading

MOST = 200
"""Customers in one answer; more are found by a part of their name."""

Number = Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)]


class ListCustomers(Asked, frozen=True, kw_only=True):
    """Those whose number or name has `sought` in it, all for none; or those of these pseudonyms."""

    sought: Annotated[str, msgspec.Meta(max_length=60)] = ""
    people: tuple[Pseudonym, ...] = ()


class CustomerTold(Struct, frozen=True):
    """A customer, and what is held of him; no number for one who is held for something else."""

    number: int
    person: str
    details: Details


class CustomersTold(Struct, frozen=True):
    """They, by their numbers, and how many there are in all."""

    customers: list[CustomerTold]
    count: int


class PutCustomer(Asked, frozen=True, kw_only=True):
    """A customer of that number, of the next free one where it is 0, with these details.

    `person` is whose details they are, empty for somebody new.
    """

    details: Details
    number: Annotated[int, msgspec.Meta(ge=0, le=HIGHEST)] = 0
    person: Pseudonym = ""


class CustomerPut(Struct, frozen=True):
    """The number and the pseudonym."""

    number: int
    person: str


class EraseCustomer(Asked, frozen=True, kw_only=True):
    """Who is to be forgotten, but for what a law obliges to keep."""

    person: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


async def listed(keeper: Keeper, asked: ListCustomers, actor: Actor) -> CustomersTold:
    """Whoever is sought; PersonsError where the store cannot be read."""
    found = await asyncio.to_thread(_customers, keeper.state, asked.people)
    sought = asked.sought.casefold()
    fits = [
        each
        for each in found
        if sought in (each.details.name or "").casefold() or sought == str(each.number)
    ]
    return CustomersTold(fits[:MOST], len(fits))


async def put(keeper: Keeper, asked: PutCustomer, actor: Actor) -> CustomerPut:
    """Take somebody in, or change what is held of him."""
    if not asked.details.name:
        raise PersonsError(faults.PERSON_REFUSED, say("un client a un nom"))
    number = asked.number or await asyncio.to_thread(_next, keeper.state)
    item = PersonalItem(
        name=item_name(number), purpose=CUSTOMER, ground=Ground.CONTRACT, data=asked.details
    )
    added = await persons.add(keeper, AddPerson(items=(item,), to=asked.person), actor)
    return CustomerPut(number, added.person)


async def erase(keeper: Keeper, asked: EraseCustomer, actor: Actor) -> Destroyed:
    """Destroy what no law obliges to keep; refused while he owes, or is owed."""
    return await persons.erase(keeper, ErasePerson(person=asked.person), actor)


def _customers(state: Path, people: Sequence[str]) -> list[CustomerTold]:
    if not exists(state):
        return []
    with reading(state) as repository:
        sealed = [
            item
            for item in repository.all()
            if item.label.purpose == CUSTOMER and (not people or item.label.person in people)
        ]
        told = [
            CustomerTold(
                customer_number(item.label.name), item.label.person, repository.open(item).data
            )
            for item in sealed
        ]
    return sorted(told, key=lambda each: each.number)


def _next(state: Path) -> int:
    """One above the highest that is held."""
    if not exists(state):
        return 1
    with reading(state) as repository:
        numbers = (customer_number(item.label.name) for item in repository.all())
        return max(numbers, default=0) + 1
