"""A voucher's number, which is money to whoever knows it, and what records call it instead. Pure.

    $YB 2481093477531186      its barcode (written here with a blank)
        2481093477531186      its number: what it is, thirteen digits, two check digits
        2-1186-9f3c...        its reference: what it is, the number's last four digits, a keyed hash

A number has sixteen digits, so that it can be typed as well: what it is, thirteen that nobody can
foretell, and two check digits by ISO/IEC 7064 MOD 97-10 (as an IBAN's). It stands on the voucher's
paper and nowhere else: it is made of the till's key and of a seed, and the record keeps the seed.
So who has both prints it again, and who reads the journal alone can spend nothing. What is typed or
scanned is looked up by its reference, HMAC-SHA-256 (RFC 2104) under the same key: with no key in it
the thousand million numbers that end in four known digits would be tried in some minutes.
"""

import hmac
from dataclasses import dataclass, field

from pos_terminal.domain import faults
from pos_terminal.domain.codes.papers import VOUCHER
from pos_terminal.domain.faults.refused import Refused

GIFT_MULTI, CREDIT_NOTE, GIFT_SINGLE = "1", "2", "3"
"""The first digit of a voucher's number: for anything, given for a refund, for goods of a rate."""

CHANCE = 10**13
"""A voucher's number holds a number below this one, which nobody can foretell."""

VOUCHER_DIGITS = 16

LAST = 4
"""Digits of a number that records, papers and lists show: enough to tell it by, not to spend it."""

KEY = 32
"""Bytes of the key, as many as SHA-256 has (RFC 2104, section 3)."""

_HASH = 32
"""Hexadecimal digits of a reference's hash: half of it, as RFC 2104 (section 5) advises."""


@dataclass(frozen=True, slots=True)
class VoucherKey:
    """What tells a till's vouchers from made-up ones. ValueError for a key of another length."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY:
            raise ValueError(f"the vouchers' key has {KEY} bytes, and not {len(self.secret)}")

    @property
    def fingerprint(self) -> str:
        """What the journal says of the key, so that another one is noticed."""
        return self._hash("key", "")[:16]

    def number(self, what: str, seed: str) -> str:
        """The number that was, or will be, made of this seed."""
        return voucher_number(what, int(self._hash("number", what + seed), 16) % CHANCE)

    def reference(self, number: str) -> str:
        """What records call the voucher of that number."""
        return f"{number[0]}-{number[-LAST:]}-{self._hash('reference', number)[:_HASH]}"

    def _hash(self, purpose: str, text: str) -> str:
        # Each purpose has hashes of its own: a reference must say nothing of any number's digits.
        return hmac.new(self.secret, f"{purpose}\0{text}".encode(), "sha256").hexdigest()


def kind_digit(reference: str) -> str:
    """What the voucher of that reference is: one of the first digits."""
    return reference[:1]


def last_four(reference: str) -> str:
    """«...1186»: what may be shown of the voucher of that reference."""
    return f"...{reference.split('-')[1]}" if "-" in reference else reference


def voucher_number(what: str, chance: int) -> str:
    """A voucher's number: `what` it is, and `chance`, which is below CHANCE. ValueError."""
    if not 0 <= chance < CHANCE:
        raise ValueError(f"{chance}: a voucher's number wants chance below {CHANCE}")
    body = f"{what}{chance:013d}"
    return f"{body}{98 - int(body) * 100 % 97:02d}"


def voucher_code(number: str) -> str:
    """The text of a voucher's barcode."""
    return VOUCHER + number


def read_voucher(code: str) -> str:
    """The number that a barcode says. Raises Refused where it is damaged."""
    return checked_voucher(code.removeprefix(VOUCHER))


def checked_voucher(number: str) -> str:
    """A voucher's number as it was typed or scanned. Raises Refused where a digit is wrong."""
    digits = number.isascii() and number.isdigit() and len(number) == VOUCHER_DIGITS
    if not digits or int(number) % 97 != 1:
        raise Refused(faults.PAPER_UNREADABLE)
    return number


def grouped(number: str) -> str:
    """«2481 0934 7753 1186»: as it stands on paper, to be typed."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
