"""Every byte that would betray a person."""

from pathlib import Path

from pos_terminal.persons import database, keyfile
from pos_terminal.persons.seal import unseal
from pos_terminal.persons.store import Persons
from pos_terminal.storage.slots import Slots


def secrets_of(persons: Persons, directory: Path, person: str, *only: str) -> list[bytes]:
    """An item's key, open and sealed, and its sealed data: what must not outlive it."""
    store_key = keyfile.read(keyfile.path_in(directory))
    slots = Slots.copied(directory / database.SLOTS)
    found = []
    for item in persons.repository.items_of(person):
        if item.label.name in only:
            sealed = slots.get(item.slot)
            key = unseal(store_key, sealed, item.label.as_bytes())
            found += [key, sealed, item.sealed, item.sealed[-40:]]
    return found
