"""A till that runs sees to it that what is due, or was erased elsewhere, goes."""

import asyncio
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.events.system import PersonErased, PersonRecorded
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.journal.verify import verify
from pos_terminal.persons import keyfile
from pos_terminal.persons.bridge import run_with_journal
from pos_terminal.persons.store import Persons, Record
from pos_terminal.runtime.clock import moment
from pos_terminal.runtime.maintenance import stopped_till
from pos_terminal.testing.running import PATIENCE, run
from tests.support.journaling import database as journal
from tests.support.people import ALL, BEFORE, INVOICE, names, opened
from tests.support.shop import open_shop

PARIS = ZoneInfo("Europe/Paris")


class At:
    """A clock that runs from an instant on, trusted or not."""

    def __init__(self, year: int, trust: Trust) -> None:
        self._utc = int(datetime(year, 6, 1, 9, tzinfo=PARIS).timestamp()) * 1_000_000
        self._trust = trust

    def now(self) -> Moment:
        self._utc += 1000
        return moment(self._utc, PARIS, boot="b", trust=self._trust)


async def erased_at_a_stop(state: Path) -> str:
    """Somebody of whom the invoice alone is kept."""

    def work(record: Record) -> str:
        persons = Persons.open(state, record)
        person = persons.add(ALL)
        persons.erase(person, BEFORE)
        persons.close()
        return person

    async with stopped_till(state) as till:
        return await run_with_journal(till.record, work)


def held_there(state: Path, person: str) -> list[str]:
    persons = opened(state)
    try:
        return names(persons, person)
    finally:
        persons.close()


def test_a_till_that_runs_erases_what_is_due_by_a_clock_that_is_set(tmp_path: Path) -> None:
    async def body() -> str:
        async with open_shop(tmp_path, clock=At(2026, Trust.SYNCHRONISED)) as shop:
            state = shop.state
        person = await erased_at_a_stop(state)
        async with open_shop(tmp_path, clock=At(2036, Trust.SYNCHRONISED)) as shop:
            await shop.type("1 PLU")
            await shop.shows("TRADITION")
        assert await asyncio.to_thread(held_there, state, person) == [INVOICE.name]
        async with open_shop(tmp_path, clock=At(2037, Trust.SYNCHRONISED)) as shop:
            last = (await shop.journaled(PersonErased, 2))[-1]
            assert last == PersonErased(person=person, kept=(), kept_until="")
            assert len(shop.so_far(PersonRecorded)) == len(ALL)
        assert await asyncio.to_thread(held_there, state, person) == []
        return person

    run(body())
    verify(journal(tmp_path / "state"))


@pytest.mark.parametrize("trust", [Trust.UNVERIFIED, Trust.SIMULATED])
def test_a_clock_that_nobody_set_destroys_nothing(tmp_path: Path, trust: Trust) -> None:
    async def body() -> None:
        async with open_shop(tmp_path, clock=At(2026, Trust.SYNCHRONISED)) as shop:
            state = shop.state
        person = await erased_at_a_stop(state)
        async with open_shop(tmp_path, clock=At(2040, trust)) as shop:
            await shop.type("1 PLU")
            await shop.shows("TRADITION")
        assert await asyncio.to_thread(held_there, state, person) == [INVOICE.name]

    run(body())


def test_a_missing_key_is_said_and_stops_no_sale(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path, clock=At(2026, Trust.SYNCHRONISED)) as shop:
            state = shop.state
        await erased_at_a_stop(state)
        keyfile.path_in(state).unlink()
        async with open_shop(tmp_path, clock=At(2026, Trust.SYNCHRONISED)) as shop:
            await shop.shows(faults.PERSONS_KEY.code)
            await shop.type("C 1 PLU")
            await shop.shows("TRADITION")

    run(body())


def test_what_cannot_be_made_durable_reaches_the_one_who_asked() -> None:
    async def body() -> None:
        async def refuse(events: object) -> None:
            raise ValueError("as asked")

        async with asyncio.timeout(PATIENCE):
            with pytest.raises(ValueError, match="as asked"):
                await run_with_journal(refuse, lambda record: record([]))

    run(body())
