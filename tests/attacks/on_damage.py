"""What no attacker need have done: a bit that flipped, a file that was spoilt; and what is rightly
signed, and made to end whoever reads it (E7, E13, E19).
"""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pos_terminal.journal.codec import LONGEST
from pos_terminal.journal.database import NAME
from pos_terminal.journal.verify import Level
from tests.attacks.attack import Attacker, Found, at_start, attack, by_verify, in_both, in_rounds
from tests.attacks.on_keys import SALES, turnover
from tests.conftest import run
from tests.support.journaling import forge, kept


@attack(Attacker.TECHNICIAN, "a card on which one bit of an old record flipped")
def flipped(place: Path) -> Found:
    """A sum over the rows comes to more; and the till must go on where it can."""
    state = place / "state"
    run(kept(state, SALES))
    before = turnover(state)
    content = bytearray((state / NAME).read_bytes())
    content[content.index(b'"total":130,') + len('"total":13')] ^= 1
    (state / NAME).write_bytes(content)
    assert turnover(state) == before + 1
    return in_both(state)


@attack(Attacker.TECHNICIAN, "a card on which one bit between the records flipped")
def untyped(place: Path) -> Found:
    """In the header of a row: its signature is a text now, to whoever does not look."""
    state = place / "state"
    run(kept(state, SALES))
    with sqlite3.connect(state / NAME) as db:
        (sig,) = db.execute("SELECT sig FROM journal WHERE seq = 5").fetchone()
        (rec,) = db.execute("SELECT rec FROM journal WHERE seq = 5").fetchone()
    db.close()
    content = bytearray((state / NAME).read_bytes())
    # A record's header ends with the serial types of its columns: 2n + 12 is a BLOB, one more a
    # text (sqlite.org/fileformat2.html, section 2.1).
    code = 2 * len(sig) + 12
    mark = bytes([0x80 | code >> 7, code & 0x7F]) + b"sale.closed" + rec[:8]
    content[content.index(mark) + 1] |= 1
    (state / NAME).write_bytes(content)
    with sqlite3.connect(state / NAME) as db:
        db.text_factory = bytes
        (kind,) = db.execute("SELECT typeof(sig) FROM journal WHERE seq = 5").fetchone()
    db.close()
    assert kind == b"text"
    return in_rounds(state)


def forged(place: Path, change: Callable[[bytes], bytes]) -> Path:
    """A journal whose last record is another, chained and signed as every one is."""
    state = place / "state"
    run(kept(state, SALES))
    forge(state, len(SALES) + 1, change)
    with sqlite3.connect(state / NAME) as db:
        (there,) = db.execute("SELECT count(*) FROM journal WHERE sig IS NOT NULL").fetchone()
    db.close()
    assert there == len(SALES) + 1
    return state


@attack(Attacker.OWNER, "a rightly signed record of brackets without end, to end who reads it")
def nested(place: Path) -> Found:
    """A parser that calls itself for each ends in a traceback that names nothing."""
    deep = b'"body":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b","
    state = forged(place, lambda rec: rec.replace(b'"body":{', deep, 1))
    with pytest.raises(RecursionError), sqlite3.connect(state / NAME) as db:
        json.loads(db.execute("SELECT rec FROM journal ORDER BY seq DESC").fetchone()[0])
    db.close()
    found = in_rounds(state)
    for level in Level:  # at those, too, that follow the chain alone
        assert by_verify(state, level).words.startswith(f"J-104 écriture {len(SALES) + 1} : ")
    assert at_start(state).words.startswith("J-104 ")
    return found


@attack(Attacker.OWNER, "a rightly signed record of more than memory holds")
def endless(place: Path) -> Found:
    """Whoever reads it takes in all of it, and its text many times over."""
    long = b'"body":{"a":"' + b"x" * 2 * LONGEST + b'",'
    state = forged(place, lambda rec: rec.replace(b'"body":{', long, 1))
    found = in_rounds(state)
    for level in Level:
        assert by_verify(state, level).words == found.words
    assert at_start(state).words == found.words
    return found


@attack(Attacker.OWNER, "many rightly signed records, which together are more than memory holds")
def endless_together(place: Path) -> Found:
    """Each is of a size that a till may write; they are read many at once."""
    state, long = place / "state", b'"body":{"a":"' + b"x" * (LONGEST // 2) + b'",'
    run(kept(state, SALES))
    for seq in range(9, 15):
        forge(state, seq, lambda rec: rec.replace(b'"body":{', long, 1))
    found = in_rounds(state)
    assert by_verify(state).words.endswith("elle est démesurée, ou celles d'avant le sont")
    return found
