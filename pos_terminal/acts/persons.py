"""Personal data taken in and destroyed: the store works in a thread, the journal hears first."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from pos_terminal.acts.asked import Asked, given, led
from pos_terminal.acts.keeper import Keeper
from pos_terminal.channel.acts import Actor
from pos_terminal.domain import faults
from pos_terminal.domain.audit.clock import can_be
from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.period import BalancesOpened
from pos_terminal.domain.events.system import PersonErased
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.notation import euros
from pos_terminal.domain.period.book import EARLIEST
from pos_terminal.journal import checkpoint
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.record import Record
from pos_terminal.persons.bridge import run_with_journal
from pos_terminal.persons.clerks_file import Pseudonym
from pos_terminal.persons.erasures import naming
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.item import PersonalItem, SealLabel
from pos_terminal.persons.store import Persons
from pos_terminal.persons.store import Record as Recording

T = TypeVar("T")


class AsOf(Asked, frozen=True, kw_only=True):
    """`today` stands in for the machine's clock, where nothing vouches for that; none to come."""

    today: date | None = None


class AddPerson(AsOf, frozen=True, kw_only=True):
    """Items of somebody new, or of the person `to`."""

    items: tuple[PersonalItem, ...]
    to: Pseudonym = ""


class ErasePerson(AsOf, frozen=True, kw_only=True):
    """Whose data are to be destroyed, but for what a law obliges to keep.

    `unsettled`: even where the account is not, so that nobody will know who owes whom.
    """

    person: Pseudonym
    unsettled: bool = False


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
    """Destroy what no law obliges to keep; what is kept.

    A debt is a legal claim, for which data may be kept (GDPR art. 17(3)(e)): who forgoes it says
    so.
    """

    def work(persons: Persons, today: date | None) -> Destroyed:
        owed = _owed(naming(keeper.state, asked.person), asked.person)
        if owed and not asked.unsettled:
            who = say("doit {sum}") if owed > 0 else say("le magasin lui doit {sum}")
            raise PersonsError(faults.ACCOUNT_OPEN, who.format(sum=euros(abs(owed))))
        if not persons.repository.holds(asked.person) and _was_erased(keeper, asked.person):
            return Destroyed([])
        return Destroyed(persons.erase(asked.person, today))

    command = "person erase --unsettled" if asked.unsettled else "person erase"
    return await _in_store(keeper, asked, actor, command, work)


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
    today = _date(keeper.state, now, asked.today)
    said = f"{command}, au {asked.today}" if asked.today else command  # a date that was believed

    def on_store(record: Recording) -> T:
        with closing(Persons.open(keeper.state, record)) as persons:
            persons.catch_up(keeper.state, today if expire else None)
            return work(persons, today)

    append = led(keeper.record, given(said, asked, actor))
    return await run_with_journal(append, on_store)


def _date(state: Path, now: Moment, told: date | None) -> date | None:
    """The date to go by: the clock's where it is vouched for, else what was told; None for none.

    PersonsError where what was told is still to come: what a law keeps would be destroyed.
    """
    latest = now.day
    if not now.trust.real:
        if told is None:
            return None
        with reading(state / NAME) as reader:
            last, seal = reader.record(reader.last()).moment, reader.seal()
        known = checkpoint.read(seal.body).state.book.known if seal else EARLIEST
        latest = date(1970, 1, 1) + timedelta(microseconds=can_be(last, known)[1])
    if told and told > latest:
        ahead = say("{told} : au plus tard le {latest}")
        raise PersonsError(faults.PERSONS_AHEAD, ahead.format(told=told, latest=latest))
    return told or latest


def _owed(records: Sequence[Record], person: str) -> int:
    """What the customer owes, in cents, by the records that name him; below zero: what is owed him.

    A purge carries what it was at the closure `through`.
    """
    owed = through = 0
    for record in records:
        if isinstance(record.event, BalancesOpened):
            through = record.event.through
            carried = record.event.balances.accounts
            owed = sum(each.amount for each in carried if each.person == person)
    for record in records:
        event = record.event
        if isinstance(event, AccountMoved) and event.person == person and record.seq > through:
            owed += event.amount
    return owed


def _was_erased(keeper: Keeper, person: str) -> bool:
    return any(isinstance(record.event, PersonErased) for record in naming(keeper.state, person))
