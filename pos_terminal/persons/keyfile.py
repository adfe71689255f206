"""The store key, which seals every item's own key: made once, readable by this user alone."""

import os
from pathlib import Path

from pos_terminal.crypto.gcm import KEY
from pos_terminal.domain import faults
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.seal import new_key
from pos_terminal.storage.files import sync_directory, write_durably

FOLDER = "keys"
NAME = "persons.key"


def path_in(directory: Path) -> Path:
    """Where the store key of the state `directory` lies."""
    return directory / FOLDER / NAME


def read(path: Path) -> bytes:
    """The key. PersonsError where it is missing, damaged, or lies open to other users."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise PersonsError(faults.PERSONS_KEY, f"{path} is missing") from error
    with os.fdopen(fd, "rb") as file:
        mode = os.fstat(fd).st_mode & 0o777
        key = file.read(KEY + 1)
    # Refused, not mended: who could read it may have read it.
    if mode & 0o077:
        raise PersonsError(faults.PERSONS_KEY_OPEN, f"{path} has mode {mode:o}, and needs 600")
    if len(key) != KEY:
        raise PersonsError(faults.PERSONS_KEY, f"{path} holds {len(key)} bytes, and needs {KEY}")
    return key


def make(path: Path) -> bytes:
    """A new key, durable on return. The caller sees to it that no two make one at a time."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    # The folder's name first, the key's own in write_durably: both must outlive a cut.
    sync_directory(path.parent.parent)
    key = new_key()
    write_durably(path, key, mode=0o600)
    return key
