"""What the till's own barcodes (commands, badges, papers) share: mark, alphabet, check. Pure."""

from string import ascii_uppercase, digits

MARK = "$"
"""Begins each of them: no GTIN has it, and the catalogue refuses barcodes that begin with it."""

ALPHABET = digits + ascii_uppercase
"""What stands behind the mark: every scanner and either keyboard layout can send it."""

_MODULUS, _RADIX = 1271, 36


def check_characters(body: str) -> str:
    """The two characters that make it a multiple of 1271 and one (ISO/IEC 7064, pure system)."""
    rest = 0
    for character in body:
        rest = (rest + ALPHABET.index(character)) * _RADIX % _MODULUS
    wanted = (1 - rest * _RADIX) % _MODULUS
    return ALPHABET[wanted // _RADIX] + ALPHABET[wanted % _RADIX]
