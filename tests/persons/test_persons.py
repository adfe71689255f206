"""The store of persons: what is held, rectified, erased; what is refused, and by which code."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random

import msgspec
import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.events.system import PersonErased, PersonRecorded
from pos_terminal.domain.faults import Fault
from pos_terminal.persons import database, keyfile
from pos_terminal.persons.erasures import Erasures
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.store import Persons, exists
from tests.support import person_adder as adder
from tests.support.people import (
    AFTER,
    ALL,
    BEFORE,
    CONTACT,
    INVOICE,
    LAST_DAY,
    LETTER,
    Told,
    held,
    names,
    opened,
)

PATIENCE = 60.0


def refused(fault: Fault, directory: Path) -> str:
    """That the store does not open, with this fault; why."""
    with pytest.raises(PersonsError) as caught:
        Persons.open(directory, Told())
    assert caught.value.fault is fault
    return caught.value.detail


def test_what_is_put_in_comes_out_and_the_journal_knows_the_pseudonym_alone(tmp_path: Path) -> None:
    told = Told()
    persons = opened(tmp_path, told)
    person = persons.add(ALL)
    assert held(persons, person) == list(ALL)
    assert told.events == [
        PersonRecorded(person=person, purpose=purpose)
        for purpose in ("commande", "facture", "prospection")
    ]
    assert len(bytes.fromhex(person)) == 16
    assert persons.add(ALL) != person
    persons.close()
    again = opened(tmp_path)
    assert held(again, person) == list(ALL)
    again.close()


def test_data_are_rectified_but_for_what_must_stay_as_it_is(tmp_path: Path) -> None:
    persons = opened(tmp_path)
    person = persons.add([CONTACT, INVOICE])
    moved = msgspec.structs.replace(CONTACT, data=LETTER.data)
    persons.put(person, [moved, LETTER])
    assert held(persons, person) == [moved, INVOICE, LETTER]
    with pytest.raises(PersonsError) as caught:
        persons.put(person, [CONTACT, msgspec.structs.replace(INVOICE, data=LETTER.data)])
    assert caught.value.fault is faults.PERSON_REFUSED
    assert held(persons, person) == [moved, INVOICE, LETTER]
    with pytest.raises(PersonsError) as caught:
        persons.put("0" * 32, [CONTACT])
    assert caught.value.fault is faults.PERSON_UNKNOWN
    persons.close()


def test_erasing_keeps_what_the_law_obliges_and_that_alone(tmp_path: Path) -> None:
    told = Told()
    persons = opened(tmp_path, told)
    person, other = persons.add(ALL), persons.add([CONTACT])
    (kept,) = persons.erase(person, BEFORE)
    assert (kept.name, kept.kept_until) == (INVOICE.name, LAST_DAY)
    assert held(persons, person) == [INVOICE]
    assert persons.repository.is_erased(person)
    assert told.events[-1] == PersonErased(
        person=person, kept=(INVOICE.name,), kept_until=LAST_DAY.isoformat()
    )
    assert persons.erase(other, BEFORE) == []
    assert told.events[-1] == PersonErased(person=other, kept=(), kept_until="")
    with pytest.raises(PersonsError) as caught:
        persons.erase(other, BEFORE)
    assert caught.value.fault is faults.PERSON_UNKNOWN
    before = list(told.events)
    assert persons.erase(person, BEFORE) == [kept]
    assert told.events == before, "erasing again is no news"
    with pytest.raises(PersonsError) as caught:
        persons.put(person, [CONTACT])
    assert caught.value.fault is faults.PERSON_REFUSED
    persons.close()


def test_after_the_last_day_an_erasure_keeps_nothing_unless_the_date_is_unknown(
    tmp_path: Path,
) -> None:
    persons = opened(tmp_path)
    person = persons.add(ALL)
    assert [label.name for label in persons.erase(person, None)] == [INVOICE.name]
    assert persons.erase(person, AFTER) == []
    assert not persons.repository.holds(person)
    persons.close()


def test_what_is_due_goes_on_its_day_and_once(tmp_path: Path) -> None:
    told = Told()
    persons = opened(tmp_path, told)
    limited = msgspec.structs.replace(CONTACT, kept_until=BEFORE)
    erased, customer = persons.add(ALL), persons.add([limited, INVOICE, LETTER])
    persons.erase(erased, BEFORE)
    assert persons.due(BEFORE) == []
    told.events.clear()
    assert [label.name for label in persons.due(LAST_DAY)] == ["contact"]
    assert told.events == [], "the person is still there, and was not erased"
    assert {label.person for label in persons.due(AFTER)} == {erased, customer}
    assert told.events == [PersonErased(person=erased, kept=(), kept_until="")]
    assert persons.due(AFTER) == []
    assert held(persons, customer) == [LETTER]
    assert not persons.repository.holds(erased)
    persons.close()


def test_a_journal_that_fails_changes_nothing(tmp_path: Path) -> None:
    told = Told()
    persons = opened(tmp_path, told)
    person = persons.add(ALL)
    told.deaf = PersonsError(faults.JOURNAL_FAILED, "as asked")
    for change in (
        lambda: persons.erase(person, BEFORE),
        lambda: persons.add([CONTACT]),
        lambda: persons.put(person, [LETTER]),
    ):
        with pytest.raises(PersonsError) as caught:
            change()
        assert caught.value.fault is faults.JOURNAL_FAILED
    assert {item.label.person for item in persons.repository.all()} == {person}
    assert held(persons, person) == list(ALL)
    persons.close()


def test_an_older_copy_put_back_is_erased_again(tmp_path: Path) -> None:
    told = Told()
    persons = opened(tmp_path, told)
    person, gone, other = persons.add(ALL), persons.add([CONTACT]), persons.add(ALL)
    persons.close()
    copy = (tmp_path / database.NAME).read_bytes()
    persons = opened(tmp_path, told)
    persons.erase(person, BEFORE)
    persons.erase(gone, BEFORE)
    persons.close()
    (tmp_path / database.NAME).write_bytes(copy)
    persons = opened(tmp_path, told)
    assert names(persons, person) == ["contact", "facture-15", "lettre"]
    for _ in range(2):
        persons.forget(told.erasures())
        assert names(persons, person) == [INVOICE.name]
        assert persons.repository.is_erased(person)
        assert names(persons, gone) == []
        assert held(persons, other) == list(ALL)
    persons.close()


def test_who_was_never_here_is_not_missed(tmp_path: Path) -> None:
    persons = opened(tmp_path)
    persons.forget(Erasures(7, {"0" * 32: ()}))
    assert persons.repository.all() == []
    persons.close()


def test_files_and_key_are_for_this_user_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        persons = opened(tmp_path)
    finally:
        os.umask(before)
    persons.add(ALL)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert modes == {
        "persons.db": 0o600,
        "persons.db-wal": 0o600,
        "persons.db-shm": 0o600,
        "persons.slots": 0o600,
        "keys": 0o700,
        "persons.key": 0o600,
    }
    persons.close()


@pytest.fixture
def someone(tmp_path: Path) -> str:
    """A pseudonym of whom everything is held in `tmp_path`."""
    persons = opened(tmp_path)
    person = persons.add(ALL)
    persons.close()
    return person


@pytest.mark.usefixtures("someone")
def test_a_missing_key_is_never_made_anew(tmp_path: Path) -> None:
    keyfile.path_in(tmp_path).unlink()
    assert "missing" in refused(faults.PERSONS_KEY, tmp_path)
    assert not keyfile.path_in(tmp_path).exists()


@pytest.mark.usefixtures("someone")
def test_another_tills_key_is_refused(tmp_path: Path) -> None:
    opened(tmp_path / "other").close()
    shutil.copy(keyfile.path_in(tmp_path / "other"), keyfile.path_in(tmp_path))
    assert "n'est pas la clé de" in refused(faults.PERSONS_KEY, tmp_path)


@pytest.mark.usefixtures("someone")
def test_a_key_cut_short_is_refused(tmp_path: Path) -> None:
    keyfile.path_in(tmp_path).write_bytes(b"short")
    assert "5 bytes" in refused(faults.PERSONS_KEY, tmp_path)


@pytest.mark.usefixtures("someone")
def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    keyfile.path_in(tmp_path).chmod(0o640)
    assert "640" in refused(faults.PERSONS_KEY_OPEN, tmp_path)


@pytest.mark.usefixtures("someone")
def test_a_store_that_is_gone_is_not_begun_anew(tmp_path: Path) -> None:
    for path in tmp_path.glob("persons.db*"):
        path.unlink()
    assert "n'est plus là" in refused(faults.PERSONS_DAMAGED, tmp_path)
    with pytest.raises(PersonsError):
        exists(tmp_path)


@pytest.mark.usefixtures("someone")
def test_a_damaged_another_or_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / database.NAME
    good = path.read_bytes()
    path.write_bytes(b"rubbish" * 1000)
    refused(faults.PERSONS_DAMAGED, tmp_path)
    for pragma, fault in (
        ("application_id = 7", faults.PERSONS_DAMAGED),
        ("user_version = 99", faults.PERSONS_NEWER),
    ):
        path.write_bytes(good)
        tamper(tmp_path, f"PRAGMA {pragma}")
        refused(fault, tmp_path)


def test_an_empty_store_takes_the_key_that_is_there(tmp_path: Path) -> None:
    persons = opened(tmp_path)
    persons.erase(persons.add([CONTACT]), BEFORE)
    persons.close()
    keyfile.path_in(tmp_path).unlink()
    persons = opened(tmp_path)
    assert held(persons, persons.add(ALL)) == list(ALL)
    persons.close()


def tamper(directory: Path, statement: str) -> None:
    """Change the file behind the program's back, by another library."""
    with sqlite3.connect(directory / database.NAME) as db:
        db.execute(statement)
    db.close()


