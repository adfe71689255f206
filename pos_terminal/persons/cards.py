"""Cards of others that sign on as badges: a magnetic stripe, an RFID tag, by the number they type.

Such a number is short: an RFID tag's has 32 bits, and all of them are soon tried against a plain
hash. So a card counts as the badge whose code is made of its number under a key of the till's own,
`keys/badges.key`: who has the clerks' file alone learns no card from it, and the till needs no
second kind of badge. Without the key no card is anybody's; it is made by the command that names the
first card, and by nothing else, since another key would forget all of them in silence.
"""

import hmac
from pathlib import Path
from string import ascii_uppercase, digits

from pos_terminal.domain.staff.clerks import badge_code
from pos_terminal.storage import secret_file

FOLDER, NAME = "keys", "badges.key"
KEY = 32
"""Bytes of the key."""

LETTERS = digits + ascii_uppercase
SECRET = 24
"""Characters of the code: 124 bits of what the key makes."""

SHORTEST = 4
"""Characters of a card's number: fewer are a finger on the keys, and no card."""


def key_file(state: Path) -> Path:
    """Where the key of a state directory lies."""
    return state / FOLDER / NAME


def made(state: Path) -> bytes:
    """The key, made where there is none. SecretError, OSError."""
    path = key_file(state)
    return secret_file.read(path, KEY) if path.exists() else secret_file.make(path, KEY)


def known(state: Path) -> bytes:
    """The key. SecretError where there is none, or others could read it."""
    return secret_file.read(key_file(state), KEY)


def code_of(key: bytes, number: str) -> str:
    """The badge's code of a card, by the number that its reader types.

    ValueError for what is no number. A reader's capital letters and blanks around are the same.
    """
    number = number.strip().upper()
    if len(number) < SHORTEST or not number.isprintable():
        raise ValueError("no number of a card")
    digest = hmac.digest(key, b"badge\0" + number.encode(), "sha256")
    rest, secret = int.from_bytes(digest, "big"), ""
    for _ in range(SECRET):
        rest, letter = divmod(rest, len(LETTERS))
        secret += LETTERS[letter]
    return badge_code(secret)
