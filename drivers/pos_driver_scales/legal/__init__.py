"""The legally relevant part: what a scale's bytes mean, and what is asked of it. No I/O, no clock.

A scale is a measuring instrument (2014/31/EU), and software that hands its weights on is parted
into what may change a weight and what may not (WELMEC 7.2, extension S). What may is in this
folder alone; `VERSION` says which it is, and is raised by whoever changes a file of it.
"""

import hashlib
from pathlib import Path

VERSION = "1.0"


def checksum() -> str:
    """SHA-256 over this folder's modules, in the order of their names, as 64 hexadecimal digits."""
    whole = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        text = path.read_bytes()
        # The lengths part the files: what moves from one into the next is a change.
        whole.update(f"{path.name} {len(text)}\n".encode() + text)
    return whole.hexdigest()


def named() -> str:
    """What a person compares: «1.0 3f2a91bc»."""
    return f"{VERSION} {checksum()[:8]}"
