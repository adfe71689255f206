"""What scanners' drivers share: which bytes make a text, and what stands for the others."""

import re

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""In the text of a `Scan` that cannot be a code."""

AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""A symbology identifier (ISO/IEC 15424)."""

_CONTROLS = re.compile("[\x00-\x03\x05-\x1c\x1f\x7f-\x9f]")
"""What no code contains. Group, record and end-of-message marks are part of GS1 codes."""


def text_of(data: bytes | bytearray, encoding: str) -> str:
    """The text of these bytes, with U+FFFD for each that makes none."""
    return readable(data.decode(encoding, "replace"))


def readable(text: str) -> str:
    """The text with U+FFFD for each character that no code has."""
    return _CONTROLS.sub(UNREADABLE, text)
