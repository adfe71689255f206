"""Command barcodes: keys of the till as a Code 128 text, for who has a scanner and few keys.

    $ 3XA28 FO      «3 x», then the direct key of article 28 (written here with blanks)
    | |     +-- two check characters, ISO/IEC 7064 MOD 1271-36, over all between
    | +-- the keys: their letters in `key_table`; «A» and a number is a direct key
    +-- the mark of a command: no GTIN has it, and the catalogue refuses barcodes that begin with it

Capital letters, digits and the mark alone, which every scanner and either keyboard layout can send.
The check finds every wrong character and every two that changed places; what has the mark and
fails is refused, so a damaged command is never sold as an article.

A command is its keys and nothing more: whatever a key asks for when it is pressed (an authority, a
confirmation) it asks for when it is scanned, since a customer could hold up a barcode too. It may
hold digits: what asks for a secret number must take it from pressed keys alone.
"""

import re
from collections.abc import Iterator, Sequence

from pos_terminal.domain import faults
from pos_terminal.domain.codes.own import ALPHABET, MARK, check_characters
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.key_table import ROWS
from pos_terminal.domain.keyboard.keys import Function, Key

MOST_KEYS = 8
"""Keys in one command: «0,125 x» and an article, and still a code for a narrow label."""

_ARTICLE = "A"

_LETTERS = {row.key: row.letters for row in ROWS}
_KEYS = {letters: key for key, letters in _LETTERS.items()}
_PREFIXES = {row.key for row in ROWS if row.prefix}
_TOKEN = re.compile(f"{_ARTICLE}([0-9]{{1,9}})|({'|'.join(_KEYS)})")


def is_command(code: str) -> bool:
    """Whether a scanned code is one of the till's own commands, right or damaged."""
    return code.startswith(MARK)


def encode(keys: Sequence[Key]) -> str:
    """The text of the barcode; ValueError where these keys can be no command."""
    _check_order(keys)
    body = "".join(map(_letters, keys))
    return MARK + body + check_characters(body)


def decode(code: str) -> tuple[Key, ...]:
    """The keys of a command. Raises Refused(COMMAND_UNREADABLE) where anything in it is wrong."""
    body, check = code[len(MARK) : -2], code[-2:]
    if not set(body) <= set(ALPHABET) or check_characters(body) != check:
        raise Refused(faults.COMMAND_UNREADABLE)
    try:
        keys = tuple(_tokens(body))
        _check_order(keys)
    except ValueError:
        raise Refused(faults.COMMAND_UNREADABLE) from None
    return keys


def _letters(key: Key) -> str:
    if key.function is not Function.ARTICLE:
        return _LETTERS[key]
    if not (key.argument.isascii() and key.argument.isdigit() and len(key.argument) <= 9):
        raise ValueError(f"{key}: a direct key has a PLU of 1 to 9 digits")
    return _ARTICLE + key.argument


def _tokens(body: str) -> Iterator[Key]:
    at = 0
    while at < len(body):
        token = _TOKEN.match(body, at)
        if token is None:
            raise ValueError(f"{body!r}: no key at {at}")
        yield Key(Function.ARTICLE, token[1]) if token[1] else _KEYS[token[2]]
        at = token.end()


def _check_order(keys: Sequence[Key]) -> None:
    if not 0 < len(keys) <= MOST_KEYS:
        raise ValueError(f"a command has 1 to {MOST_KEYS} keys")
    for key in keys[:-1]:
        if key not in _PREFIXES:
            raise ValueError(f"«{key}» can only be the last key of a command")
