"""Attacks on the files that a running till has open: what is written goes where nobody looks (E1).

A file that was renamed or removed takes every write and every sync, for whoever has it open. What a
stranger, or the next start, finds is what the name leads to.
"""

import fcntl
import re
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import apsw

from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.state_directory import LOCK
from pos_terminal.journal.store import Journal
from pos_terminal.storage.sqlite import connect
from tests.attacks.attack import Attacker, Found, attack, refused, said
from tests.attacks.on_keys import SALES, turnover
from tests.conftest import run
from tests.support.journaling import IDENTITY, SIGN_ON, kept, moment, ticket

LOG = f"{NAME}-wal"


def is_lost(place: Path, act: Callable[[Path], None]) -> bool:
    """Whether a row that was committed behind the act, and so synced, is nowhere afterwards."""
    bare = place / "bare"
    bare.mkdir(parents=True)
    db = connect(bare / NAME, "", apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
    assert db.pragma("journal_mode", "wal") == "wal"
    db.execute("CREATE TABLE t (n)")
    act(bare)
    db.execute("INSERT INTO t VALUES (1)")
    assert db.execute("SELECT n FROM t").fetchall() == [(1,)], "whoever wrote it reads it back"
    found = shutil.copytree(bare, place / "found")
    db.close()
    try:
        other = connect(found / NAME, "", apsw.SQLITE_OPEN_READWRITE)
        return other.execute("SELECT n FROM t").fetchall() == []
    except apsw.Error:  # not even the table
        return True


def beside_a_till(place: Path, act: Callable[[Path], None]) -> Found:
    """What a till says that has sold, and sells on behind that."""
    assert is_lost(place / "unprotected", act)
    state = place / "state"

    async def body() -> JournalError:
        journal = Journal.open(state, IDENTITY)
        await journal.append(ticket(1, 1), moment())
        act(state)
        failed = await _refusal(journal)
        await journal.close()
        return failed

    error = run(body())
    run(kept(state, ticket(2, 2)))
    assert turnover(state) == 260, "what was acknowledged before is there, and it sells on"
    return Found("till", "at the next record", said(f"{error.fault.code} {error.detail}"))


async def _refusal(journal: Journal) -> JournalError:
    try:
        await journal.append([SIGN_ON], moment(1))
    except JournalError as error:
        return error
    raise AssertionError("it was acknowledged")


def removed(state: Path) -> None:
    (state / LOG).unlink()


def another(state: Path) -> None:
    shutil.copy(state / LOG, state / "other")
    (state / "other").replace(state / LOG)


def moved(state: Path) -> None:
    aside = state.rename(state.with_name(f"{state.name}.aside"))
    shutil.copytree(aside, state)


@attack(Attacker.TECHNICIAN, "the log removed beside a till that sells, to make room")
def without_log(place: Path) -> Found:
    """All sales of the day stand in it, and those to come."""
    return beside_a_till(place, removed)


@attack(Attacker.TECHNICIAN, "the log replaced by a copy of itself beside a till that sells")
def with_copied_log(place: Path) -> Found:
    """As editors and `sed -i` write a file."""
    return beside_a_till(place, another)


@attack(Attacker.OWNER, "the state set aside beside a till that sells, and a copy in its place")
def set_aside(place: Path) -> Found:
    """What follows is sold, printed, and kept where no inspector looks."""
    return beside_a_till(place, moved)


@attack(Attacker.OWNER, "this morning's copy in the state's place, beside a till that sells")
def put_in_its_place(place: Path) -> Found:
    """The till takes its journal up again, and finds one that is whole in itself."""
    state, morning = place / "state", place / "morning"
    run(kept(state, SALES[:4]))
    shutil.copytree(state, morning)

    async def body() -> Found:
        journal = Journal.open(state, IDENTITY)
        await journal.append(SALES[4:], moment())
        state.rename(place / "aside")
        morning.rename(state)
        await _refusal(journal)
        await journal.close()
        assert turnover(state) == 130, "whoever does not know what was sold believes it"
        try:
            Journal.open(state, IDENTITY, since=journal.running)
        except JournalError as error:
            words = said(f"{error.fault.code} {error.detail}")
            return Found("till", "as it takes its journal up again", words)
        raise AssertionError("nobody found it")

    return run(body())


@attack(Attacker.TECHNICIAN, "the lock removed beside a till that sells, and a second one started")
def unlocked(place: Path) -> Found:
    """Two tills that both give numbers, into one journal or into what one takes for it."""
    bare = place / "bare"
    with ExitStack() as held:
        for _ in range(2):
            file = held.enter_context(bare.open("w"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # each holds it, under one name
            bare.unlink()
    state = place / "state"

    async def body() -> Found:
        first = Journal.open(state, IDENTITY)
        (state / LOCK).unlink()
        words = re.sub(r"\d+$", "…", refused(lambda: Journal.open(state, IDENTITY)))
        await first.append(ticket(1, 1), moment())
        await first.close()
        return Found("start", "at once", words)

    return run(body())
