"""The catalogue as the shop itself changed it while selling: STATE/shop, written by the till alone.

The technician's file stands in the settings. Once the shop has put another in its place, that one
holds, for as long as the technician's is the one that it displaced: a file that is written anew
afterwards holds again, since whoever wrote it meant it.
"""

import logging
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.language import say
from pos_terminal.journal import catalogs
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.storage.files import write_durably

log = logging.getLogger(__name__)

FOLDER = "shop"
NAME = "catalog.json"

KEPT = 200
"""Versions that are remembered for a way back."""


class _Note(Struct, frozen=True):
    """The SHA-256 of the technician's file that was displaced, and of all that took its place."""

    displaced: str = ""
    versions: tuple[str, ...] = ()


class ShopCatalogue:
    """In that state directory."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._path = state / FOLDER / NAME

    def in_place_of(self, given: bytes) -> bytes:
        """What holds where the technician's file has these bytes.

        JournalError where that cannot be known: to sell from the file would be at other prices.
        """
        note = self._note()
        if note.versions and note.displaced == sha256(given).hexdigest():
            return catalogs.load(self._state, note.versions[-1])
        return given

    def versions(self) -> tuple[str, ...]:
        """Every catalogue that was put or displaced here, oldest first. JournalError."""
        note = self._note()
        return tuple(dict.fromkeys(filter(None, (note.displaced, *note.versions))))

    def put(self, source: bytes, given: bytes, present: str) -> None:
        """Have `source` hold in place of the file with the bytes `given`; durable on return.

        `present` is the SHA-256 of what holds until now. JournalError when it cannot be kept.
        """
        name = catalogs.keep(self._state, source)
        displaced = catalogs.keep(self._state, given)
        try:
            before = self._note().versions
        except JournalError as error:  # what is put now is known again, what was is not
            log.error("%s", advice(error))
            before = ()
        versions = (*before, present, name)[-KEPT:]
        with using(self._path):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(self._path, msgspec.json.encode(_Note(displaced, versions)), 0o600)

    def _note(self) -> _Note:
        with using(self._path):
            try:
                return msgspec.json.decode(self._path.read_bytes(), type=_Note)
            except FileNotFoundError:
                return _Note()
            except UNREADABLE as error:
                how = say("abîmé : mettre un catalogue en vigueur par la console, ou l'effacer")
                raise JournalError(faults.BAD_CATALOGUE, f"{self._path} : {how}") from error
