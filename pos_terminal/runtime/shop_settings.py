"""Settings that were put in force from afar: on trial first, and back by themselves unless kept.

The technician's file stays as it is. What takes its place lies in STATE/shop, written by the till
alone, and holds for as long as the file is the one that it was made from: one that is written anew
holds again, since whoever wrote it meant it.

A trial begins with a start of the till and lives as long as that: it is on record that it has begun
before it does anything. So whatever ends the till meanwhile, a crash, a hang, a power cut, has the
next start find a trial that had begun, and the last good settings are in force again.
"""

import logging
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.language import say
from pos_terminal.journal import catalogs
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.storage.files import write_durably

log = logging.getLogger(__name__)

FOLDER = "shop"
NAME = "settings.json"
CANDIDATE = "settings.candidate.toml"

KEPT = 50
"""Versions that are remembered."""


class _Note(Struct, frozen=True):
    """The SHA-256 of the technician's file that was displaced, and of all that took its place,
    newest last; of those on trial, for so many seconds, and whether that has begun; why the last
    trial came to nothing, until it is told. `past` are those that were good before the file was
    written anew.
    """

    displaced: str = ""
    versions: tuple[str, ...] = ()
    trial: str = ""
    seconds: int = 0
    begun: bool = False
    returned: str = ""
    past: tuple[str, ...] = ()

    @property
    def good(self) -> tuple[str, ...]:
        """All that were once good, each once, newest last."""
        every = (*self.past, *filter(None, (self.displaced,)), *self.versions)
        return tuple(reversed(dict.fromkeys(reversed(every))))[-KEPT:]


class InForce(Struct, frozen=True):
    """The settings that a start has: `trial` for how many seconds if they are on trial, else 0;
    `returned` why others are not, where a trial has just come to nothing.
    """

    source: bytes
    trial: int = 0
    returned: str = ""


class ShopSettings:
    """In that state directory."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._path = state / FOLDER / NAME

    @property
    def candidate(self) -> Path:
        """Where a text lies while it is checked."""
        return self._path.with_name(CANDIDATE)

    def at_start(self, given: bytes) -> InForce:
        """What a start of the till has, where the technician's file says `given`.

        A trial begins by that, durably. Where a trial cannot be written down as begun, or nothing
        can be read, there is none.
        """
        try:
            return self._at_start(given)
        except JournalError as error:
            log.error("%s", advice(error))
            return InForce(given)

    def _at_start(self, given: bytes) -> InForce:
        note = self._note()
        if note.displaced != sha256(given).hexdigest():
            if note.versions or note.trial:
                log.warning("the settings file was written anew: it holds, and not what was put "
                            "in its place (%s)", note.trial or note.versions[-1])  # fmt: skip
                self._write(_Note(past=note.good))
            return InForce(given)
        if note.trial and not note.begun:
            source = catalogs.load(self._state, note.trial)
            self._write(replace(note, begun=True))
            return InForce(source, note.seconds)
        if note.trial:
            why = note.returned or say("la caisse a redémarré pendant l'essai")
            note = replace(note, trial="", returned=why)
            self._write(note)
        good = catalogs.load(self._state, note.versions[-1]) if note.versions else given
        return InForce(good, 0, note.returned)

    def put(self, source: bytes, given: bytes, seconds: int) -> str:
        """Have the next start try these settings in place of the file that says `given`.

        Durable on return; their SHA-256. JournalError when they cannot be kept.
        """
        name = catalogs.keep(self._state, source)
        displaced = catalogs.keep(self._state, given)
        note = self._note()
        if note.displaced != displaced:
            note = _Note(displaced, past=note.good)
        self._write(replace(note, trial=name, seconds=seconds, begun=False, returned=""))
        return name

    def keep(self) -> None:
        """Those on trial are the good ones from here on; durable on return. JournalError."""
        note = self._note()
        versions = (*note.versions, note.trial)[-KEPT:]
        self._write(_Note(note.displaced, versions, past=note.past))

    def give_back(self, why: str) -> None:
        """Have the next start find the last good ones; durable on return. JournalError."""
        self._write(replace(self._note(), trial="", begun=False, returned=why))

    def earlier(self) -> tuple[str, ...]:
        """The SHA-256 of each that was good and may be gone back to, newest last; what is in force
        may be among them. JournalError.
        """
        return self._note().good

    def told(self) -> None:
        """Why a trial came to nothing is on record."""
        self._write(replace(self._note(), returned=""))

    def _note(self) -> _Note:
        with using(self._path):
            try:
                return msgspec.json.decode(self._path.read_bytes(), type=_Note)
            except FileNotFoundError:
                return _Note()
            except UNREADABLE as error:
                # As where there is none: the technician's file is as good as any.
                log.error("%s is damaged: %s", self._path, error)
                return _Note()

    def _write(self, note: _Note) -> None:
        with using(self._path):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(self._path, msgspec.json.encode(note), 0o600)
