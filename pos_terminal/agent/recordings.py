"""What supporters were shown, as the service «support» keeps it: read by commands, on the box.

The file is the service's own (`pos_service_support/recording.py`); here it is only read.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import apsw
from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.storage.sqlite import connect

STORE = "support.recordings.db"


class Kept(Struct, frozen=True):
    """One that is still there: of which consent, when it began (µs UTC), its hash, and bytes."""

    consent: int
    at: int
    sha256: str
    size: int


class Event(Struct, frozen=True):
    """So many seconds after the start this was shown."""

    at: float
    text: str


def listed(agent: Path) -> list[Kept]:
    """Those in that agent's directory, oldest first. Failure."""
    asks = "SELECT consent, at, sha256, length(cast_v2) FROM recording ORDER BY at"
    return [Kept(*row) for row in _read(agent, asks, ())]


def played(agent: Path, consent: int) -> tuple[str, list[Event]]:
    """A consent's: its hash and what was shown. Failure where it is gone, or not what it was."""
    asks = "SELECT sha256, cast_v2 FROM recording WHERE consent = ? ORDER BY at DESC LIMIT 1"
    for digest, cast in _read(agent, asks, (consent,)):
        if sha256(cast).hexdigest() != digest:
            raise Failure(faults.FILE_UNREADABLE, say("il n'est pas ce que dit son SHA-256"))
        return digest, list(_events(cast))
    raise Failure(faults.BAD_REQUEST, say("pas d'enregistrement de l'accord {number}",
                                          number=consent))  # fmt: skip


def _events(cast: bytes) -> Iterator[Event]:
    """asciicast v2 has a head, and then a line for each."""
    for line in cast.splitlines()[1:]:
        event: list[Any] = json.loads(line)
        yield Event(float(event[0]), str(event[2]))


def _read(agent: Path, asks: str, values: tuple[int, ...]) -> list[Any]:
    file = agent / STORE
    try:
        with closing(connect(file, "", apsw.SQLITE_OPEN_READONLY)) as db:
            return db.execute(asks, values).fetchall()
    except (apsw.Error, OSError) as error:
        raise Failure(faults.FILE_UNREADABLE, f"{file} : {error}") from error
