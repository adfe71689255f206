"""Attacks on who signs: no signature, a key of one's own, a beginning of one's own (E3, E4)."""

import json
import shutil
import sqlite3
from pathlib import Path

from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.keyring import ASIDE, FOLDER, software, used
from pos_terminal.journal.state_directory import MARK
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.verifier.chain import Chain, leaf
from tests.attacks.attack import Attacker, Found, at_start, attack, by_verify, in_both, in_rounds
from tests.conftest import run
from tests.support.journaling import IDENTITY, SIGN_ON, database, kept, moment, tamper, ticket

SALES = [event for number in range(1, 6) for event in ticket(number, number)]


def turnover(state: Path) -> int:
    """What a program takes the turnover for that adds up what it reads."""
    with sqlite3.connect(database(state)) as db:
        found = db.execute("SELECT rec FROM journal WHERE kind = 'sale.closed'").fetchall()
    db.close()
    return sum(json.loads(rec)["body"]["total"] for (rec,) in found)


def rewritten(state: Path, elsewhere: Path, tickets: int = 2) -> None:
    """Let this very program sell less elsewhere, and lay that journal in the till's place."""
    run(kept(elsewhere, SALES[: 4 * tickets]))
    for name in (NAME, MARK):
        (elsewhere / name).replace(state / name)


