"""The one source of chance: the kernel's, which nobody can foretell."""

import os

_BYTES = 16
"""So many more than any number that is drawn, that no number is likelier than another by 2^-64."""


def random_below(below: int) -> int:
    """A number from 0 to less than `below`, which is at most 2^64. ValueError for another."""
    if not 0 < below <= 1 << 64:
        raise ValueError(f"{below}: a number below 1 to 2^64 can be drawn")
    return int.from_bytes(os.urandom(_BYTES), "big") % below
