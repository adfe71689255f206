"""Attacks by what the journal itself allows: the purge, the cosignature; and by a file beside it
that says what the journal should (E6, E12).
"""

import json
import shutil
import sqlite3
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from pos_terminal.__main__ import main
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.journal import keyring, last_backup
from pos_terminal.journal.database import reading
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import Level, verify
from pos_terminal.runtime.nightly_backup import Backups
from pos_terminal.runtime.settings import NightlyBackup
from tests.attacks.attack import Attacker, Found, at_start, attack, by_verify, in_both, in_rounds
from tests.attacks.on_archives import in_three_places
from tests.attacks.on_keys import SALES, turnover
from tests.conftest import run
from tests.support.journaled import days
from tests.support.journaling import IDENTITY, SIGN_ON, database, kept, moment, tamper, ticket


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


@attack(Attacker.OWNER, "a purge that never was, in a checkpoint signed by its key from the card")
def purged_by_checkpoint(place: Path) -> Found:
    """The records' key is in a token; that of checkpoints lies on the card."""
    state = place / "state"
    run(kept(state, [*SALES, *[SIGN_ON] * 240, *ticket(6, 6)]))  # a start reads the last ticket
    before = turnover_left(state)
    with sqlite3.connect(database(state)) as db:
        ((body,),) = db.execute("SELECT body FROM checkpoint WHERE size = 256")
    db.close()
    said = json.loads(body)
    said["state"]["purged"] = 256
    forged = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    key = next((state / "keys").glob("*.pem")).stem
    seal = keyring.load(state, key).close(forged)
    tamper(
        state,
        f"UPDATE checkpoint SET body = x'{forged.hex()}', sig = x'{seal.hex()}' WHERE size = 256",
        "INSERT INTO purge VALUES (256)",
        "UPDATE journal SET rec = x'', sig = NULL WHERE seq BETWEEN 2 AND 256",
    )
    assert turnover_left(state) < before
    run(Journal.open(state, IDENTITY).close())  # a start asks the checkpoint, and sells
    found = in_rounds(state)
    for level in (Level.CHAIN, Level.SIGNATURES, Level.TOTALS, Level.ALL):
        assert by_verify(state, level).words == found.words
    return found


@attack(Attacker.OWNER, "the hash of a purged record made another, so that no archive fits")
def purged_to_another(place: Path) -> Found:
    """Its body is gone, by a purge that is on record: nothing of it can be hashed again."""
    state = purged_rightly(place)
    tamper(state, "UPDATE journal SET hash = zeroblob(32) WHERE seq = 5")
    with reading(database(state)) as reader:
        assert reader.row(5).rec == b"", "purged with consent, and the rest fits in itself"
    return in_both(state)


@attack(Attacker.OWNER, "a ticket written into the place of a purged one, as if it were there")
def purged_and_filled(place: Path) -> Found:
    """Its hash and number are the genuine ones, and no chain is followed there."""
    state = purged_rightly(place)
    with reading(database(state)) as reader:
        (sold, *_) = (row for row in reader.of_kinds(["sale.closed"], reader.purged()))
        (gone, *_) = (row for row in reader.of_kinds(["sale.closed"], 0))
    before = turnover_left(state)
    tamper(state, f"UPDATE journal SET rec = x'{sold.rec.hex()}' WHERE seq = {gone.seq}")
    assert turnover_left(state) == before + 1
    return in_both(state)


def purged_rightly(place: Path) -> Path:
    """A journal whose first days are purged behind two copies of an archive."""
    state, one, two = place / "state", place / "one.zip", place / "two.zip"
    days(state, 3)
    with redirect_stdout(StringIO()):
        assert main(["journal", "archive", "--state", str(state), "--out", str(one)]) == 0
        shutil.copy(one, two)
        copies = ["--copy", str(one), "--copy", str(two)]
        purge = ["journal", "purge", "--state", str(state), "--through-closure", "2"]
        assert main([*purge, *copies]) == 0
    assert verify(database(state)).purged > 5
    return state


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
    return in_three_places(state)


@attack(Attacker.OWNER, "a checkpoint of last year taken out, which a witness had cosigned")
def unsealed(place: Path) -> Found:
    """A start looks at the last one."""
    state = place / "state"
    run(kept(state, [*SALES, *[SIGN_ON] * 600]))
    tamper(state, "DELETE FROM checkpoint WHERE size = 256")
    run(kept(state, [SIGN_ON]))
    return in_both(state)


@attack(Attacker.OWNER, "cosignatures which together are more than memory holds")
def heavy(place: Path) -> Found:
    """Whoever counts them takes them in; they stop no till."""
    state = place / "state"
    run(kept(state, SALES))
    rows = (f"(21, '{at:02d}', zeroblob(4000000), x'00', '')" for at in range(40))
    by_sql(state, f"INSERT INTO cosignature VALUES {', '.join(rows)}")
    run(kept(state, [SIGN_ON]))
    return in_both(state)


@attack(Attacker.OWNER, "a note of a backup that never was, so that no night makes one")
def backed_up(place: Path) -> Found:
    """A file says when, to `status` and to the night: whoever writes it has a copy for years."""
    state = place / "state"
    failed = TechnicalEvent(code=jet.BACKUP, detail="échec : la clé n'est pas là")
    *_, record = run(kept(state, [*SALES, failed]))
    note = {"at": "2099-01-01T03:00:00+01:00", "records": 21, "sha256": "aa" * 32}
    backups = Backups(NightlyBackup(directory=str(place)), state, "caisse", nobody, print)
    for seq in (1, record.seq, record.seq + 1, 2**70):
        (state / last_backup.NAME).write_text(json.dumps(note | {"seq": seq}))
        assert json.loads((state / last_backup.NAME).read_bytes())["at"] > moment().at
        assert not last_backup.last_at(state)
        assert backups.is_due(moment())
    return Found("till", "within a minute", "none is on record: it is made, and recorded (JET 230)")


async def nobody(_: object) -> None:
    """Records nothing."""
