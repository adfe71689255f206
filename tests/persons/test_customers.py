"""Customers: one number each; an invoice's details are sealed for ten years."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from pos_terminal.__main__ import main
from pos_terminal.domain import faults
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import PersonRecorded
from pos_terminal.domain.lookup.customers import (
    CUSTOMER,
    Buyer,
    BuyerSealed,
    BuyerWanted,
    Customer,
    CustomerWanted,
    PersonsAnswer,
    PersonsWanted,
    item_name,
)
from pos_terminal.persons import keyfile
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.item import Details, Ground, PersonalItem
from pos_terminal.runtime.customers import Customers
from tests.conftest import run
from tests.support.journaling import every_kind, kept
from tests.support.people import BEFORE, LAST_DAY, YEAR_END, Told, names, opened

HALLES = PersonalItem(
    name=item_name(12),
    purpose=CUSTOMER,
    ground=Ground.CONTRACT,
    data=Details(name="Café des Halles", address="3 place du Marché", telephone="0102030405"),
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A state directory with a journal."""
    state = tmp_path / "state"
    run(kept(state, every_kind()))
    return state


def known(shop: Path, item: PersonalItem = HALLES) -> str:
    persons = opened(shop)
    try:
        return persons.add([item])
    finally:
        persons.close()


def answer(shop: Path, wanted: PersonsWanted, told: Told | None = None) -> PersonsAnswer | None:
    journal = told or Told()

    async def append(events: Sequence[Event]) -> None:
        journal(events)

    said = run(Customers(shop, append).answer(7, wanted))
    assert said.request == 7
    if said.fault:
        raise AssertionError(said.fault)
    found = said.found
    assert found is None or isinstance(found, Customer | Buyer)
    return found


def sealed(person: str) -> BuyerSealed:
    return BuyerSealed(Customer(12, person), "facture-t-1", YEAR_END)


def test_nobody_is_known_where_nobody_ever_was(shop: Path) -> None:
    assert answer(shop, CustomerWanted(12)) is None


def test_a_customer_is_found_by_number(shop: Path) -> None:
    person = known(shop)
    assert answer(shop, CustomerWanted(12)) == Customer(12, person)
    assert answer(shop, CustomerWanted(1)) is None


def test_the_details_are_sealed_as_they_are_and_told_to_the_journal(shop: Path) -> None:
    person, told = known(shop), Told()
    assert answer(shop, sealed(person), told) == Buyer("Café des Halles", "3 place du Marché")
    assert told.events == [PersonRecorded(person=person, purpose="facture")]
    persons = opened(shop)
    persons.put(person, [replace(HALLES, data=Details(name="Autre", address="ailleurs"))])
    (label,) = [item.label for item in persons.repository.items_of(person) if item.label.obliged]
    persons.close()
    assert (label.purpose, label.kept_until) == ("facture", LAST_DAY)
    assert answer(shop, BuyerWanted(person, "facture-t-1")) == Buyer(
        "Café des Halles", "3 place du Marché"
    )
    assert answer(shop, sealed(person), told) == Buyer("Café des Halles", "3 place du Marché")
    assert len(told.events) == 1


def test_an_erasure_keeps_the_invoices_details_alone(shop: Path) -> None:
    person = known(shop)
    answer(shop, sealed(person))
    persons = opened(shop)
    persons.erase(person, BEFORE)
    assert names(persons, person) == ["facture-t-1"]
    persons.close()
    assert answer(shop, CustomerWanted(12)) is None
    assert answer(shop, BuyerWanted(person, "facture-t-1")) is not None
    assert answer(shop, BuyerSealed(Customer(12, person), "facture-t-2", YEAR_END)) is None


def test_after_ten_years_the_details_are_gone(shop: Path) -> None:
    person = known(shop)
    answer(shop, sealed(person))
    persons = opened(shop)
    persons.erase(person, BEFORE)
    persons.due(date(2037, 1, 1))
    persons.close()
    assert answer(shop, BuyerWanted(person, "facture-t-1")) is None


def test_details_without_an_address_are_not_sealed(shop: Path) -> None:
    person = known(shop, replace(HALLES, data=Details(name="Zoé")))
    assert answer(shop, sealed(person)) == Buyer("Zoé", "")
    persons = opened(shop)
    assert names(persons, person) == ["client-12"]
    persons.close()


def test_trouble_in_the_store_is_the_answer(shop: Path) -> None:
    known(shop)
    keyfile.path_in(shop).unlink()

    async def append(_: Sequence[Event]) -> None:
        raise AssertionError

    said = run(Customers(shop, append).answer(1, CustomerWanted(12)))
    assert (said.found, said.fault) == (None, faults.PERSONS_KEY)


def test_a_number_is_one_customers(shop: Path) -> None:
    person = known(shop)
    persons = opened(shop)
    with pytest.raises(PersonsError) as refused:
        persons.add([HALLES])
    assert refused.value.fault is faults.CUSTOMER_TAKEN
    persons.put(person, [HALLES])
    persons.close()


def test_the_command_adds_and_lists_customers(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--state", str(shop), "--json"]
    add = ["person", "add", "--customer", "12", "--name", "Café", "--address", "ici", *where]
    assert main(add) == 0
    added = json.loads(capsys.readouterr().out)
    assert (added["customer"], added["card"]) == (12, "$12UKNY")
    assert main(["person", "list", *where]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert listed == {
        "person": added["person"], "purposes": ["client"], "customer": 12, "card": "$12UKNY",
    }  # fmt: skip
    assert main(["person", "list", "--state", str(shop)]) == 0
    assert "client no 12 ($12UKNY)" in capsys.readouterr().out
    assert main(add) == 1
    assert json.loads(capsys.readouterr().out)["code"] == faults.CUSTOMER_TAKEN.code


@pytest.mark.parametrize(
    "words",
    [
        ["--name", "Zoé"],
        [],
        ["--customer", "12", "sheet.json"],
        ["--customer", "1", "--siret", "x"],
    ],
)
def test_what_is_no_customer(
    shop: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["person", "add", *words, "--state", str(shop)]) == 1
    assert faults.PERSON_REFUSED.code in capsys.readouterr().err
