"""A log that is hurt loses commits that were acknowledged, and that is said; where none is lost,
nothing is."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from pos_terminal.journal.store import Journal
from pos_terminal.storage.sqlite import connect
from pos_terminal.testing.running import PATIENCE, run
from tests.support import journal_victim
from tests.support.journaling import IDENTITY, database

HEADER, FRAME = 32, 24 + 4096
OLD, NEW = 3, 4
"""Sales in the database, and behind them those whose commits are in the log alone."""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a till that was killed while it sold, the number of its last record, and how
    long the log was before its last commit."""
    state = tmp_path_factory.mktemp("killed") / "state"
    files: dict[str, bytes] = {}

    async def body() -> None:
        for first, count in ((1, OLD), (OLD + 1, NEW)):
            journal = Journal.open(state, IDENTITY)
            for number in range(first, first + count):
                log = state / "journal.db-wal"
                files["before"] = str(log.stat().st_size if log.exists() else 0).encode()
                await journal.append(journal_victim.sale(number), journal_victim.NOW)
            for path in state.rglob("*"):
                if path.is_file() and not path.name.endswith(("-shm", "lock")):
                    files[str(path.relative_to(state))] = path.read_bytes()
            files["last"] = str(journal.running.seq).encode()
            await journal.close()

    run(body())
    return files


def put(files: dict[str, bytes], place: Path) -> Path:
    """The state, as the power came back to it."""
    state = place / "state"
    for name, content in files.items():
        if name not in ("last", "before"):
            path = state / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_bytes(content)
            path.chmod(0o600)
    return state


def opened(state: Path) -> tuple[int, tuple[str, ...]]:
    journal = Journal.open(state, IDENTITY)
    found = journal.running.seq, journal.doubts
    run(journal.close())
    return found


def hurt(log: bytes, at: int) -> bytes:
    return log[:at] + bytes([log[at] ^ 4]) + log[at + 1 :]


def test_whatever_bit_of_its_header_flips_the_records_in_it_are_said_to_be_lost(
    killed: dict[str, bytes], tmp_path: Path
) -> None:
    """SQLite begins the log anew and says nothing."""
    log = killed["journal.db-wal"]
    for at in range(HEADER):
        files = {**killed, "journal.db-wal": hurt(log, at)}
        last, doubts = opened(put(files, tmp_path / str(at)))
        assert last < int(killed["last"])
        assert len(doubts) == 1, at


def test_a_hole_before_the_last_commit_but_one_is_said_and_one_in_the_last_is_not(
    killed: dict[str, bytes], tmp_path: Path
) -> None:
    log = killed["journal.db-wal"]
    frames = range((len(log) - HEADER) // FRAME)
    for number in frames:
        at = HEADER + number * FRAME + 24 + 500
        place = tmp_path / str(number)
        last, doubts = opened(put({**killed, "journal.db-wal": hurt(log, at)}, place))
        in_the_last = at >= int(killed["before"])
        # A commit's last frame stands there twice, to fill a sector: of the one before the last,
        # the second is hurt as if by the cut in which the last was written.
        if at + FRAME < int(killed["before"]) or in_the_last:
            assert bool(doubts) != in_the_last
        assert (last < int(killed["last"])) or number == frames[-1]


def test_of_a_header_hurt_behind_which_the_database_has_all_nothing_is_said(
    killed: dict[str, bytes], tmp_path: Path
) -> None:
    """The log was taken in, and not yet begun anew, when the power went."""
    state = put(killed, tmp_path / "before")
    with closing(connect(database(state), "", apsw.SQLITE_OPEN_READWRITE)) as db:
        assert db.execute("SELECT count(*) FROM journal").get == int(killed["last"])
        db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        files = {**killed, "journal.db": database(state).read_bytes()}
    for at in (5, 9, 17):
        files["journal.db-wal"] = hurt(killed["journal.db-wal"], at)
        assert opened(put(files, tmp_path / str(at))) == (int(killed["last"]), ())


def test_to_look_into_the_database_lets_no_lock_on_it_go(
    killed: dict[str, bytes], tmp_path: Path
) -> None:
    """Or another process, as it closes, is the last to leave, and takes the log away."""
    state = put(killed, tmp_path)
    look = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT 1 FROM journal')"
    journal = Journal.open(state, IDENTITY)
    log = (state / "journal.db-wal").stat().st_ino
    subprocess.run([sys.executable, "-c", look, str(database(state))], check=True, timeout=PATIENCE)
    assert (state / "journal.db-wal").stat().st_ino == log
    run(journal.close())
