"""Catalogues as they were, kept beside the journal: every sale names its own by its SHA-256."""

from hashlib import sha256
from pathlib import Path

from pos_terminal.domain import faults
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.storage.files import sync_directory, write_durably

FOLDER = "catalogs"


def keep(directory: Path, source: bytes) -> str:
    """Keep a catalogue's bytes in the state `directory`, durably; its SHA-256 in hex.

    JournalError (disk full, or another failure of the disk) where it cannot be kept.
    """
    name = sha256(source).hexdigest()
    path = directory / FOLDER / name
    with using(path):
        if not path.exists() or path.read_bytes() != source:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_directory(directory)
            write_durably(path, source)
    return name


def load(directory: Path, name: str) -> bytes:
    """The catalogue whose SHA-256 in hex is `name`; JournalError where it is gone or changed."""
    path = directory / FOLDER / name
    with using(path):
        source = path.read_bytes()
    if sha256(source).hexdigest() != name:
        raise JournalError(faults.JOURNAL_DAMAGED, f"{path} is not what its name says")
    return source
