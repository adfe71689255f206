"""Customers for a shop in a test, beside a till that sells."""

from collections.abc import Sequence
from contextlib import closing

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.lookup.customers import CUSTOMER, item_name
from pos_terminal.persons.bridge import run_with_journal
from pos_terminal.persons.item import Details, Ground, PersonalItem
from pos_terminal.persons.store import Persons, Record
from tests.support.shop import Shop


async def customer(shop: Shop, number: int, name: str, siret: str | None = None) -> str:
    """Put a customer into the personal store; the pseudonym."""
    app = shop.app

    def add(record: Record) -> str:
        with closing(Persons.open(shop.state, record)) as persons:
            data = Details(name=name, address="3 place du Marché, 75001 Paris", siret=siret)
            kept_as = item_name(number)
            held = PersonalItem(
                name=kept_as, purpose=CUSTOMER, ground=Ground.CONTRACT, data=data
            )
            return persons.add([held])

    async def append(events: Sequence[Event]) -> None:
        assert app.till
        await app.till.record(events)

    return await run_with_journal(append, add)
