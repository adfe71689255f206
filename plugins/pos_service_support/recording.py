"""What a supporter saw, as asciicast v2 (<https://docs.asciinema.org/manual/asciicast/v2/>).

It is what was sent to his screen, from which secrets were taken before. It is kept in the service's
own store for a set time; its SHA-256 stays in the till's journal for good.
"""

import json
from hashlib import sha256

import apsw
from msgspec import Struct

from pos_terminal.storage.worker import Worker

SCHEMA = """
CREATE TABLE recording (
    consent INTEGER NOT NULL, at INTEGER NOT NULL, sha256 TEXT NOT NULL, cast_v2 BLOB NOT NULL
) STRICT;
"""

STORE = "recordings"

MOST = 1 << 20
"""Bytes of one: a session that shows more is ended, so that no recording has a hole."""


class Kept(Struct, frozen=True):
    """One that is still there: of which consent, when it began (µs UTC), and its hash."""

    consent: int
    at: int
    sha256: str


class Recording:
    """One, while it is made. `full` once it holds all that it may."""

    def __init__(self, utc: int, title: str) -> None:
        self._start = utc // 1_000_000
        self._title = title
        self._lines: list[bytes] = []
        self._size = 0

    @property
    def full(self) -> bool:
        """Whether it has no room for more."""
        return self._size > MOST

    def shown(self, at: float, text: str, width: int, height: int) -> None:
        """Text on a screen of that size, so many seconds after the start."""
        if not self._lines:
            head = {
                "version": 2, "width": width, "height": height, "timestamp": self._start,
                "title": self._title,
            }  # fmt: skip
            self._add(head)
        if not self.full:
            self._add([round(at, 3), "o", text])

    def typed(self, at: float, text: str) -> None:
        """A line that his own terminal showed as he typed it."""
        if self._lines and not self.full:
            self._add([round(at, 3), "o", f"{text}\r\n"])

    def _add(self, what: object) -> None:
        line = json.dumps(what, ensure_ascii=False).encode() + b"\n"
        self._lines.append(line)
        self._size += len(line)

    @property
    def cast(self) -> bytes:
        """All of it."""
        return b"".join(self._lines)

    @property
    def sha256(self) -> str:
        """Its hash, in hexadecimal."""
        return sha256(self.cast).hexdigest()


async def keep(store: Worker, consent: int, utc: int, recording: Recording) -> None:
    """Keep a recording; durable on return."""
    row = (consent, utc, recording.sha256, recording.cast)
    await store.do(lambda db: _insert(db, row))


async def forget(store: Worker, before: int) -> None:
    """Let go of those that began before that moment (µs UTC)."""
    await store.do(lambda db: _delete(db, before))


def kept(db: apsw.Connection) -> list[Kept]:
    """Those that are there, newest first."""
    asks = "SELECT consent, at, sha256 FROM recording ORDER BY at DESC"
    return [Kept(*row) for row in db.execute(asks)]


def cast_of(db: apsw.Connection, consent: int) -> bytes | None:
    """A consent's, the newest of that number; None where it is gone."""
    asks = "SELECT cast_v2 FROM recording WHERE consent = ? ORDER BY at DESC LIMIT 1"
    found = db.execute(asks, (consent,)).fetchone()
    return bytes(found[0]) if found else None


def _insert(db: apsw.Connection, row: tuple[int, int, str, bytes]) -> None:
    db.execute("INSERT INTO recording VALUES (?, ?, ?, ?)", row)


def _delete(db: apsw.Connection, before: int) -> None:
    db.execute("DELETE FROM recording WHERE at < ?", (before,))
