"""Nothing that was destroyed is left in any file, and nothing readable ever stood there."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw
import msgspec

from pos_terminal.persons import database
from pos_terminal.persons.item import Ground, PersonalItem
from pos_terminal.persons.repository import Repository
from pos_terminal.persons.seal import new_key
from pos_terminal.persons.store import Persons
from pos_terminal.storage.slots import Slots
from pos_terminal.storage.sqlite import writing
from tests.support.people import ALL, BEFORE, CONTACT, INVOICE, LETTER, Told, opened, traces
from tests.support.person_secrets import secrets_of

PLAIN = [
    b"Quenneville", b"0102030405", b"noisettes", b"rue du Four",
    b"12345678200010", b"zoe@", b"une fois par mois",
]  # fmt: skip




def test_no_file_holds_a_word_of_it(tmp_path: Path) -> None:
    persons = opened(tmp_path)
    person = persons.add(ALL)
    persons.put(person, [msgspec.structs.replace(CONTACT, data=LETTER.data)])
    assert (tmp_path / "persons.db-wal").stat().st_size > 0
    assert traces(tmp_path, *PLAIN) == []
    persons.close()
    assert traces(tmp_path, *PLAIN) == []
    assert traces(tmp_path, person.encode()), "traces() finds what is there"


def test_nothing_of_what_was_erased_is_left_while_the_store_stays_open(tmp_path: Path) -> None:
    persons = opened(tmp_path)
    person, other = persons.add(ALL), persons.add(ALL)
    gone = secrets_of(persons, tmp_path, person, "contact", "lettre")
    stays = secrets_of(persons, tmp_path, other, "contact")
    assert traces(tmp_path, gone[1]) and traces(tmp_path, gone[2])
    persons.erase(person, BEFORE)
    assert traces(tmp_path, *gone) == []
    assert traces(tmp_path, stays[1])
    persons.close()
    assert traces(tmp_path, *gone) == []


def test_nothing_of_what_was_rectified_or_due_is_left(tmp_path: Path) -> None:
    persons = opened(tmp_path)
    person = persons.add(ALL)
    gone = secrets_of(persons, tmp_path, person, "contact")
    persons.put(person, [msgspec.structs.replace(CONTACT, data=LETTER.data)])
    assert traces(tmp_path, *gone) == []
    gone = secrets_of(persons, tmp_path, person, "facture-15")
    assert INVOICE.until
    persons.due(INVOICE.until.replace(year=2037))
    assert traces(tmp_path, *gone) == []
    persons.close()


@dataclass
class Crowd:
    """Persons that come and go, by chance; the secrets of those who went."""

    persons: Persons
    directory: Path
    random: Random
    here: list[str] = field(default_factory=list)
    gone: list[bytes] = field(default_factory=list)

    def come_and_go(self, times: int) -> None:
        for _ in range(times):
            text = self.random.randbytes(self.random.randint(10, 900)).hex()
            data = msgspec.structs.replace(CONTACT.data, more={"note": text})
            items = [msgspec.structs.replace(CONTACT, data=data), LETTER]
            self.here.append(self.persons.add(items))
            if self.random.random() < 0.4:
                self.go()

    def go(self) -> None:
        person = self.here.pop(self.random.randrange(len(self.here)))
        self.gone += secrets_of(self.persons, self.directory, person, "contact", "lettre")
        self.persons.erase(person, BEFORE)


def test_nothing_is_left_of_a_crowd(tmp_path: Path) -> None:
    for seed in range(2):
        directory = tmp_path / str(seed)
        crowd = Crowd(opened(directory), directory, Random(seed))
        crowd.come_and_go(80)
        assert traces(directory, *crowd.gone) == []
        crowd.persons.close()
        assert traces(directory, *crowd.gone) == []


def test_secure_delete_alone_does_leave_something(tmp_path: Path) -> None:
    """Why a wipe writes the file anew: SQLite leaves copies of rows that it moves between pages."""
    seeds = (6, *range(6))
    assert any(_left_without_a_wipe(tmp_path / f"{each}.db", Random(each)) for each in seeds)


def _left_without_a_wipe(path: Path, random: Random) -> int:
    """How many seals of deleted items the file holds, with all but the wipe done."""
    db = database.open_writer(path, "")
    db.pragma("synchronous", "off")
    slots = Slots.open(path.with_suffix(".slots"), new=True)
    repository = Repository(db, new_key(), slots)
    here: list[str] = []
    gone: list[bytes] = []
    for _ in range(400):
        person = random.randbytes(16).hex()
        note = random.randbytes(random.randint(10, 900)).hex()
        repository.put(person, PersonalItem(
            name="a", purpose="b", ground=Ground.CONTRACT,
            data=msgspec.structs.replace(CONTACT.data, more={"note": note}),
        ))  # fmt: skip
        here.append(person)
        if random.random() < 0.4:
            person = here.pop(random.randrange(len(here)))
            gone += [item.sealed[:40] for item in repository.items_of(person)]
            repository.remove(person, "a")
            repository.sweep()
    db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    content = path.read_bytes()
    assert not path.with_name(path.name + "-wal").stat().st_size
    before = sum(key in content for key in gone)
    database.wipe(db)
    db.close()
    slots.close()
    content = path.read_bytes()
    assert not any(key in content for key in gone)
    return before


def test_a_wipe_that_was_cut_off_is_done_at_the_next_chance(tmp_path: Path) -> None:
    """As after a power cut between a deletion and its wipe."""
    persons = opened(tmp_path)
    person = persons.add(ALL)
    gone = secrets_of(persons, tmp_path, person, "contact", "facture-15", "lettre")
    persons.close()
    db = database.open_writer(tmp_path / database.NAME, "")
    db.pragma("secure_delete", "off")
    with writing(db):
        db.execute("DELETE FROM item")
        db.execute("DELETE FROM person")
        db.execute("UPDATE state SET unwiped = 1")
    db.close()
    assert traces(tmp_path, *gone)
    persons = opened(tmp_path, Told())
    persons.wipe()
    assert traces(tmp_path, *gone) == []
    persons.close()
