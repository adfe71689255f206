"""Every byte that would betray a person."""

from pathlib import Path

from pos_terminal.persons import keyfile
from pos_terminal.persons.seal import unseal
from pos_terminal.persons.store import Persons


def secrets_of(persons: Persons, directory: Path, person: str, *only: str) -> list[bytes]:
    """An item's key, open and sealed, and its sealed data: what must not outlive it."""
    store_key = keyfile.read(keyfile.path_in(directory))
    found = []
    for item in persons.repository.items_of(person):
        if item.label.name in only:
            key = unseal(store_key, item.key, item.label.as_bytes())
            found += [key, item.key, item.sealed, item.sealed[-40:]]
    return found
