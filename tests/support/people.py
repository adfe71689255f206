"""People, and what is held of them, for tests of the store."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import PersonErased
from pos_terminal.persons.erasures import Erasures
from pos_terminal.persons.item import Consent, Details, Ground, PersonalItem
from pos_terminal.persons.store import Persons, Record

YEAR_END = date(2026, 12, 31)
LAST_DAY = date(2036, 12, 31)
BEFORE = date(2026, 6, 1)
AFTER = date(2037, 1, 1)

CONTACT = PersonalItem(
    name="contact",
    purpose="commande",
    ground=Ground.CONTRACT,
    data=Details(name="Zoé Quenneville", telephone="0102030405", more={"allergie": "noisettes"}),
)
INVOICE = PersonalItem(
    name="facture-15",
    purpose="facture",
    ground=Ground.LEGAL_OBLIGATION,
    year_end=YEAR_END,
    data=Details(
        name="Zoé Quenneville", address="12 rue du Four, 75006 Paris", siret="12345678200010",
        vat="FR32123456782",
    ),
)  # fmt: skip
LETTER = PersonalItem(
    name="lettre",
    purpose="prospection",
    ground=Ground.CONSENT,
    consent=Consent(text="Écrivez-moi une fois par mois.", given=date(2026, 1, 5)),
    data=Details(email="zoe@quenneville.example"),
)
ALL = (CONTACT, INVOICE, LETTER)


class Told:
    """The journal's place: what it was told, in order; `deaf` raises instead."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.deaf: Exception | None = None

    def __call__(self, events: Sequence[Event]) -> None:
        if self.deaf:
            raise self.deaf
        self.events += events

    def erasures(self) -> Erasures:
        """What the journal would tell at the next start."""
        erased = [event for event in self.events if isinstance(event, PersonErased)]
        return Erasures(len(self.events), {event.person: event.kept for event in erased})


def opened(directory: Path, record: Record | None = None, vfs: str = "") -> Persons:
    """The store, its directory made."""
    directory.mkdir(exist_ok=True)
    return Persons.open(directory, record or Told(), vfs=vfs)


def names(persons: Persons, person: str) -> list[str]:
    """The names of what is held of a person."""
    if not persons.repository.holds(person):
        return []
    return [item.label.name for item in persons.repository.items_of(person)]


def held(persons: Persons, person: str) -> list[PersonalItem]:
    """What is held of a person, opened."""
    return [persons.repository.open(item) for item in persons.repository.items_of(person)]


def traces(directory: Path, *needles: bytes) -> list[str]:
    """Which files under `directory` hold any of `needles`."""
    files = [path for path in directory.rglob("*") if path.is_file()]
    return [path.name for path in files if any(one in path.read_bytes() for one in needles)]
