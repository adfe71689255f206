"""Which slot starts next.

`slot` is the one that is known to sell, `trial` another that is to be tried once. A trial is struck
out before its system begins, so that whatever becomes of it (a kernel that panics, a box that
hangs, a power cut) the start after it is of the slot that is known. Only a healthy start makes the
slot that runs the known one. Where that stands depends on what starts the kernel (loaders.py).
"""

from msgspec import Struct

SLOTS = ("a", "b")


class Choice(Struct, frozen=True):
    """The slot that is known to sell, and one to try once; empty: none."""

    slot: str
    trial: str = ""


def other(slot: str) -> str:
    """The slot that is not this one."""
    return SLOTS[slot == SLOTS[0]]
