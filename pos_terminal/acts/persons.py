"""Personal data taken in and destroyed: the store works in a thread, the journal hears first."""

from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import TypeVar

from msgspec import Struct

from pos_terminal.acts.asked import Asked, given, led
from pos_terminal.acts.keeper import Keeper
from pos_terminal.channel.acts import Actor
from pos_terminal.domain import faults
from pos_terminal.domain.events.system import PersonErased
from pos_terminal.domain.language import say
from pos_terminal.persons.bridge import run_with_journal
from pos_terminal.persons.clerks_file import Pseudonym
from pos_terminal.persons.erasures import naming
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.item import PersonalItem, SealLabel
from pos_terminal.persons.store import Persons, Record

T = TypeVar("T")


class AsOf(Asked, frozen=True, kw_only=True):
    """`today` stands in for the machine's clock, where that is not set from a server."""

    today: date | None = None


class AddPerson(AsOf, frozen=True, kw_only=True):
    """Items of somebody new, or of the person `to`."""

    items: tuple[PersonalItem, ...]
    to: Pseudonym = ""


class ErasePerson(AsOf, frozen=True, kw_only=True):
    """Whose data are to be destroyed, but for what a law obliges to keep."""

    person: Pseudonym


class Added(Struct, frozen=True):
    """The pseudonym."""

    person: str


class Destroyed(Struct, frozen=True):
    """The labels of what an erasure left, or of what was due and is gone."""

    labels: list[SealLabel]


async def add(keeper: Keeper, asked: AddPerson, actor: Actor) -> Added:
    """Hold what is said of a person."""

    def work(persons: Persons, today: date | None) -> Added:
        if not asked.to:
            return Added(persons.add(asked.items))
        persons.put(asked.to, asked.items)
        return Added(asked.to)

    return await _in_store(keeper, asked, actor, "person add", work)


async def erase(keeper: Keeper, asked: ErasePerson, actor: Actor) -> Destroyed:
    """Destroy what no law obliges to keep; what is kept."""

    def work(persons: Persons, today: date | None) -> Destroyed:
        if not persons.repository.holds(asked.person) and _was_erased(keeper, asked.person):
            return Destroyed([])
        return Destroyed(persons.erase(asked.person, today))

    return await _in_store(keeper, asked, actor, "person erase", work)


async def due(keeper: Keeper, asked: AsOf, actor: Actor) -> Destroyed:
    """Destroy what had to be kept until a day that is over; what that was."""

    def work(persons: Persons, today: date | None) -> Destroyed:
        if today is None:
            raise PersonsError(faults.PERSONS_DATE, say(faults.PERSONS_DATE.cause))
        return Destroyed(persons.due(today))

    return await _in_store(keeper, asked, actor, "person due", work, expire=False)


async def _in_store(
    keeper: Keeper,
    asked: AsOf,
    actor: Actor,
    command: str,
    work: Callable[[Persons, date | None], T],
    *,
    expire: bool = True,
) -> T:
    now = keeper.now()
    today = asked.today or (now.day if now.trust.vouched else None)
    said = f"{command}, au {asked.today}" if asked.today else command  # a date that was believed

    def on_store(record: Record) -> T:
        with closing(Persons.open(keeper.state, record)) as persons:
            persons.catch_up(keeper.state, today if expire else None)
            return work(persons, today)

    append = led(keeper.record, given(said, asked, actor))
    return await run_with_journal(append, on_store)


def _was_erased(keeper: Keeper, person: str) -> bool:
    return any(isinstance(record.event, PersonErased) for record in naming(keeper.state, person))