@attack(Attacker.OWNER, "the journal written anew without signatures, beside the genuine key")
def unsigned(place: Path) -> Found:
    """The chain fits, and no signature is there that could be wrong."""
    state = place / "state"
    run(kept(state, SALES))
    before = turnover(state)
    with sqlite3.connect(database(state)) as db:
        rows = db.execute("SELECT seq, rec FROM journal ORDER BY seq").fetchall()
    db.close()
    chain, updates, head = Chain(), [], bytes(32)
    for seq, rec in rows:
        new = json.loads(rec) | {"prev": head.hex()}
        if new["kind"] == "sale.closed" and seq == rows[-1][0]:
            new["body"]["total"] -= 100
        forged = json.dumps(new, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        head = leaf(forged)
        chain.follow(seq, forged, head)
        to = f"rec = x'{forged.hex()}', hash = x'{head.hex()}', sig = NULL"
        updates.append(f"UPDATE journal SET {to} WHERE seq = {seq}")
    tamper(state, *updates, "DELETE FROM checkpoint", "DELETE FROM keys")
    assert turnover(state) == before - 100
    assert chain.seq == len(rows), "numbers, hashes and links fit"
    (state / MARK).unlink()
    found = at_start(state)
    assert list(used(state)), "the genuine key is still there"
    return found


@attack(Attacker.OWNER, "the journal written anew with a key of his own, and that key laid beside")
def with_another_key(place: Path) -> Found:
    """All fits in itself; the genuine key must not go with it."""
    state, other = place / "state", place / "other"
    run(kept(state, SALES))
    before, genuine = turnover(state), (state / NAME).read_bytes()
    mark = (state / MARK).read_bytes()
    rewritten(state, other)
    for key in (other / FOLDER).glob("*.pem"):
        shutil.copy(key, state / FOLDER)
    assert turnover(state) < before
    alone = shutil.copytree(state, place / "alone", ignore=shutil.ignore_patterns(FOLDER))
    assert verify(database(alone)).records, "the chain and every signature fit"
    found = at_start(state)
    (state / NAME).write_bytes(genuine)
    (state / MARK).write_bytes(mark)
    for key in (other / FOLDER).glob("*.pem"):
        (state / FOLDER / key.name).unlink()
    run(kept(state, [SIGN_ON]))
    return found


@attack(Attacker.TECHNICIAN, "journal and mark deleted, so that numbers begin again at 1")
def begun_anew(place: Path) -> Found:
    """A new card, a `rm` by mistake: without a trace of the old one a till begins at ticket 1."""
    state = place / "state"
    run(kept(state, SALES))
    bare = shutil.copytree(state, place / "bare")
    for where in (state, bare):
        (where / NAME).unlink()
        (where / MARK).unlink()
    shutil.rmtree(bare / FOLDER)
    run(kept(bare, ticket(1, 1)))
    assert turnover(bare) == 130, "where nothing is left it is the first ticket once more"
    return at_start(state)


@attack(Attacker.OWNER, "a journal begun anew beside the key of before, and nobody decided it")
def begun_by_nobody(place: Path) -> Found:
    """By the program's own means, without its command: the keys of before are said to be lost."""
    state = place / "state"
    run(kept(state, SALES))
    for name in (NAME, MARK):
        (state / name).unlink()
    run(begun(state))
    assert turnover(state) == 130, "it starts with ticket 1, beside the key that had signed"
    return in_rounds(state)


async def begun(state: Path) -> None:
    """A journal in the place of another, and a sale."""
    journal = Journal.open(state, IDENTITY, anew=True)
    await journal.append(ticket(1, 1), moment())
    await journal.close()


@attack(Attacker.OWNER, "the genuine key laid into the table of keys of a journal written anew")
def invented_lineage(place: Path) -> Found:
    """The table of keys says whatever is put there."""
    state, other = place / "state", place / "other"
    run(kept(state, SALES))
    genuine = verify(database(state)).key
    with sqlite3.connect(database(state)) as db:
        keys = db.execute("SELECT hex(public), alg FROM keys").fetchall()
    db.close()
    run(kept(other, SALES[:8]))
    moved = "UPDATE keys SET from_seq = 2"
    laid = [
        f"INSERT INTO keys VALUES ('{genuine}', '{alg}', x'{public}', 1, NULL)"
        for public, alg in keys
    ]
    tamper(other, moved, *laid)
    with sqlite3.connect(database(other)) as db:
        first = db.execute("SELECT key_id FROM keys ORDER BY from_seq").fetchone()
    db.close()
    assert first == (genuine,), "who asks the table finds the genuine key, and in force"
    shutil.rmtree(other / FOLDER)
    assert not (other / FOLDER / ASIDE).exists()
    return by_verify(other, key=genuine)


@attack(Attacker.OWNER, "a rotation undone: the table of keys forgets it, and the old key is back")
def rotation_undone(place: Path) -> Found:
    """The new key lies in a token, which takes no orders; the old one was set aside on the card."""
    state = place / "state"
    run(kept(state, SALES))
    old = undo_rotation(state)
    assert list(used(state)) == [old], "one key, one checkpoint that it signed, one table"
    told = at_start(state)
    assert in_both(state).words.partition(" écriture ")[2] in told.words
    return told


@attack(Attacker.OWNER, "the second rotation undone, and the old key signs on")
def second_rotation_undone(place: Path) -> Found:
    """A start is told by the table of kinds, which has the first of a kind."""
    state = place / "state"
    run(kept(state, SALES))
    run(rotated(state))
    old = undo_rotation(state)
    run(kept(state, [SIGN_ON]))
    assert old in used(state), "it starts, and sells on under the old key"
    return in_both(state)


def undo_rotation(state: Path) -> str:
    """Rotate the keys, and have the one before in force again; its id."""
    (old,) = (key.stem for key in (state / FOLDER).glob("*.pem"))
    run(rotated(state))
    with reading(database(state)) as reader:
        last = reader.last()
        seal = reader.seals(last - 1, 1)[0]
    (new,) = (state / FOLDER).glob("*.pem")
    new.unlink()
    (state / FOLDER / ASIDE / f"{old}.pem").rename(state / FOLDER / f"{old}.pem")
    said = json.loads(seal.body) | {"key": old}
    body = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    sig = software(state, old).close(body)
    forged = f"body = x'{body.hex()}', sig = x'{sig.hex()}'"
    tamper(
        state,
        f"DELETE FROM keys WHERE key_id = '{new.stem}'",
        f"UPDATE checkpoint SET {forged} WHERE size = {last}",
    )
    return old


async def rotated(state: Path) -> None:
    """New keys, and nothing behind them."""
    journal = Journal.open(state, IDENTITY)
    await journal.rotate_keys(moment())
    await journal.close()
