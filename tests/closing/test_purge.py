"""Old days go, after two verified copies; the till sells on, and all that stays verifies."""

import shutil
from pathlib import Path

import apsw
import pytest

from pos_terminal.archive.make import make
from pos_terminal.domain.events.period import Archived, BalancesOpened, Period, Purged
from pos_terminal.domain.events.system import KeyMade, PersonErased
from pos_terminal.domain.lookup.balances import fold
from pos_terminal.journal import purge
from pos_terminal.journal.database import reading
from pos_terminal.journal.record import Record
from pos_terminal.persons.erasures import erasures
from pos_terminal.storage.sqlite import connect
from tests.support.journaled import Line, days, kept, records


@pytest.fixture
def state(tmp_path: Path) -> Path:
    days(tmp_path / "state", 3)
    with kept(tmp_path / "state", seed=5) as shop:  # something is sold after the last Z
        shop.start()
        shop.sale()
    return tmp_path / "state"


@pytest.fixture
def line(state: Path, capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(state, capsys)


@pytest.fixture
def copies(tmp_path: Path, line: Line) -> tuple[Path, Path]:
    one, two = tmp_path / "a.zip", tmp_path / "b.zip"
    assert line("journal", "archive", "--out", one)[0] == 0
    shutil.copy(one, two)
    return one, two


def z(state: Path, number: int) -> int:
    """The record of that closure."""
    return z_before(records(state), number)


def test_a_purge_keeps_hashes_and_balances_and_the_till_sells_on(
    state: Path, line: Line, copies: tuple[Path, Path]
) -> None:
    before = records(state)
    last = z(state, 2)
    one, two = copies
    status, done = line("journal", "purge", "--through-closure", "2", "--copy", one, "--copy", two)
    assert (status, done["first"], done["last"], done["emptied"]) == (0, 1, last, last - 1)
    assert done["one_medium"]
    with reading(state / "journal.db") as reader:
        assert isinstance(reader.record(1).event, KeyMade), "what brought the keys stays"
    after = records(state)
    assert after[0].seq == last + 1
    assert [r.rec for r in after if r.seq <= len(before)] == [r.rec for r in before[last:]]
    (opened,) = [r.event for r in after if isinstance(r.event, BalancesOpened)]
    assert opened.balances == fold(r.event for r in before[:last])
    (purged,) = [r.event for r in after if isinstance(r.event, Purged)]
    assert (purged.last, len(purged.copies)) == (last, 2)
    days_sold = line("journal", "verify")
    assert days_sold[0] == 0
    with kept(state, seed=6) as shop:
        shop.sale()
        assert shop.running.counts.sale == before[-1].envelope.counts.sale + 1
    assert line("close", "day")[0] == 0
    assert line("journal", "verify")[0] == 0
    status, found = line("journal", "stats")
    assert (status, found["purged"]) == (0, last)


def test_a_second_purge_goes_on_from_the_balances_of_the_first(
    state: Path, line: Line, copies: tuple[Path, Path], tmp_path: Path
) -> None:
    before = records(state)
    both = [word for copy in copies for word in ("--copy", copy)]
    assert line("journal", "purge", "--through-closure", "1", *both)[0] == 0
    later = [tmp_path / "c.zip", tmp_path / "d.zip"]
    assert line("journal", "archive", "--out", later[0])[0] == 0
    shutil.copy(*later)
    both = [word for copy in later for word in ("--copy", copy)]
    assert line("journal", "purge", "--before", "2026-01-07", *both)[0] == 0
    last = max(r.event.through for r in records(state) if isinstance(r.event, BalancesOpened))
    events = [r.event for r in records(state) if isinstance(r.event, BalancesOpened)]
    assert last == z_before(before, 2)
    assert events[-1].balances == fold(r.event for r in before[:last])
    assert line("journal", "verify")[0] == 0


def z_before(before: list[Record], number: int) -> int:
    closures = [r.seq for r in before if r.kind == "period.closed"]
    return closures[number - 1]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--through-closure", "9"), "no closure 9"),
        (("--before", "2026-01-01"), "no day"),
        (("--through-closure", "1"), "two copies"),
        (("--resume",), "inachevée"),
    ],
)
def test_what_may_not_be_purged(state: Path, line: Line, words: tuple[str, ...], why: str) -> None:
    before = records(state)
    status, said = line("journal", "purge", *words)
    assert (status, said["code"]) == (1, "J-121")
    assert why in said["detail"]
    assert [r.rec for r in records(state)] == [r.rec for r in before]


def test_a_copy_that_is_the_same_file_or_spoilt_or_another_s_is_refused(
    state: Path, line: Line, copies: tuple[Path, Path], tmp_path: Path
) -> None:
    one, _ = copies
    linked = tmp_path / "linked.zip"
    linked.hardlink_to(one)
    spoilt = tmp_path / "spoilt.zip"
    spoilt.write_bytes(one.read_bytes()[:-100])
    other = tmp_path / "other"
    days(other, 1)
    others = tmp_path / "others.zip"
    assert line("journal", "archive", "--out", others, state=other)[0] == 0
    before = [r.rec for r in records(state)]
    for bad, why in ((linked, "same file"), (spoilt, "spoilt.zip"), (others, "not this journal's")):
        words = ("--through-closure", "1", "--copy", one, "--copy", bad)
        status, said = line("journal", "purge", *words)
        assert (status, said["code"]) == (1, "J-121"), bad
        assert why in said["detail"]
    assert [r.rec for r in records(state)] == before


