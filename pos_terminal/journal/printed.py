"""Does a paper's code name a record of this journal? A printed receipt proves its record."""

from typing import NamedTuple

from pos_terminal.domain.events.numbers import number
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros
from pos_terminal.journal.database import Reader
from pos_terminal.journal.errors import Broken

SHORTEST = 8
"""Hexadecimal digits of a hash that name a record: papers of earlier versions have so many."""

MOST = 18
"""Decimal digits of a record's number: SQLite's have 64 bits."""

QR = "POSJ1"
"""How the square code of a Z begins (witness.py)."""


class Code(NamedTuple):
    """A record's number, and how its hash begins, as they stand on paper."""

    seq: int
    digits: str

    def __str__(self) -> str:
        return f"{self.seq} {self.digits}"


def code(text: str) -> Code:
    """The code in a Z's square, at a ticket's foot, or at the end of a digital receipt. ValueError
    for what is none.
    """
    words = [word for word in text.replace("#", " ").split() if word != QR]
    seq = words[0] if words and len(words[0]) <= MOST else ""
    if len(words) < 2 or not seq.isdecimal() or len(words[1]) < SHORTEST:
        raise ValueError(f"{text!r}: a record's number and {SHORTEST} digits of its hash")
    return Code(int(seq), words[1].lower())


def must_be_here(reader: Reader, printed: Code) -> str:
    """What the record is that a paper names; Broken where it is another."""
    rows = reader.rows(printed.seq - 1, 1) if printed.seq else []
    if not rows or (rows[0].seq, rows[0].hash.hex()[: len(printed.digits)]) != printed:
        how = say("ce n'est pas celle que nomme le papier, {digits}", digits=printed.digits)
        raise Broken(printed.seq, how)
    if not rows[0].rec:  # purged: the hash alone is left, and it fits
        return rows[0].kind
    record = rows[0].record()
    if isinstance(event := record.event, SaleClosed):
        return f"{number(record.envelope.terminal, event)}, {euros(event.total)} €"
    return rows[0].kind
