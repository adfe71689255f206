"""Which machine a line may lead to: the one whose certificate the settings name, and no other."""

import re

from pos_terminal.domain.language import say
from pos_terminal.links.link import LinkLost


class LinkForeign(LinkLost):
    """Something answers, and it is not the machine that the settings name. Nothing was sent."""


def fingerprint_of(text: str) -> bytes:
    """A certificate's SHA-256 as people write it, colons or none; empty where none is named yet.

    ValueError for what is none.
    """
    plain = text.replace(":", "").replace(" ", "")
    if plain and not re.fullmatch(r"[0-9A-Fa-f]{64}", plain):
        raise ValueError(say("fingerprint : les 64 chiffres hexadécimaux de SHA-256"))
    return bytes.fromhex(plain)


def check(seen: bytes, pinned: bytes, name: str) -> None:
    """Before a byte is sent. LinkForeign says what was seen, for a technician to compare."""
    if seen != pinned:
        what = "another certificate" if pinned else "no certificate is named in the settings; this"
        raise LinkForeign(f"{name}: {what}, SHA-256 {seen.hex()}")
