"""The texts that records name by their SHA-256: catalogues, promotions, settings, as they were."""

from pathlib import Path

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import SaleOpened
from pos_terminal.domain.events.system import (
    CatalogChanged,
    ConfigurationChanged,
    PromotionsChanged,
    TillStarted,
)
from pos_terminal.domain.language import say
from pos_terminal.journal import catalogs
from pos_terminal.journal.errors import Broken, JournalError

PREFIX = "text-"
"""What their files in an archive are called, before the SHA-256."""


def named(event: Event) -> tuple[str, ...]:
    """The SHA-256s of the texts that were in force by that event; empty where there was none."""
    match event:
        case TillStarted():
            return event.configuration, event.catalog, event.promotions
        case CatalogChanged() | SaleOpened():
            return (event.catalog,)
        case PromotionsChanged():
            return (event.promotions,)
        case ConfigurationChanged():
            return (event.after,)
    return ()


class Texts:
    """Collects what the records of a span name, each with the record that named it first."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}

    def take(self, seq: int, event: Event) -> None:
        """One record more."""
        for name in named(event):
            if name and name != catalogs.NO_TEXT:
                self._first.setdefault(name, seq)

    def copy(self, directory: Path, folder: Path) -> str:
        """Write them into `folder`, from the state in `directory`; says which is missing."""
        missing = ""
        for name, seq in self._first.items():
            try:
                (folder / f"{PREFIX}{name}").write_bytes(catalogs.load(directory, name))
            except JournalError as error:
                why = say(
                    "le texte qu'elle nomme manque, ou est un autre : {detail}", detail=error.detail
                )
                gone = Broken(seq, why)
                missing = missing or gone.detail
        return missing
