"""The attack table: each attack succeeds on an unprotected copy, and is found in the journal.

Unprotected is the same table, without triggers, hashes or signatures to look at: what a program
reads that sums up what it finds. An edit, a deletion, a swap or a rewrite without the key is found
by chain and signature. Records cut off at the end, yesterday's file and a rewrite with the key fit
in themselves: the witness finds them, as far back as it has seen.
"""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.journal import consistency_proof
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import Broken, JournalError
from pos_terminal.journal.keyring import FOLDER, software
from pos_terminal.journal.record import digest
from pos_terminal.journal.state_directory import MARK
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.journal.witness import Refused, Witness, take
from tests.conftest import run
from tests.support.journaling import IDENTITY, SIGN_ON, database, kept, moment, tamper, ticket

NOW = datetime(2026, 1, 5, 20, 0)
TICKETS = 80
"""With the record of the keys, 321 records: one checkpoint in their midst."""

Attack = Callable[[Path], None]


def a_day() -> list[Event]:
    return [event for number in range(1, TICKETS + 1) for event in ticket(number, number)]


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("journal") / "state"
    run(kept(directory, a_day()))
    return directory


@pytest.fixture
def state(tmp_path: Path, yesterday: Path) -> Path:
    return shutil.copytree(yesterday, tmp_path / "state")


def turnover(directory: Path) -> int:
    """What a program takes the turnover for that trusts what it reads."""
    with sqlite3.connect(database(directory)) as db:
        bodies = db.execute("SELECT rec FROM journal WHERE kind = 'sale.closed'").fetchall()
    db.close()
    return sum(json.loads(rec)["body"]["total"] for (rec,) in bodies)


def labels(directory: Path) -> set[str]:
    with sqlite3.connect(database(directory)) as db:
        bodies = db.execute("SELECT rec FROM journal WHERE kind = 'line.sold'").fetchall()
    db.close()
    return {json.loads(rec)["body"]["name"] for (rec,) in bodies}


def payments(directory: Path) -> set[str]:
    with sqlite3.connect(database(directory)) as db:
        bodies = db.execute("SELECT rec FROM journal WHERE kind = 'tender.taken'").fetchall()
    db.close()
    return {json.loads(rec)["body"]["tender"] for (rec,) in bodies}


def order(directory: Path) -> list[int]:
    with sqlite3.connect(database(directory)) as db:
        rows = db.execute("SELECT rec FROM journal ORDER BY seq").fetchall()
    db.close()
    return [json.loads(rec)["seq"] for (rec,) in rows]


def rows(directory: Path) -> int:
    return len(order(directory))


def _replace(before: str, after: str, seq: int) -> Attack:
    def attack(directory: Path) -> None:
        changed = f"CAST(replace(rec, '{before}', '{after}') AS BLOB)"
        tamper(directory, f"UPDATE journal SET rec = {changed} WHERE seq = {seq}")

    return attack


def _delete(directory: Path) -> None:
    tamper(
        directory,
        "DELETE FROM journal WHERE seq BETWEEN 6 AND 9",
        "UPDATE journal SET seq = seq - 4 WHERE seq > 9",
    )


def _swap(directory: Path) -> None:
    tamper(
        directory,
        "UPDATE journal SET seq = -seq WHERE seq IN (5, 9)",
        "UPDATE journal SET seq = 14 + seq WHERE seq < 0",
    )


FOUND_BY_CHAIN_AND_SIGNATURE: list[tuple[Attack, Callable[[Path], object], int]] = [
    (_replace('"tender":"cash"', '"tender":"card"', 4), payments, 4),
    (_replace('"total":130,', '"total":30,', 5), turnover, 5),
    (_replace("Tradition", "Baguette", 3), labels, 3),
    (_delete, turnover, 6),
    (_swap, order, 5),
]


@pytest.mark.parametrize(("attack", "seen", "record"), FOUND_BY_CHAIN_AND_SIGNATURE)
def test_a_change_is_found_by_the_chain(
    state: Path, attack: Attack, seen: Callable[[Path], object], record: int
) -> None:
    before = seen(state)
    attack(state)
    assert seen(state) != before, "unprotected, the attack succeeds"
    with pytest.raises(Broken) as caught:
        verify(database(state))
    assert caught.value.seq == record


def _rehashed(directory: Path) -> None:
    """Change one total, and make all later hashes anew: what a chain without keys misses."""
    with sqlite3.connect(database(directory)) as db:
        found = db.execute("SELECT seq, rec, hash FROM journal ORDER BY seq").fetchall()
    db.close()
    updates = []
    before, taken = b"", 0
    for seq, rec, old in found:
        said = json.loads(rec)
        if before:
            said["prev"] = before.hex()
        if seq == 5:
            said["body"]["total"] -= 100
            said["body"]["turnover"] -= 100
            taken = 100
        said["total"]["net"] -= taken
        said["total"]["abs"] -= taken
        new = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert taken or (new, digest(new)) == (rec, old), "the forger writes as we do"
        before = digest(new)
        updates.append(
            f"UPDATE journal SET rec = x'{new.hex()}', hash = x'{before.hex()}' WHERE seq = {seq}"
        )
    tamper(directory, *updates)


