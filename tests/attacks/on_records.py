"""Attacks on the records themselves: edited, taken out, swapped, cut off, put back."""

import json
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

from pos_terminal.journal.consistency_proof import export
from pos_terminal.journal.database import NAME
from pos_terminal.journal.verify import verify
from pos_terminal.journal.witness import Witness, take
from pos_terminal.verifier.chain import leaf
from tests.attacks.attack import Attacker, Found, at_start, attack, by_verify
from tests.attacks.on_keys import SALES, turnover
from tests.conftest import run
from tests.support.journaling import SIGN_ON, database, kept, tamper

NOW = datetime(2026, 1, 5, 20, 0)


def sold(place: Path) -> Path:
    """A state that has sold a little."""
    state = place / "state"
    run(kept(state, SALES))
    return state


def column(state: Path, kind: str, name: str) -> list[object]:
    """What a program finds that reads one field of each record of a kind, in the rows' order."""
    with sqlite3.connect(database(state)) as db:
        rows = db.execute("SELECT rec FROM journal WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
    db.close()
    return [json.loads(rec)["body"][name] for (rec,) in rows]


def edited(state: Path, seq: int, before: str, after: str) -> None:
    """One record with another text in it, and the triggers put back."""
    changed = f"CAST(replace(rec, '{before}', '{after}') AS BLOB)"
    tamper(state, f"UPDATE journal SET rec = {changed} WHERE seq = {seq}")


@attack(Attacker.TECHNICIAN, "a means of payment edited in its record")
def payment(place: Path) -> Found:
    """The drawer is short of what was put down as a card."""
    state = sold(place)
    edited(state, 4, '"tender":"cash"', '"tender":"card"')
    assert "card" in column(state, "tender.taken", "tender")
    return by_verify(state)


@attack(Attacker.TECHNICIAN, "an article's name edited in its record")
def label(place: Path) -> Found:
    """Sold as another thing, at another rate perhaps."""
    state = sold(place)
    edited(state, 3, "Tradition", "Baguette")
    assert any("Baguette" in str(name) for name in column(state, "line.sold", "name"))
    return by_verify(state)


@attack(Attacker.OWNER, "a sale taken out of the middle, and the rest moved up")
def taken_out(place: Path) -> Found:
    """No number is missing among the rows."""
    state, before = sold(place), 5
    tamper(
        state,
        "DELETE FROM journal WHERE seq BETWEEN 6 AND 9",
        "UPDATE journal SET seq = seq - 4 WHERE seq > 9",
    )
    assert len(column(state, "sale.closed", "total")) == before - 1
    return by_verify(state)


@attack(Attacker.OWNER, "two tickets exchanged")
def swapped(place: Path) -> Found:
    """The later one is now of another hour."""
    state = sold(place)
    tamper(
        state,
        "UPDATE journal SET seq = -seq WHERE seq IN (5, 9)",
        "UPDATE journal SET seq = 14 + seq WHERE seq < 0",
    )
    assert column(state, "sale.closed", "number")[:2] == [2, 1]
    return by_verify(state)


@attack(Attacker.OWNER, "a total lowered, and every later hash made anew, without the key")
def rehashed(place: Path) -> Found:
    """What a chain without signatures takes for right."""
    state = sold(place)
    before = turnover(state)
    with sqlite3.connect(database(state)) as db:
        found = db.execute("SELECT seq, rec FROM journal ORDER BY seq").fetchall()
    db.close()
    updates, head, taken = [], b"", 0
    for seq, rec in found:
        said = json.loads(rec)
        said["prev"] = head.hex() if head else said["prev"]
        if seq == 3:
            said["body"]["gross"] -= 100
        if seq == 4:
            for name in ("amount", "given"):
                said["body"][name] -= 100
        if seq == 5:
            taken = 100
            body = said["body"]
            for part in (body["lines"][0], body["vat"][0]):
                part["gross"], part["net"] = part["gross"] - taken, part["net"] - taken
            for name in ("amount", "given"):
                body["tenders"][0][name] -= taken
            body["total"], body["turnover"] = body["total"] - taken, body["turnover"] - taken
        for total in ("net", "abs"):
            said["total"][total] -= taken
        new = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        head = leaf(new)
        row = f"SET rec = x'{new.hex()}', hash = x'{head.hex()}' WHERE seq = {seq}"
        updates.append(f"UPDATE journal {row}")
    tamper(state, *updates)
    assert turnover(state) == before - 100
    return by_verify(state)


def witnessed(place: Path) -> tuple[Path, Path]:
    """A state that sold for two checkpoints, as a witness on another medium has seen."""
    state, medium = sold(place), place / "medium"
    shutil.copytree(state, place / "yesterday")
    run(kept(state, [SIGN_ON] * 512))
    medium.mkdir()
    take(database(state), Witness(medium).cosign(export(database(state), 0), NOW))
    return state, medium


@attack(Attacker.OWNER, "the end cut off, its checkpoints and cosignatures with it")
def cut_off(place: Path) -> Found:
    """What is left fits in itself, to the last signature."""
    state, medium = witnessed(place)
    tamper(
        state,
        "DELETE FROM journal WHERE seq > 300",
        "DELETE FROM checkpoint WHERE size > 300",
        "DELETE FROM cosignature",
    )
    assert verify(database(state)).records == 300, "without a witness nobody can tell"
    return at_start(state, witness=medium)


@attack(Attacker.OWNER, "yesterday's directory put back, keys and mark with it")
def put_back(place: Path) -> Found:
    """A whole journal of the day before."""
    state, medium = witnessed(place)
    shutil.rmtree(state)
    (place / "yesterday").rename(state)
    assert verify(state / NAME).records == len(SALES) + 1, "without a witness nobody can tell"
    return at_start(state, witness=medium)
