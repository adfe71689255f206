"""Clerks for a shop in a test: their file, and the name of one in the personal store."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.staff.clerks import Pin
from pos_terminal.persons.bridge import run_with_journal
from pos_terminal.persons.clerks_file import PURPOSE, write
from pos_terminal.persons.item import Details, Ground, PersonalItem
from pos_terminal.persons.pins import keep
from pos_terminal.persons.store import Persons, Record
from tests.support.shop import Shop
from tests.support.staff import BADGES, LEA, PINS, STAFF


async def hire(shop: Shop) -> None:
    """The clerks of tests/support/staff.py, with real PINs, beside a till that sells."""
    app = shop.app

    def name(record: Record) -> str:
        with closing(Persons.open(shop.state, record)) as persons:
            data = Details(name="LEA")
            item = PersonalItem(name="nom", purpose=PURPOSE, ground=Ground.CONTRACT, data=data)
            return persons.add([item])

    async def append(events: Sequence[Event]) -> None:
        assert app.till
        await app.till.record(events)

    person = await run_with_journal(append, name)
    write(
        shop.state,
        (
            replace(
                clerk,
                pin=keep(Pin(PINS[number])),
                name="",
                person=person if number == LEA else "",
            )
            for number, clerk in STAFF.items()
        ),
    )
    app.files.reload_clerks()


async def signed_on(shop: Shop) -> None:
    """Have the shop its clerks, and Léa at its counter."""
    await hire(shop)
    await shop.shows("CAISSE FERMEE")
    await shop.bench.scanner.scan(BADGES[LEA])
    await shop.shows("BONJOUR LEA")
