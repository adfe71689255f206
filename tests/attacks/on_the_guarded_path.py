"""Attacks by what the journal itself allows: the purge, the cosignature (E6, E12)."""

import sqlite3
from pathlib import Path

from pos_terminal.journal.verify import Level
from tests.attacks.attack import Attacker, Found, at_start, attack, by_verify, in_rounds
from tests.attacks.on_keys import SALES, turnover
from tests.conftest import run
from tests.support.journaling import SIGN_ON, database, kept


def by_sql(state: Path, *statements: str) -> None:
    """As whoever has the file may do it: no trigger refuses."""
    with sqlite3.connect(database(state)) as db:
        for statement in statements:
            db.execute(statement)
    db.close()


@attack(Attacker.OWNER, "records emptied by the guarded path, and no purge recorded")
def purged(place: Path) -> Found:
    """One INSERT opens the path that the triggers leave to a purge."""
    state = place / "state"
    run(kept(state, [*SALES, *[SIGN_ON] * 256]))
    before = turnover_left(state)
    by_sql(
        state,
        "INSERT INTO purge VALUES (256)",
        "UPDATE journal SET rec = x'', sig = NULL WHERE seq BETWEEN 2 AND 256",
    )
    assert turnover_left(state) < before
    found = at_start(state)
    assert in_rounds(state).words == found.words
    for level in Level:
        assert by_verify(state, level).words == found.words
    return found


def turnover_left(state: Path) -> int:
    """What still adds up: emptied records are no records to a sum."""
    with sqlite3.connect(database(state)) as db:
        whole = "SELECT count(*) FROM journal WHERE kind = 'sale.closed' AND rec <> x''"
        (left,) = db.execute(whole).fetchone()
    db.close()
    return int(left)


@attack(Attacker.OWNER, "a row among the cosignatures, as if a witness had seen the journal")
def witnessed(place: Path) -> Found:
    """Whoever counts rows takes the exposed tail for nothing."""
    state = place / "state"
    run(kept(state, SALES))
    assert turnover(state)
    by_sql(state, "INSERT INTO cosignature VALUES (21, 'aa', x'7b7d', x'00', '2026-01-05')")
    with sqlite3.connect(database(state)) as db:
        (last,) = db.execute("SELECT max(size) FROM cosignature").fetchone()
    db.close()
    assert last == 21, "unprotected, all is witnessed"
    return by_verify(state)
