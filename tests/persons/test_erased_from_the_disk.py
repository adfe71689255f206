"""What was erased is read from no free block of the disk: the attack, on an image of a card."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_terminal.persons import database, keyfile
from pos_terminal.persons.seal import Tampered, unseal
from pos_terminal.persons.store import Persons
from pos_terminal.storage.slots import SIZE, Slots
from tests.needs import need
from tests.support.people import ALL, BEFORE, CONTACT, Told
from tests.support.person_secrets import secrets_of


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Path]:
    """A folder on an ext4 of its own; beside it `card.img`, the disk's bytes."""
    need(shutil.which("mkfs.ext4") is not None, "mkfs.ext4", "apt install e2fsprogs")
    need(os.geteuid() == 0, "root, who may mount,", "sudo make test")
    image, folder = tmp_path / "card.img", tmp_path / "card"
    folder.mkdir()
    subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", image, "8M"], check=True, timeout=60)
    mount = ["mount", "-o", "loop", str(image), str(folder)]
    done = subprocess.run(mount, check=False, timeout=60)
    need(done.returncode == 0, "a loop device", "modprobe loop")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True, timeout=60)


def on_the_disk(card: Path) -> bytes:
    """Every block of it, free ones too."""
    subprocess.run(["sync", "-f", card], check=True, timeout=60)
    return card.with_name("card.img").read_bytes()


def test_unprotected_a_key_in_a_row_outlives_its_row_in_free_blocks(card: Path) -> None:
    """With all that SQLite can do: overwritten, the file written anew, the log cut to nothing."""
    key = bytes(range(100, 160))
    db = sqlite3.connect(card / "old.db", isolation_level=None)
    for pragma in ("journal_mode = wal", "synchronous = full", "secure_delete = on"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("CREATE TABLE item (key BLOB)")
    db.execute("INSERT INTO item VALUES (?)", (key,))
    db.execute("DELETE FROM item")
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    assert key not in (card / "old.db").read_bytes()
    assert key in on_the_disk(card)


def test_whoever_reads_the_whole_disk_opens_nothing_that_was_erased(card: Path) -> None:
    """He has the store key, and tries each place of the disk as an item's key."""
    persons = Persons.open(card, Told())
    gone, stays = persons.add([CONTACT]), persons.add(ALL)
    (item,) = persons.repository.items_of(gone)
    secrets = secrets_of(persons, card, gone, "contact")
    of_others = secrets_of(persons, card, stays, "contact")
    assert opened_by(card, on_the_disk(card), item.label.as_bytes(), item.sealed)
    persons.erase(gone, BEFORE)
    persons.close()
    left = on_the_disk(card)
    assert item.sealed in left, "the seal is there to be tried, in blocks that are free now"
    assert not any(secret in left for secret in secrets[:2]), "its key is not, open or sealed"
    assert of_others[1] in left
    assert not opened_by(card, left, item.label.as_bytes(), item.sealed)


def opened_by(card: Path, disk: bytes, label: bytes, sealed: bytes) -> bool:
    """Whether anything on that disk, at any place of a slot, opens what is sealed."""
    store_key = keyfile.read(keyfile.path_in(card))
    for at in range(0, len(disk) - SIZE, SIZE + 4):
        candidate = disk[at : at + SIZE]
        if not any(candidate):
            continue
        try:
            unseal(unseal(store_key, candidate, label), sealed, label)
        except Tampered:
            continue
        return True
    return False


def test_a_backup_of_before_opens_it_and_says_so_by_being_one(card: Path, tmp_path: Path) -> None:
    """An older copy of slots and store together is what a backup is: it must be destroyed too."""
    persons = Persons.open(card, Told())
    person = persons.add([CONTACT])
    (item,) = persons.repository.items_of(person)
    copy = shutil.copy(card / database.SLOTS, tmp_path / "slots")
    persons.erase(person, BEFORE)
    persons.close()
    store_key = keyfile.read(keyfile.path_in(card))
    key = unseal(store_key, Slots.copied(Path(copy)).get(item.slot), item.label.as_bytes())
    assert b"Quenneville" in unseal(key, item.sealed, item.label.as_bytes())
