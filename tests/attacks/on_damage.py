"""What no attacker need have done: a bit that flipped, a file that was spoilt (E7, E13)."""

import sqlite3
from pathlib import Path

from pos_terminal.journal.database import NAME
from tests.attacks.attack import Attacker, Found, attack, by_verify, in_rounds
from tests.attacks.on_keys import SALES, turnover
from tests.conftest import run
from tests.support.journaling import kept


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
    found = in_rounds(state)
    assert by_verify(state).words == found.words
    return found


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
