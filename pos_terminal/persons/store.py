"""The store of persons: add, rectify, erase, each told to the journal before it is done.

The journal is told first, and has made it durable, before a change here is committed. So after a
power cut either the change is there, or the journal alone knows of it: an erasure is then done at
the next start (`forget`), and a person who was to be added is a pseudonym of nobody.
"""

import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from pathlib import Path

import apsw

from pos_terminal.domain import faults
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import PersonErased, PersonRecorded
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.customers import CUSTOMER
from pos_terminal.persons import database, keyfile
from pos_terminal.persons.erasures import Erasures, erasures
from pos_terminal.persons.errors import PersonsError, using
from pos_terminal.persons.item import PersonalItem, SealLabel
from pos_terminal.persons.repository import Repository, SealedItem
from pos_terminal.persons.seal import key_id
from pos_terminal.storage.slots import Slots, quiet
from pos_terminal.storage.sqlite import let_go, writing

Record = Callable[[Sequence[Event]], None]
"""Makes events durable in the journal, all or none; returns once they are, or raises."""

STEP = 1000
"""Records of the journal after which the place up to which it is known is noted anew."""


class Persons:
    """The store of one till, open for writing. Blocks; use from one thread at a time."""

    def __init__(
        self, path: Path, db: apsw.Connection, key: bytes, slots: Slots, record: Record
    ) -> None:
        self._path = path
        self._db = db
        self._slots = slots
        self._record = record
        self.repository = Repository(db, key, slots)

    @classmethod
    def open(cls, directory: Path, record: Record, *, vfs: str = "") -> "Persons":
        """The store in the state `directory`, made where none ever was.

        PersonsError where the store key is missing, another's or readable to others, where the
        file is gone though a key is there, damaged or of a newer version, or the disk refuses.
        Call `catch_up` before anything is read from it.
        """
        path = directory / database.NAME
        with using(path), ExitStack() as undo:
            # First: a key without its file is an alarm, and a file made anew would hide it.
            exists(directory)
            db = database.open_writer(path, vfs)
            undo.callback(db.close)
            slots = _slots(db, directory)
            undo.callback(slots.close)
            # Its lock is always taken first. It has a queue, where the database's is asked for now
            # and then: beside one that never rests that would fail after 5 s.
            with slots.alone(), writing(db):
                key = _store_key(db, keyfile.path_in(directory)) or _adopt_key(db, directory)
            undo.pop_all()
        return cls(path, db, key, slots, record)

    def close(self) -> None:
        """Let the files go; the last to leave takes the log in, and where that fails it stays."""
        self._slots.close()
        let_go(self._db)

    def add(self, items: Sequence[PersonalItem]) -> str:
        """Hold `items` of somebody new; the pseudonym, 128 bits of chance in hex."""
        # Nothing of the person is in it: a number that counts up would say who came before whom.
        person = os.urandom(16).hex()
        with self._writing():
            self._put(person, items)
        return person

    def put(self, person: str, items: Sequence[PersonalItem]) -> None:
        """Hold more of somebody, or rectify: an item takes the place of one of the same name.

        PersonsError where nothing is held of the person, who was erased, or where an item would
        take the place of one that the law obliges to keep as it is.
        """
        with self._writing():
            if self.repository.is_erased(person):
                raise PersonsError(
                    faults.PERSON_REFUSED,
                    say("{person} est effacé : ajouter une nouvelle personne", person=person),
                )
            here = self.repository.items_of(person)
            fixed = {item.label.name for item in here if item.label.obliged}
            for item in items:
                if item.name in fixed:
                    raise PersonsError(
                        faults.PERSON_REFUSED, say("{name} doit rester tel quel", name=item.name)
                    )
            self._put(person, items)
        self.wipe()

    def keep(self, person: str, item: PersonalItem) -> PersonalItem:
        """Hold what the law obliges to keep; if it is held already, that, as it is.

        PersonsError where nothing is held of the person, or who was erased.
        """
        with self._writing():
            sealed = {item.label.name: item for item in self.repository.items_of(person)}
            if item.name in sealed:
                return self.repository.open(sealed[item.name])
            if self.repository.is_erased(person):
                raise PersonsError(
                    faults.PERSON_REFUSED,
                    say("{person} est effacé : ajouter une nouvelle personne", person=person),
                )
            self._put(person, [item])
        return item

    def _put(self, person: str, items: Sequence[PersonalItem]) -> None:
        for item in items:
            if item.purpose == CUSTOMER:
                others = (item.label.person for item in self.repository.named(item.name))
                if any(other != person for other in others):
                    raise PersonsError(
                        faults.CUSTOMER_TAKEN, say("{name} est quelqu'un d'autre", name=item.name)
                    )
            self.repository.put(person, item)
        # Told last, within the transaction: where the journal refuses nothing was written here.
        purposes = sorted({item.purpose for item in items})
        self._record([PersonRecorded(person=person, purpose=purpose) for purpose in purposes])

    def erase(self, person: str, today: date | None) -> list[SealLabel]:
        """Destroy at once all that no law obliges to keep; what is kept, and until when.

        `today` None: the date is not known, and nothing obliged is taken to have expired. Erasing
        again erases nothing more, and makes sure of what was erased. PersonsError, and nothing
        destroyed, where the ground or the date on an item is not the one sealed.
        """
        with self._writing():
            items = self.repository.items_of(person)
            labels = [item.label for item in items]
            kept = [label for label in labels if label.outlives_erasure(today)]
            for item in items:
                # Before it is destroyed: its seal holds the ground, which the plain column only
                # repeats, or who changes that has an invoice erased. Spoilt data may go.
                if item.label not in kept:
                    self.repository.key_of(item)
            if len(kept) < len(labels) or not self.repository.is_erased(person):
                # Told before anything goes: an older copy put back later learns of it from the
                # journal.
                self._record([_erased(person, kept)])
                self._keep_only(person, [label.name for label in kept])
        self.wipe()
        return kept

    def due(self, today: date) -> list[SealLabel]:
        """Destroy all whose last day is over; what was destroyed. `today` from a trusted clock.

        PersonsError, and nothing destroyed, where the date on an item is not the one sealed.
        """
        with self._writing():
            sealed = self.repository.ending(today)
            over = [item for item in sealed if item.label.expired(today)]
            for item in over:
                # Opened before it is destroyed: its seal holds the date, which the plain column
                # only repeats.
                self.repository.open(item)
            if events := self._ended(sealed, today):
                self._record(events)
            for item in over:
                self.repository.remove(item.label.person, item.label.name)
            if over:
                self.repository.sweep()
        self.wipe()
        return [item.label for item in over]

    def _ended(self, sealed: Sequence[SealedItem], today: date) -> list[Event]:
        """What `due` tells the journal: who loses the last item, or one kept beyond an erasure."""
        events: list[Event] = []
        for person in sorted({b.label.person for b in sealed if b.label.expired(today)}):
            theirs = [item.label for item in sealed if item.label.person == person]
            kept = [label for label in theirs if not label.expired(today)]
            if not kept or self.repository.is_erased(person):
                events.append(_erased(person, kept))
        return events

    def forget(self, found: Erasures) -> None:
        """Do again the erasures that the journal records, after an older copy was put back."""
        with self._writing():
            before: int = self._db.execute("SELECT journal_seq FROM state").get
            here = [person for person in found.kept if self.repository.holds(person)]
            for person in here:
                self._keep_only(person, found.kept[person])
            # Noted every STEP records only: a start that writes nothing wears no card out.
            if here or not before <= found.last < before + STEP:
                self._db.execute("UPDATE state SET journal_seq = ?", (found.last,))
        self.wipe()

    def catch_up(self, directory: Path, today: date | None) -> list[SealLabel]:
        """What each start does: the erasures that the journal knows of, then what is due today.

        Both do nothing when done again. What was due. PersonsError, JournalError.
        """
        with using(self._path):
            after: int = self._db.execute("SELECT journal_seq FROM state").get
        self.forget(erasures(directory, after))
        return self.due(today) if today else []

    def wipe(self) -> None:
        """Destroy the keys of what is held no more. PersonsError: it is not done yet.

        Nor is a byte of what they opened left in the file.
        """
        with using(self._path), self._slots.alone():
            held = {slot for (slot,) in self._db.execute("SELECT slot FROM item")}
            # First: without them nothing that a disk keeps of the rest can be read.
            self._slots.keep(held)
            database.wipe(self._db)

    def _keep_only(self, person: str, names: Sequence[str]) -> None:
        for item in self.repository.items_of(person):
            if item.label.name not in names:
                self.repository.remove(person, item.label.name)
        self.repository.mark_erased(person)
        self.repository.sweep()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        # Alone from before the transaction: the backup's copies of both files are of one moment.
        with using(self._path), self._slots.alone(), writing(self._db):
            yield
            self._slots.settle()  # before the commit: no row without its key


