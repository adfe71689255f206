"""The catalogue in force: read from its file, kept by its SHA-256; the last good one stands in."""

import logging
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.codes.barcode import Pattern
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.files.table import Problem
from pos_terminal.journal import catalogs
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.runtime.parsed_catalog import parsed
from pos_terminal.runtime.shop_catalogue import ShopCatalogue
from pos_terminal.storage.files import write_durably

log = logging.getLogger(__name__)

IN_FORCE = "catalog.sha256"
"""The file in the state directory that names the last catalogue without a fault."""


class Loaded(Struct, frozen=True):
    """The catalogue to sell from, and what is wrong with the file if it is not the file's."""

    catalog: Catalog
    problems: tuple[Problem, ...] = ()


class Catalogue:
    """Where the catalogue comes from, and where its good versions stay."""

    def __init__(self, file: Path, state: Path, patterns: Sequence[Pattern]) -> None:
        self.file = file
        self._state = state
        self._patterns = patterns
        self._shop = ShopCatalogue(state)

    def load(self) -> Loaded:
        """Read the file. With any fault in it the last good catalogue stays in force.

        Where none was ever good, the rows that are right are sold from, since a shop with most
        of its articles is better than none. JournalError when a catalogue cannot be kept.
        """
        try:
            given = self.file.read_bytes()
        except OSError as error:
            return self._fall_back(None, (Problem(0, "", str(error.strerror or error)),))
        try:
            source = self._shop.in_place_of(given)
        except JournalError as error:
            return self._fall_back(given, (Problem(0, "", error.detail),))
        catalog, problems = parsed(self._state, source, self._patterns)
        if problems:
            return self._fall_back(source, problems)
        catalogs.keep(self._state, source)
        self._put_in_force(catalog.sha256.encode())
        return Loaded(catalog)

    def _put_in_force(self, sha256: bytes) -> None:
        path = self._state / IN_FORCE
        with using(path):
            if not path.exists() or path.read_bytes() != sha256:
                write_durably(path, sha256)

    def named(self) -> str:
        """The SHA-256 of the last catalogue without a fault; JournalError where there is none."""
        path = self._state / IN_FORCE
        with using(path):
            return path.read_text()

    def text(self, sha256: str) -> tuple[str, bytes]:
        """The bytes of the catalogue in force, or of an earlier one that the shop itself had there.

        KeyError for any other: the journal keeps other texts by their SHA-256, too. JournalError
        where it cannot be read.
        """
        present = self.named()
        if sha256 not in ("", present) and sha256 not in self._shop.versions():
            raise KeyError(sha256)
        return sha256 or present, catalogs.load(self._state, sha256 or present)

    def problems(self, source: bytes) -> tuple[Problem, ...]:
        """What is wrong with a catalogue of these bytes."""
        return parsed(self._state, source, self._patterns)[1]

    def put(self, source: bytes) -> None:
        """Have a catalogue without fault hold in place of the file; `load` takes it up.

        JournalError where it cannot be kept.
        """
        with using(self.file):
            given = self.file.read_bytes()
        self._shop.put(source, given, self.named())

    def kept(self, sha256: str) -> Catalog:
        """The catalogue of an open sale, as it was. JournalError when it is gone or changed."""
        return parse_catalog(catalogs.load(self._state, sha256), self._patterns)[0]

    def _fall_back(self, source: bytes | None, problems: tuple[Problem, ...]) -> Loaded:
        for problem in problems:
            log.error("%s: %s", self.file, problem)
        try:
            return Loaded(self.kept((self._state / IN_FORCE).read_text()), problems)
        except (OSError, JournalError) as error:
            log.warning("no earlier catalogue: %s", error)
        source = source or b"plu,name,price\n"
        catalogs.keep(self._state, source)
        return Loaded(parse_catalog(source, self._patterns)[0], problems)
