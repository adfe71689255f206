"""Whom an invoice was made out to, as it was kept with it."""

from pos_terminal.domain.lookup.customers import Buyer
from pos_terminal.persons.item import PersonalItem
from pos_terminal.persons.repository import Repository


def buyer(repository: Repository, person: str, details: str) -> Buyer | None:
    """The details that an invoice was made with; None once their ten years are over."""
    item = named(repository, person, details)
    return as_buyer(item) if item else None


def named(repository: Repository, person: str, name: str) -> PersonalItem | None:
    """The person's item of that name, opened; None where there is none."""
    sealed = repository.items_of(person) if repository.holds(person) else []
    return next((repository.open(item) for item in sealed if item.label.name == name), None)


def as_buyer(item: PersonalItem) -> Buyer:
    """What an invoice says of such a customer."""
    data = item.data
    return Buyer(data.name or "", data.address or "", data.siret or "", data.vat or "")