@contextmanager
def reading(directory: Path, *, vfs: str = "") -> Iterator[Repository]:
    """What is held, beside a till that runs; without what the journal says was erased.

    PersonsError, JournalError. There must be a store: see `exists`.
    """
    path = directory / database.NAME
    with using(path), ExitStack() as undo:
        db = database.open_reader(path, vfs)
        undo.callback(db.close)
        # Before the transaction below: what the journal knows by then is taken off what is read
        # here.
        after: int = db.execute("SELECT journal_seq FROM state").get
        found: Mapping[str, tuple[str, ...]] = erasures(directory, after).kept
        # One transaction: a person is seen before or after an erasure, not within. Its keys are
        # taken before anybody can destroy one, and then nobody waits for this reader.
        with ExitStack() as moment:
            with quiet(directory / database.SLOTS):
                moment.enter_context(db)
                key = _store_key(db, keyfile.path_in(directory))
                slots = _copied(db, directory)
            yield Repository(db, key, slots, found)


def exists(directory: Path) -> bool:
    """Whether anybody was ever held here; PersonsError where the file is gone from beside its key.

    The key is looked for first: it is made after the file.
    """
    keyed = keyfile.path_in(directory).exists()
    path = directory / database.NAME
    if path.exists():
        return True
    if keyed:
        raise PersonsError(
            faults.PERSONS_DAMAGED,
            say("{path} n'est plus là, et des personnes y étaient tenues", path=path),
        )
    return False


