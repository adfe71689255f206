"""The store key, which seals every item's own key: made once, readable by this user alone."""

from pathlib import Path

from pos_terminal.crypto.gcm import KEY
from pos_terminal.domain import faults
from pos_terminal.persons.errors import PersonsError
from pos_terminal.storage import secret_file
from pos_terminal.storage.secret_file import SecretError

FOLDER = "keys"
NAME = "persons.key"


def path_in(directory: Path) -> Path:
    """Where the store key of the state `directory` lies."""
    return directory / FOLDER / NAME


def read(path: Path) -> bytes:
    """The key. PersonsError where it is missing, damaged, or lies open to other users."""
    try:
        return secret_file.read(path, KEY)
    except SecretError as error:
        fault = faults.PERSONS_KEY_OPEN if error.exposed else faults.PERSONS_KEY
        raise PersonsError(fault, str(error)) from error


def make(path: Path) -> bytes:
    """A new key, durable on return. The caller sees to it that no two make one at a time."""
    return secret_file.make(path, KEY)
