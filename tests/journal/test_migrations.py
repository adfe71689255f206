"""Layouts change by numbered steps: the journal is old or new, and all that was in it is there."""

import shutil
from pathlib import Path

import apsw
import pytest

from pos_terminal.domain import faults
from pos_terminal.journal import state_directory
from pos_terminal.journal.chain import Row
from pos_terminal.journal.database import NAME, check_layout, make_durable, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.migrations import (
    LAYOUT,
    MIGRATIONS,
    Migration,
    is_readable,
    layout_of,
    migrate,
)
from pos_terminal.journal.verify import verify
from pos_terminal.storage.sqlite import connect
from pos_terminal.testing.running import run
from tests.support.journaling import kept, ticket

WRITE = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
SALES = [*ticket(1, 1), *ticket(2, 2)]
ADDS = Migration("CREATE TABLE extra (n INTEGER); CREATE INDEX extra_n ON extra (n);")
BREAKS = Migration("ALTER TABLE kind RENAME COLUMN since TO first;", breaking=True, waits=True)
MANY = Migration("".join(f"CREATE TABLE extra_{n} (n INTEGER); " for n in range(12)))
LATER = (*MIGRATIONS, MANY)


class Stop(Exception):
    """What a failing disk would be, at the statement that the test chose."""


def old(directory: Path) -> tuple[Path, list[Row]]:
    """A journal of the layout of today, for steps that a later version makes; its rows."""
    run(kept(directory, SALES))
    with reading(directory / NAME) as reader:
        return directory / NAME, reader.rows(0, 100)


def schema(path: Path) -> set[str]:
    db = connect(path, "", WRITE)
    names = {f"{name}: {sql}" for name, sql in db.execute("SELECT name, sql FROM sqlite_schema")}
    db.close()
    return names


def layout(path: Path) -> int:
    db = connect(path, "", WRITE)
    number: int = db.pragma("user_version")
    db.close()
    return number


def fail_at(db: apsw.Connection, statement: int) -> None:
    """Raise Stop at that statement that is no savepoint's, counted from 1."""
    seen = 0

    def trace(_: object, sql: str, __: object) -> bool:
        nonlocal seen
        seen += "SAVEPOINT" not in sql.upper()
        if seen == statement and "SAVEPOINT" not in sql.upper():
            raise Stop
        return True

    db.exec_trace = trace


def statements(path: Path) -> int:
    """How many statements the step to LATER is."""
    db = connect(path, "", WRITE)
    seen: list[str] = []

    def trace(_: object, sql: str, __: object) -> bool:
        seen.append(sql)
        return True

    db.exec_trace = trace
    migrate(db, confirmed=False, migrations=LATER)
    db.close()
    return sum("SAVEPOINT" not in sql.upper() for sql in seen) - 1  # one asks for the layout


def test_a_failure_at_any_statement_leaves_the_old_journal_whole(tmp_path: Path) -> None:
    count = statements(old(tmp_path / "counted")[0])
    assert count > 10
    kept_once, rows = old(tmp_path / "state")
    for statement in range(2, count + 2):
        path = tmp_path / f"{statement}.db"
        shutil.copy(kept_once, path)
        before = schema(path)
        db = connect(path, "", WRITE)
        fail_at(db, statement)
        with pytest.raises(Stop):
            migrate(db, confirmed=False, migrations=LATER)
        db.close()
        assert (schema(path), layout(path)) == (before, LAYOUT)
        db = connect(path, "", WRITE)
        migrate(db, confirmed=False, migrations=LATER)
        db.close()
        assert layout(path) == layout_of(LATER)
        with reading(path) as reader:
            assert reader.rows(0, 100) == rows


def test_a_new_journal_whose_making_fails_is_made_the_next_time(tmp_path: Path) -> None:
    for statement in range(2, 40):
        path = tmp_path / f"{statement}.db"
        db = connect(path, "", WRITE)
        make_durable(db)
        fail_at(db, statement)
        try:
            migrate(db, confirmed=False)
        except Stop:
            db.close()
            assert layout(path) == 0
            db = connect(path, "", WRITE)
            migrate(db, confirmed=False)
        db.close()
        assert layout(path) == LAYOUT
        assert len(schema(path)) > 10


def test_what_only_adds_keeps_nobody_out(tmp_path: Path) -> None:
    newer = (*MIGRATIONS, ADDS)
    path, _ = old(tmp_path)
    db = connect(path, "", WRITE)
    migrate(db, confirmed=False, migrations=newer)
    assert db.pragma("user_version") == layout_of(newer) != LAYOUT
    check_layout(db, path)
    migrate(db, confirmed=False)
    assert db.pragma("user_version") == layout_of(newer)
    db.close()
    verify(path)


def test_what_breaks_waits_until_the_update_is_confirmed(tmp_path: Path) -> None:
    newer = (*MIGRATIONS, BREAKS, ADDS)
    path, _ = old(tmp_path)
    db = connect(path, "", WRITE)
    migrate(db, confirmed=False, migrations=newer)
    assert db.pragma("user_version") == LAYOUT
    migrate(db, confirmed=True, migrations=newer)
    assert db.pragma("user_version") == layout_of(newer)
    assert not is_readable(layout_of(newer))
    with pytest.raises(JournalError) as refused:
        check_layout(db, path)
    assert refused.value.fault is faults.JOURNAL_NEWER
    db.close()


def test_a_confirmation_is_of_one_version(tmp_path: Path) -> None:
    assert not state_directory.is_confirmed(tmp_path, "0.2.0")
    state_directory.confirm(tmp_path, "0.2.0")
    assert state_directory.is_confirmed(tmp_path, "0.2.0")
    assert not state_directory.is_confirmed(tmp_path, "0.3.0")