def start(directory: Path, record: Record, today: date | None) -> list[SealLabel]:
    """What a till does as it starts: `catch_up`, where there is a store; what was due."""
    if not exists(directory):
        return []
    with closing(Persons.open(directory, record)) as persons:
        return persons.catch_up(directory, today)


def _store_key(db: apsw.Connection, path: Path) -> bytes:
    """The key that seals what is here; empty where nothing is."""
    if not db.execute("SELECT count(*) FROM item").get:
        return b""
    key = keyfile.read(path)
    if db.execute("SELECT key_id FROM state").get != key_id(key):
        raise PersonsError(
            faults.PERSONS_KEY,
            say("{path} n'est pas la clé de {filename}", path=path, filename=db.filename),
        )
    return key


def _slots(db: apsw.Connection, directory: Path) -> Slots:
    held: int = db.execute("SELECT count(*) FROM item").get
    with _there(directory):
        return Slots.open(directory / database.SLOTS, new=not held)


def _copied(db: apsw.Connection, directory: Path) -> Slots:
    if not db.execute("SELECT count(*) FROM item").get:
        return Slots(io.BytesIO())
    with _there(directory):
        return Slots.copied(directory / database.SLOTS)


@contextmanager
def _there(directory: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        gone = say("{path} n'est plus là, et des personnes y étaient tenues", path=error.filename)
        raise PersonsError(faults.PERSONS_DAMAGED, gone) from error


def _adopt_key(db: apsw.Connection, directory: Path) -> bytes:
    """The key for a store that holds nothing: the one that lies there, or a new one."""
    path = keyfile.path_in(directory)
    # One that lies there is taken: a cut may have come between its making and the first item.
    key = keyfile.read(path) if path.exists() else keyfile.make(path)
    db.execute("UPDATE state SET key_id = ?1 WHERE key_id IS NOT ?1", (key_id(key),))
    return key


def _erased(person: str, kept: Sequence[SealLabel]) -> PersonErased:
    until = max((label.kept_until for label in kept if label.kept_until), default=None)
    names = tuple(label.name for label in kept)
    return PersonErased(person=person, kept=names, kept_until=until.isoformat() if until else "")