SPOILED = "CAST(substr({0}, 1, 16) || zeroblob(8) || substr({0}, 25) AS BLOB)"


@pytest.mark.parametrize(
    "change",
    [
        f"sealed = {SPOILED.format('sealed')}",
        "slot = 4711",
        "sealed = x''",
        "purpose = 'autre'",
        "kept_until = '2020-01-01'",
        "ground = 'contract'",
        "ground = 'habit'",
        "kept_until = 'demain'",
        "sealed = (SELECT sealed FROM item WHERE name = 'contact')",
        "sealed = (SELECT sealed FROM item WHERE name = 'contact'),"
        " slot = (SELECT slot FROM item WHERE name = 'contact') + 1000",
    ],
)
def test_what_was_changed_is_refused_and_named(tmp_path: Path, someone: str, change: str) -> None:
    tamper(tmp_path, f"UPDATE item SET {change} WHERE name = 'facture-15'")
    persons = opened(tmp_path)
    with pytest.raises(PersonsError) as caught:
        held(persons, someone)
    assert caught.value.fault is faults.PERSONS_TAMPERED
    assert caught.value.detail.startswith(f"{someone} facture-15 ")
    persons.close()


def test_a_date_brought_forward_destroys_no_invoice(tmp_path: Path, someone: str) -> None:
    tamper(tmp_path, "UPDATE item SET kept_until = '2020-01-01' WHERE name = 'facture-15'")
    persons = opened(tmp_path)
    with pytest.raises(PersonsError) as caught:
        persons.due(BEFORE)
    assert caught.value.fault is faults.PERSONS_TAMPERED
    assert "facture-15" in names(persons, someone)
    persons.close()


def test_a_spoiled_item_can_still_be_erased(tmp_path: Path, someone: str) -> None:
    tamper(tmp_path, "UPDATE item SET sealed = x'00' WHERE name = 'contact'")
    persons = opened(tmp_path)
    persons.erase(someone, BEFORE)
    assert names(persons, someone) == ["facture-15"]
    persons.close()


def adding(directory: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, adder.__file__, str(directory)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def reap(process: "subprocess.Popen[str]", lines: int) -> list[str]:
    """Kill it after so many lines; the pseudonyms of those that it had added."""
    assert process.stdout
    added = [process.stdout.readline().strip() for _ in range(lines)]
    process.kill()
    added += process.stdout.read().split("\n")[:-1]
    process.wait(PATIENCE)
    process.stdout.close()
    return added


def test_two_processes_begin_one_store_and_lose_nobody_when_killed(tmp_path: Path) -> None:
    random = Random(5)
    for number in range(3):
        directory = tmp_path / str(number)
        directory.mkdir()
        both = [adding(directory), adding(directory)]
        added = [person for one in both for person in reap(one, random.randint(1, 30))]
        with closing(opened(directory)) as persons:
            for person in added:
                assert held(persons, person) == list(ALL)
