"""Any text into one of the printer's code pages: what it cannot show is spelled out, never fatal.

Sources of the page numbers: Epson ESC/POS reference, «ESC t» (16 is WPC1252, where the euro sign
is 80h and œ is 9Ch; 19 is PC858 with the euro sign at D5h).
"""

import re
import textwrap
import unicodedata
from functools import lru_cache

ENCODINGS = {
    "CP1252": "cp1252",
    "CP858": "cp858",
    "ISO_8859-15": "iso8859-15",
    "CP850": "cp850",
    "CP437": "cp437",
}
"""Code pages that hold French, best first: the profiles' name and Python's codec."""

NO_BREAK = "\u00a0"
SPELLED = {
    "œ": "oe", "Œ": "OE", "€": "EUR", "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "•": "*", "×": "x", "ß": "ss", "æ": "ae", "Æ": "AE", "Ø": "O", "ø": "o",
    "\u202f": NO_BREAK, "\u2011": "-", "\u2212": "-", "\u2044": "/",
}  # fmt: skip
_GLUE = "\ue000"
"""A private character, and no no-break space: those of the text stay what they are."""

_BOUND = re.compile(r" (?=[:;!?%€»]|EUR\b)|(?<=[nN]°) |(?<=«) |(?<=\bdu) (?=[0-9])")
"""Blanks that hold a sign to its word, a number to its «n°», a date to its «du»."""


def representable(text: str, codec: str) -> str:
    """`text` with only what `codec` can show; control characters become spaces.

    A no-break space stays one (it is printed as a space), so that wrapping respects it.
    """
    return "".join(_spell(char, codec) for char in unicodedata.normalize("NFC", text))


@lru_cache(maxsize=512)
def _spell(char: str, codec: str) -> str:
    # A paper has the same few letters over and over: each looked up anew was most of its making.
    # Kept to the very end, since wrapping must not break here; to_bytes makes a blank of it.
    if char == NO_BREAK:
        return char
    if char < " " or "\x7f" <= char < NO_BREAK:
        return " "
    if _holds(char, codec):
        return char
    # Before the decomposition, which has none for œ.
    if char in SPELLED:
        return SPELLED[char]
    return "".join(_part(part, codec) for part in unicodedata.normalize("NFKD", char))


def _part(char: str, codec: str) -> str:
    """A base letter, its accent, or what stands for a sign as a whole."""
    if char < " " or char == "\x7f" or unicodedata.combining(char):
        return ""
    if _holds(char, codec):
        return char
    return SPELLED.get(char, "?")


def _holds(char: str, codec: str) -> bool:
    try:
        char.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def to_bytes(text: str, codec: str) -> bytes:
    """The bytes of a text that `representable` has returned, one per character."""
    return text.replace(NO_BREAK, " ").encode(codec)


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, broken between words where that is possible.

    Not where French never breaks: no line of narrow paper begins with «: 40,00 €», or ends at «n°».
    """
    if len(text) <= width:
        return [text.rstrip(" ")]
    bound = _BOUND.sub(_GLUE, text)
    lines = textwrap.wrap(bound, width, break_on_hyphens=False) or [""]
    return [line.replace(_GLUE, " ") for line in lines]
