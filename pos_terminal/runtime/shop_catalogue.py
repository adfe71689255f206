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

from pos_terminal.journal import catalogs
from pos_terminal.journal.errors import JournalError, using
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
        """What holds where the technician's file has these bytes; those, where it is gone."""
        try:
            note = self._note()
            if note.versions and note.displaced == sha256(given).hexdigest():
                return catalogs.load(self._state, note.versions[-1])
        except JournalError as error:  # a shop that sells from the file is better than none
            log.error("the shop's own catalogue cannot be read: %s", error)
        return given

    def versions(self) -> tuple[str, ...]:
        """Every catalogue that was put or displaced here, oldest first."""
        note = self._note()
        return tuple(dict.fromkeys(filter(None, (note.displaced, *note.versions))))

    def put(self, source: bytes, given: bytes, present: str) -> None:
        """Have `source` hold in place of the file with the bytes `given`; durable on return.

        `present` is the SHA-256 of what holds until now. JournalError when it cannot be kept.
        """
        name = catalogs.keep(self._state, source)
        displaced = catalogs.keep(self._state, given)
        versions = (*self._note().versions, present, name)[-KEPT:]
        with using(self._path):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(self._path, msgspec.json.encode(_Note(displaced, versions)), 0o600)

    def _note(self) -> _Note:
        with using(self._path):
            try:
                return msgspec.json.decode(self._path.read_bytes(), type=_Note)
            except FileNotFoundError:
                return _Note()
            except msgspec.MsgspecError:
                return _Note()  # spoilt: the technician's file holds, as on a new card
