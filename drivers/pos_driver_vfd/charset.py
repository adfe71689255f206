"""From text to a display's code page: one byte per character, so that columns stay in place."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

CodePage = Literal["cp858", "cp1252"]

# What has no decomposition, and what may stand for it in one column.
_LOOK_ALIKES: Mapping[str, str] = MappingProxyType({
    "œ": "o", "Œ": "O", "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-",
    "—": "-", "…": ".", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "×": "x",
    "€": "E", "ß": "s", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "a", "Æ": "A", "•": "*",
})


def encode(text: str, page: CodePage) -> bytes:
    """`text` in the code page, as many bytes as characters, none of them a control code.

    A character that the page lacks becomes its base letter or a look-alike, else «?».
    """
    return b"".join(_encode_one(char, page) for char in text)


def _encode_one(char: str, page: CodePage) -> bytes:
    for candidate in (char, _LOOK_ALIKES.get(char, ""), unicodedata.normalize("NFD", char)[0]):
        encoded = candidate.encode(page, errors="ignore")
        if encoded and encoded[0] >= 0x20 and encoded[0] != 0x7F:
            return encoded
    return b"?"
