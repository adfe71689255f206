"""Every byte that would betray a person."""

from pathlib import Path

from pos_terminal.persons import keyfile
from pos_terminal.persons.seal import unseal
from pos_terminal.persons.store import Persons


def secrets_of(persons: Persons, directory: Path, person: str, *only: str) -> list[bytes]:
    """An item's key, open and sealed, and its sealed data: what must not outlive it."""
    store_key = keyfile.read(keyfile.place(directory))
    found = []
    for box in persons.shelf.boxes(person):
        if box.label.name in only:
            key = unseal(store_key, box.key, box.label.as_bytes())
            found += [key, box.key, box.sealed, box.sealed[-40:]]
    return found
