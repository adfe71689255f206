"""PINs: what is kept of one, and whether a given one is it."""

import hashlib
import hmac
import os

from pos_terminal.domain.language import say
from pos_terminal.domain.staff.clerks import LONGEST_PIN, SHORTEST_PIN, Pin, is_guessed

N, R, P = 2**14, 8, 1
"""scrypt's cost (RFC 7914, section 2): 16 MiB, and some 50 ms on a till."""

SALT, HASH = 16, 32
"""Bytes."""

ROOM = 64 * 1024 * 1024
"""Bytes that scrypt may take; more than any cost that `keep` writes."""


def keep(pin: Pin) -> str:
    """What is kept of a PIN: scrypt's cost, a salt of its own, and the hash. ValueError."""
    digits = pin.digits
    if not (digits.isascii() and digits.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise ValueError(
            say(
                "un code secret a de {shortest_pin} à {longest_pin} chiffres",
                shortest_pin=SHORTEST_PIN,
                longest_pin=LONGEST_PIN,
            )
        )
    if is_guessed(pin):
        raise ValueError(say("ce code est le premier que chacun essaierait"))
    salt = os.urandom(SALT)
    return f"scrypt:{N}:{R}:{P}:{salt.hex()}:{_hash(pin, salt, N, R, P).hex()}"


def is_right(pin: Pin, kept: str) -> bool:
    """Whether this is the PIN that `kept` is of. Blocks. ValueError where it is of none."""
    n, r, p, salt, expected = _parts(kept)
    return hmac.compare_digest(_hash(pin, salt, n, r, p), expected)


def check_kept(kept: str) -> None:
    """ValueError where the text is not what `keep` makes."""
    _parts(kept)


def _parts(kept: str) -> tuple[int, int, int, bytes, bytes]:
    try:
        name, n, r, p, salt, expected = kept.split(":")
        cost = int(n), int(r), int(p)
        made = bytes.fromhex(salt), bytes.fromhex(expected)
    except ValueError:
        raise ValueError(say("ce n'est pas ce qui est gardé d'un code secret")) from None
    n_, r_, p_ = cost
    room = 128 * n_ * r_
    if n_ < 2 or n_ & (n_ - 1) or r_ < 1:  # scrypt takes no other cost (RFC 7914, section 6)
        room = 0
    if name != "scrypt" or not 0 < room < ROOM or not 0 < p_ <= 4 or len(made[1]) != HASH:
        raise ValueError(say("ce n'est pas ce qui est gardé d'un code secret"))
    return n_, r_, p_, *made


def _hash(pin: Pin, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        pin.digits.encode(), salt=salt, n=n, r=r, p=p, maxmem=2 * ROOM, dklen=HASH
    )
