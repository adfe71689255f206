"""The rows of `persons.db` as persons and items: opened and sealed here, and nowhere else."""

from collections.abc import Iterator, Mapping
from datetime import date

import apsw
import msgspec
from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.item import Ground, PersonalItem, SealLabel
from pos_terminal.persons.seal import Tampered, new_key, seal, unseal
from pos_terminal.storage.slots import Slots, Spoilt


class SealedItem(Struct, frozen=True):
    """An item as `persons.db` has it: its label, the slot of its own key, and its data (sealed)."""

    label: SealLabel
    slot: int
    sealed: bytes


class Repository:
    """What is in the file, read and changed within the caller's transaction.

    `erased` names the persons whose erasure the journal records and this file does not know yet,
    each with the items that were kept: the others are not there any more, whatever the file says.
    """

    def __init__(
        self,
        db: apsw.Connection,
        key: bytes,
        slots: Slots,
        erased: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._db = db
        self._key = key
        self._slots = slots
        self._erased = erased or {}

    def holds(self, person: str) -> bool:
        """Whether anything is held of the person."""
        return any(self._select("WHERE person = ?", (person,)))

    def is_erased(self, person: str) -> bool:
        """Whether the person was erased, but for what is kept."""
        sql = "SELECT erased FROM person WHERE person = ?"
        return person in self._erased or bool(self._db.execute(sql, (person,)).get)

    def items_of(self, person: str) -> list[SealedItem]:
        """A person's items; PersonsError where there are none."""
        found = list(self._select("WHERE person = ?", (person,)))
        if not found:
            raise PersonsError(
                faults.PERSON_UNKNOWN, say("rien n'est tenu de {person!r}", person=person)
            )
        return found

    def named(self, name: str) -> list[SealedItem]:
        """The items of that name, of whomever."""
        return list(self._select("WHERE name = ?", (name,)))

    def all(self) -> list[SealedItem]:
        """Every item of everybody."""
        return list(self._select("", ()))

    def ending(self, today: date) -> list[SealedItem]:
        """Every item of the persons of whom some item has expired."""
        some = "WHERE person IN (SELECT person FROM item WHERE kept_until < ?)"
        return list(self._select(some, (today.isoformat(),)))

    def _select(self, where: str, values: tuple[str, ...]) -> Iterator[SealedItem]:
        sql = "SELECT person, name, purpose, ground, kept_until, slot, sealed FROM item"
        for row in self._db.execute(f"{sql} {where} ORDER BY person, name", values):
            person, name, purpose, ground, kept_until, slot, sealed = row
            # The journal recorded the erasure, and a cut came before it was done here.
            if name not in self._erased.get(person, (name,)):
                continue
            try:
                until = date.fromisoformat(kept_until) if kept_until else None
                label = SealLabel(person, name, purpose, Ground(ground), until)
            except ValueError as error:
                raise _changed(f"{person} {name}") from error
            yield SealedItem(label, slot, sealed)

    def open(self, item: SealedItem) -> PersonalItem:
        """What was sealed; PersonsError, naming it, where anything about it was changed."""
        key, label = self.key_of(item), item.label.as_bytes()
        try:
            return msgspec.json.decode(unseal(key, item.sealed, label), type=PersonalItem)
        except (Tampered, *UNREADABLE) as error:
            raise _changed(f"{item.label.person} {item.label.name}") from error

    def key_of(self, item: SealedItem) -> bytes:
        """Its own key; PersonsError where its label is not the one that was sealed."""
        try:
            return unseal(self._key, self._slots.get(item.slot), item.label.as_bytes())
        except (Tampered, Spoilt) as error:
            # The label is sealed along: a date or purpose changed in the plain columns shows here.
            raise _changed(f"{item.label.person} {item.label.name}") from error

    def put(self, person: str, item: PersonalItem) -> None:
        """Seal an item and keep it, under a key of its own, in place of one of the same name."""
        self._db.execute("INSERT OR IGNORE INTO person VALUES (?, 0)", (person,))
        self.remove(person, item.name)
        # A key for each item: what a page still holds of old data says nothing once that is gone.
        label, key = SealLabel.of(person, item), new_key()
        about = label.as_bytes()
        sealed = seal(key, msgspec.json.encode(item), about)
        # Before its row: a key that nobody names is destroyed by the next wipe, a row without one
        # says nothing to anybody.
        slot = self._slots.put(seal(self._key, key, about))
        until = label.kept_until.isoformat() if label.kept_until else None
        self._db.execute(
            "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?)",
            (person, label.name, label.purpose, label.ground, until, slot, sealed),
        )  # fmt: skip

    def remove(self, person: str, name: str) -> None:
        """Take an item away. Its key, and what it leaves in the file, are destroyed by the wipe."""
        self._db.execute("DELETE FROM item WHERE person = ? AND name = ?", (person, name))
        if self._db.changes():
            # Within the transaction: a cut before the wiping is known at the next start.
            self._db.execute("UPDATE state SET unwiped = 1")

    def mark_erased(self, person: str) -> None:
        """Take no more of this person, and forget the pseudonym once nothing is kept."""
        self._db.execute("UPDATE person SET erased = 1 WHERE person = ?", (person,))

    def sweep(self) -> None:
        """Forget the pseudonyms of whom nothing is held any more."""
        self._db.execute("DELETE FROM person WHERE person NOT IN (SELECT person FROM item)")
        if self._db.changes():
            self._db.execute("UPDATE state SET unwiped = 1")


def _changed(what: str) -> PersonsError:
    return PersonsError(
        faults.PERSONS_TAMPERED, say("{what} n'est pas ce qui fut scellé", what=what)
    )
