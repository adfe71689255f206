"""Texts as they were, kept beside the journal since they were first in force.

Records name them by their SHA-256: a sale its catalogue, a start its settings and promotions.
"""

from hashlib import sha256
from pathlib import Path

from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.storage.files import sync_directory, write_durably

FOLDER = "catalogs"

NO_TEXT = sha256(b"").hexdigest()
"""The name of a text of which there is nothing to keep."""


def keep(directory: Path, source: bytes) -> str:
    """Keep a text's bytes in the state `directory`, durably; its SHA-256 in hex.

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
    """The text whose SHA-256 in hex is `name`; JournalError where it is gone or changed."""
    if name == NO_TEXT:
        return b""
    path = directory / FOLDER / name
    with using(path):
        source = path.read_bytes()
    if sha256(source).hexdigest() != name:
        detail = say("{path} n'est pas ce que dit son nom", path=path)
        raise JournalError(faults.JOURNAL_DAMAGED, detail)
    return source
