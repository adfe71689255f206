"""A row of the table `cosignature`, before anybody has looked at it (cosignature.py)."""

from typing import NamedTuple


class Attested(NamedTuple):
    """A row of the table `cosignature`, as stored: not a word of it is verified."""

    size: int
    witness: str
    body: bytes
    sig: bytes
    at: str