def test_a_date_takes_no_more_than_may_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All days are closed, and the last ticket is in the last of them."""
    state = tmp_path / "closed"
    line = Line(state, capsys)
    days(state, 3)
    one, two = tmp_path / "a.zip", tmp_path / "b.zip"
    assert line("journal", "archive", "--out", one)[0] == 0
    shutil.copy(one, two)
    words = ("journal", "purge", "--copy", one, "--copy", two)
    status, said = line(*words, "--through-closure", "3")
    assert (status, said["code"]) == (1, "J-121")
    status, done = line(*words, "--before", "2030-01-01")
    assert (status, done["closure"]) == (0, 2)
    assert line("journal", "verify")[0] == 0


def test_who_was_erased_stays_erased_for_a_backup_of_before(
    tmp_path: Path, line: Line, state: Path
) -> None:
    """A purge repeats the last word on each person whose record it empties."""
    gone, kept_back = (PersonErased(person=p, kept=("facture",), kept_until="2037") for p in "ab")
    with kept(state, seed=9) as shop:
        shop.add(gone, kept_back)
        shop.close(Period.DAY)
        shop.add(PersonErased(person="b", kept=(), kept_until=""))
        shop.sale()
    before = erasures(state, 0)
    assert before.kept == {"a": ("facture",), "b": ()}
    one, two = tmp_path / "a.zip", tmp_path / "b.zip"
    assert line("journal", "archive", "--out", one)[0] == 0
    shutil.copy(one, two)
    assert line("journal", "purge", "--through-closure", "4", "--copy", one, "--copy", two)[0] == 0
    assert erasures(state, 0).kept == before.kept
    assert line("journal", "verify")[0] == 0


@pytest.mark.parametrize("emptied", [None, 1, 3])
def test_a_purge_cut_short_is_finished(
    state: Path, line: Line, copies: tuple[Path, Path], emptied: int | None
) -> None:
    """Cut behind its record, behind the mark in the database, or in the middle of the rows."""
    last, before = z(state, 2), records(state)
    balances = fold(record.event for record in before[:last])
    with kept(state) as shop:
        shop.add(Archived(first=1, last=last, sha256="a" * 64))
        shop.add(BalancesOpened(through=last, balances=balances))
        shop.add(Purged(last=last, sha256="a" * 64, copies=("a" * 64, "b" * 64)))
    db = connect(state / "journal.db", "", apsw.SQLITE_OPEN_READWRITE)
    if emptied is not None:
        db.execute("INSERT INTO purge VALUES (?)", (last,))
        db.execute("UPDATE journal SET rec = x'', sig = NULL WHERE seq BETWEEN 2 AND ?", (emptied,))
    db.close()
    with kept(state) as shop:
        shop.sale()
    assert line("journal", "verify")[0] == 0
    left = last - (emptied or 1)  # the first record brought the key
    done = {"first": 1, "last": last, "emptied": left, "one_medium": False}
    assert line("journal", "purge", "--resume") == (0, done)
    assert line("journal", "verify")[0] == 0
    assert records(state)[0].seq == last + 1
    status, said = line("journal", "purge", "--resume")
    assert (status, said["code"]) == (1, "J-121")


def test_an_archive_of_which_no_record_tells_lets_nothing_go(
    state: Path, line: Line, copies: tuple[Path, Path], tmp_path: Path
) -> None:
    """Made by `make` alone, as a restored journal knows an archive of before: right, and untold."""
    untold = [tmp_path / "c.zip", tmp_path / "d.zip"]
    make(state, untold[0])
    shutil.copy(*untold)
    before = [r.rec for r in records(state)]
    words = [word for copy in untold for word in ("--copy", copy)]
    status, said = line("journal", "purge", "--through-closure", "1", *words)
    assert (status, said["code"]) == (1, "J-121")
    assert "archive" in said["detail"]
    assert [r.rec for r in records(state)] == before


def test_nobody_empties_a_record_otherwise(state: Path) -> None:
    db = connect(state / "journal.db", "", apsw.SQLITE_OPEN_READWRITE)
    last = z(state, 1)
    for statement in (
        "UPDATE journal SET rec = x'', sig = NULL WHERE seq = 2",
        f"INSERT INTO purge VALUES ({last - 1})",
        "DELETE FROM journal WHERE seq = 1",
    ):
        with pytest.raises(apsw.ConstraintError, match=r"append-only|checkpoint"):
            db.execute(statement)
    db.execute("INSERT INTO purge VALUES (?)", (last,))
    for statement in (
        "UPDATE journal SET rec = x'', sig = NULL WHERE seq = 1",
        "UPDATE journal SET rec = x'00', sig = NULL WHERE seq = 2",
        "UPDATE journal SET rec = x'', sig = NULL, hash = x'00' WHERE seq = 2",
        f"UPDATE journal SET rec = x'', sig = NULL WHERE seq = {last + 1}",
    ):
        with pytest.raises(apsw.ConstraintError, match="append-only"):
            db.execute(statement)
    db.close()
    assert purge.purge(state / "journal.db", last) == last - 1
    assert purge.purge(state / "journal.db", last) == 0
