"""How the process takes memory from the system."""

import ctypes
from contextlib import suppress

M_ARENA_MAX = -8
"""glibc's malloc.h."""


def keep_one_heap() -> None:
    """Have all threads take memory from one heap. Call it before the first of them is started.

    glibc gives each thread a heap of its own, so that none waits for another; what one has freed
    the others cannot have then. Ours hardly ever run at once, since Python has one lock for them
    all: half a MiB less. Other C libraries have one heap anyway.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