def test_a_rewrite_of_all_hashes_without_the_key_is_found_by_the_signature(state: Path) -> None:
    before = turnover(state)
    _rehashed(state)
    assert turnover(state) == before - 100
    with pytest.raises(Broken, match="signature") as caught:
        verify(database(state))
    assert caught.value.seq == 5
    with pytest.raises(JournalError) as refused:
        Journal.open(state, IDENTITY)
    assert refused.value.fault is faults.JOURNAL_DAMAGED


def _rewrite(state: Path, other: Path) -> None:
    """All anew, by this very program: a day with fewer sales, under the journal's own name."""
    run(kept(other, a_day()[: 4 * (TICKETS - 40)]))
    for name in (NAME, MARK):
        (other / name).replace(state / name)


def test_a_rewrite_with_keys_of_the_forgers_own_is_found_by_the_till_and_by_who_knows_the_key(
    state: Path, tmp_path: Path
) -> None:
    before, key = turnover(state), verify(database(state)).key
    _rewrite(state, tmp_path / "other")
    assert turnover(state) < before
    with pytest.raises(Broken, match="this journal does not know it"):
        verify(database(state))
    with pytest.raises(JournalError) as refused:
        Journal.open(state, IDENTITY)
    assert refused.value.fault is faults.JOURNAL_DAMAGED
    shutil.rmtree(state / FOLDER)  # as an inspector has it, who knows the key from elsewhere
    assert verify(database(state)).records
    with pytest.raises(Broken, match="no key of this journal"):
        verify(database(state), key=key)


def _with_the_key(state: Path, other: Path) -> None:
    """All anew, with the till's own key: what its owner, or a thief of the card, can do."""
    (pem,) = (state / FOLDER).iterdir()

    async def body() -> None:
        journal = Journal.open(other, IDENTITY, signers=lambda _, __: software(state, pem.stem))
        for number, event in enumerate(a_day()[: 4 * (TICKETS - 40)]):
            await journal.append([event], moment(number))
        await journal.close()

    run(body())
    for name in (NAME, MARK):
        (other / name).replace(state / name)


def _truncate(state: Path, other: Path) -> None:
    """The last records, and every trace of them beside."""
    tamper(
        state,
        "DELETE FROM journal WHERE seq > 161",
        "DELETE FROM checkpoint WHERE size > 161",
        "DELETE FROM cosignature",
    )


def _yesterdays_file(state: Path, other: Path) -> None:
    """The whole directory as it was a day before, keys and mark too."""
    (state / NAME).unlink()
    (other / "backup" / NAME).replace(state / NAME)


@pytest.fixture
def witnessed(state: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A state with a backup of the day before, and its witness, which has seen the day."""
    backup = tmp_path / "other" / "backup"
    backup.mkdir(parents=True)
    shutil.copy(database(state), backup)
    run(kept(state, [SIGN_ON] * 256))
    witness = tmp_path / "witness"
    witness.mkdir()
    take(database(state), Witness(witness).cosign(consistency_proof.export(database(state)), NOW))
    assert verify(database(state)).witnessed == 512
    return state, witness


@pytest.mark.parametrize("attack", [_truncate, _yesterdays_file, _with_the_key])
def test_what_fits_in_itself_is_found_by_the_witness(
    witnessed: tuple[Path, Path], tmp_path: Path, attack: Callable[[Path, Path], None]
) -> None:
    state, witness = witnessed
    before = rows(state)
    attack(state, tmp_path / "other")
    assert rows(state) < before
    assert verify(database(state)).records == rows(state), "the chain and every signature fit"
    run(kept(state, []))  # and so it is sold upon, where there is no witness
    with pytest.raises(JournalError) as refused:
        Journal.open(state, IDENTITY, witness=witness)
    assert refused.value.fault in (faults.WITNESS_DISAGREES, faults.WITNESS_MISSING)
    assert refused.value.fault is faults.WITNESS_DISAGREES
    with pytest.raises(Refused):
        Witness(witness).cosign(consistency_proof.export(database(state), 0), NOW)


def test_what_is_cut_off_behind_what_the_witness_saw_is_the_exposed_tail(
    witnessed: tuple[Path, Path],
) -> None:
    """Stated by `verify`, and never more than what is sold between two checkpoints."""
    state, witness = witnessed
    found = verify(database(state))
    assert found.exposed == found.records - 512 < 256
    tamper(state, f"DELETE FROM journal WHERE seq > {found.records - 3}")
    journal = Journal.open(state, IDENTITY, witness=witness)
    asyncio.run(journal.close())
    assert verify(database(state)).records == found.records - 3


def test_a_fork_of_the_same_length_is_refused_by_the_witness(
    witnessed: tuple[Path, Path], tmp_path: Path
) -> None:
    state, witness = witnessed
    _with_the_key(state, tmp_path / "other")
    run(kept(state, [SIGN_ON] * 512))
    with pytest.raises(Refused, match="does not go on"):
        Witness(witness).cosign(consistency_proof.export(database(state), 0), NOW)


def test_yesterdays_file_sold_upon_past_the_witness_is_still_refused(
    witnessed: tuple[Path, Path], tmp_path: Path
) -> None:
    state, witness = witnessed
    _yesterdays_file(state, tmp_path / "other")
    run(kept(state, [OperatorSignedOn(operator=8)] * 600))
    verify(database(state))
    with pytest.raises(Refused, match="does not go on"):
        Witness(witness).cosign(consistency_proof.export(database(state), 0), NOW)
    with pytest.raises(JournalError) as refused:
        Journal.open(state, IDENTITY, witness=witness)
    assert refused.value.fault is faults.WITNESS_DISAGREES
