"""What the till's own papers carry as a barcode: tickets and vouchers. Pure.

    $YT XW SPY3 T000123     ticket T 123 of the till with the tag SPY3 (written here with blanks)
    $YB 2481093477531186    a voucher by its number
    |||
    ||+-- T a ticket, B a voucher («bon»)
    |+--- no key of the till has letters that begin with Y (domain/keyboard/key_table.py)
    +---- the till's own mark: the catalogue refuses barcodes that begin with it

A till's tag is drawn from its shop's name and its own, however long these are, so that every ticket
has room for its code on paper 58 mm wide; who knows the tills of a company knows their tags. A
ticket's code has two check characters as a command's has, but in front: digits come last, since a
Code 128 of digits is half as wide. What a voucher's number is made of: codes/vouchers.py.
"""

import re
from hashlib import sha256

from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.codes.own import ALPHABET, MARK, check_characters
from pos_terminal.domain.faults.refused import Refused

OWN = MARK + "Y"
TICKET, VOUCHER = OWN + "T", OWN + "B"

TAG = 4
"""Characters of a till's tag: two tills of a shop share one by a chance of 1 in 1.7 million."""

_TICKET = re.compile(rf"\$YT(..)([0-9A-Z]{{{TAG}}})([A-Z]{{1,4}})([0-9]{{6,9}})")


class TillName(Struct, frozen=True):
    """A till among all of a shop: what tells its papers from those of others."""

    store: str = "1"
    terminal: str = "1"

    @property
    def tag(self) -> str:
        """What stands for it on its tickets."""
        rest = int.from_bytes(sha256(f"{self.store}\0{self.terminal}".encode()).digest())
        tag = ""
        for _ in range(TAG):
            rest, letter = divmod(rest, len(ALPHABET))
            tag += ALPHABET[letter]
        return tag


class TicketCode(Struct, frozen=True):
    """What a ticket's barcode says: whose it is, and which."""

    tag: str
    series: str
    number: int


def is_paper(code: str) -> bool:
    """Whether a scanned code is that of a paper of some till, right or damaged."""
    return code.startswith(OWN)


def is_voucher(code: str) -> bool:
    """Whether a scanned code is a voucher's, right or damaged."""
    return code.startswith(VOUCHER)


def ticket_code(till: TillName, series: str, number: int) -> str:
    """The text of a ticket's barcode. Capital letters alone: every scanner sends these."""
    body = f"{till.tag}{series}{number:06d}"
    return TICKET + check_characters(body) + body


def read_ticket(code: str) -> TicketCode:
    """The ticket that a barcode names. Raises Refused where anything in it is wrong."""
    found = _TICKET.fullmatch(code)
    if found is None or check_characters(code[found.end(1) :]) != found[1]:
        raise Refused(faults.PAPER_UNREADABLE)
    return TicketCode(found[2], found[3], int(found[4]))


def is_of(till: TillName, code: TicketCode) -> bool:
    """Whether this till printed the ticket."""
    return code.tag == till.tag
