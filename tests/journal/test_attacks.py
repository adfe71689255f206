"""What fits in itself, to the last signature, is found by the witness, as far back as it has seen.

What chain and signatures find is in the table of tests/attacks.
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
from pos_terminal.journal.state_directory import MARK
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.journal.witness import Refused, Witness, take
from tests.conftest import run
from tests.support.journaling import IDENTITY, SIGN_ON, database, kept, moment, tamper, ticket

NOW = datetime(2026, 1, 5, 20, 0)
TICKETS = 80
"""With the record of the keys, 321 records: one checkpoint in their midst."""


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


def order(directory: Path) -> list[int]:
    with sqlite3.connect(database(directory)) as db:
        rows = db.execute("SELECT rec FROM journal ORDER BY seq").fetchall()
    db.close()
    return [json.loads(rec)["seq"] for (rec,) in rows]


def rows(directory: Path) -> int:
    return len(order(directory))


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
    with pytest.raises(Broken, match="ce journal ne la connaît pas"):
        verify(database(state))
    with pytest.raises(JournalError) as refused:
        Journal.open(state, IDENTITY)
    assert refused.value.fault is faults.JOURNAL_DAMAGED
    shutil.rmtree(state / FOLDER)  # as an inspector has it, who knows the key from elsewhere
    assert verify(database(state)).records
    with pytest.raises(Broken, match="aucune clé de ce journal"):
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
        "DELETE FROM kind WHERE since > 161",
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
    with pytest.raises(Refused, match="ne fait pas suite"):
        Witness(witness).cosign(consistency_proof.export(database(state), 0), NOW)


def test_yesterdays_file_sold_upon_past_the_witness_is_still_refused(
    witnessed: tuple[Path, Path], tmp_path: Path
) -> None:
    state, witness = witnessed
    _yesterdays_file(state, tmp_path / "other")
    run(kept(state, [OperatorSignedOn(operator=8)] * 600))
    verify(database(state))
    with pytest.raises(Refused, match="ne fait pas suite"):
        Witness(witness).cosign(consistency_proof.export(database(state), 0), NOW)
    with pytest.raises(JournalError) as refused:
        Journal.open(state, IDENTITY, witness=witness)
    assert refused.value.fault is faults.WITNESS_DISAGREES
