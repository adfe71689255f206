"""The promotions in force: from their file, kept by its SHA-256; the last good ones stand in."""

import logging
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.files.promotions import parse_promotions, unresolved
from pos_terminal.domain.sale.promotions import Promotion
from pos_terminal.journal import catalogs
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.storage import toml
from pos_terminal.storage.files import write_durably

log = logging.getLogger(__name__)

IN_FORCE = "promotions.sha256"
"""The file in the state directory that names the last promotions without a fault."""


class Offers(Struct, frozen=True):
    """Promotions, the SHA-256 of their file (empty: there is none), and what is wrong with it."""

    promotions: tuple[Promotion, ...] = ()
    source: str = ""
    problem: str = ""


def parse(source: bytes, catalog: Catalog | None = None) -> Offers:
    """The promotions in a file's bytes; ValueError says which is wrong, and why.

    With a catalogue, a promotion of articles that it lacks is wrong, too.
    """
    found = parse_promotions(toml.tables(source.decode()))
    for reason in unresolved(found, catalog) if catalog else ():
        raise ValueError(reason)
    return Offers(found, sha256(source).hexdigest())


class PromotionFile:
    """Where the promotions come from (None: the shop has none), and where good ones stay."""

    def __init__(self, file: Path | None, state: Path) -> None:
        self.file = file
        self._state = state

    def load(self, catalog: Catalog) -> Offers:
        """Read the file, for that catalogue. With any fault the last good promotions stay in force.

        JournalError where good ones cannot be kept.
        """
        if self.file is None:
            return Offers()
        try:
            source = self.file.read_bytes()
            offers = parse(source, catalog)
        except (OSError, ValueError) as error:
            log.error("%s: %s", self.file, error)
            return self._fall_back(str(error))
        catalogs.keep(self._state, source)
        path = self._state / IN_FORCE
        with using(path):
            if not path.exists() or path.read_text() != offers.source:
                write_durably(path, offers.source.encode())
        return offers

    def _fall_back(self, problem: str) -> Offers:
        try:
            kept = parse(catalogs.load(self._state, (self._state / IN_FORCE).read_text()))
        except (OSError, JournalError, ValueError) as error:
            log.warning("no earlier promotions: %s", error)
            return Offers(problem=problem)
        return Offers(kept.promotions, kept.source, problem)
