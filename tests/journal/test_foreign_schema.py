"""Nothing in `journal.db` but what this program made: an INSERT that returned is not believed.

Each trigger of these works beside a till that sells, on a copy of the table without our checks.
"""

import asyncio
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from pos_terminal.domain import faults
from pos_terminal.journal.database import insert, reading
from pos_terminal.journal.errors import JournalError, JournalFailed
from pos_terminal.journal.migrations import LAYOUT
from pos_terminal.journal.scrub import Pass
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import Level, verify
from pos_terminal.testing.running import run
from tests.support.journaling import IDENTITY, SIGN_ON, database, kept, moment, tamper

IGNORES = "CREATE TRIGGER a BEFORE INSERT ON journal BEGIN SELECT RAISE(IGNORE); END"
REPLACES = """
    DROP TRIGGER journal_update;
    CREATE TRIGGER journal_update AFTER INSERT ON journal
    BEGIN UPDATE journal SET rec = x'7b7d' WHERE seq = new.seq; END
"""
TAKES_AWAY = """
    DROP TRIGGER journal_delete;
    CREATE TRIGGER journal_delete AFTER INSERT ON journal
    BEGIN DELETE FROM journal WHERE seq = new.seq; END
"""
EARLIER = """
    DROP TRIGGER journal_delete;
    CREATE TRIGGER journal_delete AFTER INSERT ON journal
    BEGIN DELETE FROM journal WHERE seq = new.seq - 1; END
"""
TRIGGERS = {"ignores": IGNORES, "replaces": REPLACES, "takes away": TAKES_AWAY, "earlier": EARLIER}


def beside(file: Path, sql: str) -> None:
    """By another process: a second SQLite library in this one would let go of our locks."""
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
    subprocess.run([sys.executable, "-c", code, str(file), sql], check=True, timeout=60)


@pytest.mark.parametrize("trigger", TRIGGERS.values(), ids=TRIGGERS)
def test_unprotected_a_foreign_trigger_makes_an_insert_return_and_keep_nothing(
    tmp_path: Path, trigger: str
) -> None:
    run(kept(tmp_path, [SIGN_ON]))
    beside(database(tmp_path), trigger)
    db = apsw.Connection(str(database(tmp_path)))
    before = db.execute("SELECT * FROM journal").fetchall()
    row = (3, "a", b"written", b"hash", None)
    db.execute(insert(1), row)
    assert db.execute("SELECT * FROM journal").fetchall() != [*before, row]
    db.close()


@pytest.mark.parametrize("trigger", TRIGGERS.values(), ids=TRIGGERS)
def test_a_trigger_that_comes_beside_a_running_till_has_nothing_acknowledged(
    tmp_path: Path, trigger: str
) -> None:
    async def body() -> int:
        journal = Journal.open(tmp_path, IDENTITY)
        (*_, last) = await journal.append([SIGN_ON], moment())
        await asyncio.to_thread(beside, database(tmp_path), trigger)
        with pytest.raises(JournalFailed, match="trigger"):
            await journal.append([SIGN_ON], moment(1))
        with pytest.raises(JournalFailed):
            await journal.append([SIGN_ON], moment(2))
        await journal.close()
        return last.seq

    last = run(body())
    rows = apsw.Connection(str(database(tmp_path))).execute("SELECT max(seq) FROM journal").get
    assert rows == last, "what was acknowledged is there, and nothing more"
    with pytest.raises(JournalError, match="trigger") as refused:
        Journal.open(tmp_path, IDENTITY)
    assert refused.value.fault is faults.JOURNAL_DAMAGED


def test_what_was_changed_in_the_very_transaction_is_not_believed(tmp_path: Path) -> None:
    """Where the schema is right and the file's answer is not: a library that lies, a bad page."""

    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        await journal.append([SIGN_ON], moment())
        lying = journal._writer._db  # the one that can be made to lie

        def lie(cursor: object, row: tuple[object, ...]) -> tuple[object, ...]:
            return tuple(b"other" if isinstance(each, bytes) else each for each in row)

        lying.row_trace = lie
        with pytest.raises(JournalFailed, match="n'est pas dans le fichier"):
            await journal.append([SIGN_ON], moment(1))
        await journal.close()

    run(body())
    assert verify(database(tmp_path)).records == 2


STRANGE = [
    (IGNORES, "trigger a : porte sur journal"),
    ("CREATE INDEX i ON journal (kind)", "index i : porte sur journal"),
    ("CREATE VIEW v AS SELECT 1", "view v"),
    ("CREATE TABLE t (n)", "table t"),
    ("DROP TRIGGER purge_delete", "trigger purge_delete : a disparu"),
    (REPLACES, "trigger journal_update : n'est pas ce que ce programme a fait"),
    (
        f"CREATE TABLE t (n); {IGNORES}; PRAGMA user_version = {LAYOUT + 1}",
        "trigger a : porte sur journal",
    ),
]


@pytest.mark.parametrize(("sql", "said"), STRANGE)
def test_a_schema_that_is_another_is_found_by_start_rounds_and_every_level(
    tmp_path: Path, sql: str, said: str
) -> None:
    run(kept(tmp_path, [SIGN_ON]))
    beside(database(tmp_path), sql)
    with pytest.raises(JournalError, match=said):
        Journal.open(tmp_path, IDENTITY)
    with pytest.raises(JournalError, match=said):
        Pass(database(tmp_path))
    for level in Level:
        with pytest.raises(JournalError, match=said):
            verify(database(tmp_path), level=level)


def test_a_newer_layout_may_have_tables_of_its_own(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON]))
    own = "CREATE TRIGGER t_t BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'no'); END"
    tamper(tmp_path, "CREATE TABLE t (n)", own, f"PRAGMA user_version = {LAYOUT + 1}")
    with reading(database(tmp_path)) as reader:
        assert reader.last() == 2
    run(kept(tmp_path, [SIGN_ON]))
