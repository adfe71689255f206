"""How the process takes memory from the system, and gives it back."""

import ctypes
import gc
import sys
from contextlib import suppress

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""glibc's malloc.h."""

STARTED = 1.0
"""Seconds after which a start has freed what it took for a moment."""

KEPT, LARGE = 128 * 1024, 64 * 1024
"""Bytes: as much stays free at the heap's end; what is larger does not lie in the heap."""


def keep_one_heap() -> None:
    """Have all threads take memory from one heap. Call it before the first of them is started.

    glibc gives each thread a heap of its own, so that none waits for another; what one has freed
    the others cannot have then. Ours hardly ever run at once, since Python has one lock for them
    all: half a MiB less. Other C libraries have one heap anyway.

    What is freed goes back to the system. By itself glibc keeps for good twice as much as the
    largest piece that was ever freed, such as the file of a catalogue; and the pieces that a start
    takes and frees (a module's byte code, the pages of a database) leave holes in the heap, which
    nothing fills later. So these get pages of their own.
    """
    with suppress(AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        for setting, value in (
            (M_ARENA_MAX, 1), (M_TRIM_THRESHOLD, KEPT), (M_MMAP_THRESHOLD, LARGE)
        ):  # fmt: skip
            mallopt(setting, value)


def give_back() -> None:
    """Return what a start took and let go: its garbage, then what lies free between other pieces.

    Python would look for that garbage after minutes of sales, glibc returns by itself what lies at
    the heap's end alone. Some milliseconds, since what was loaded is passed over. The names of all
    files in the folders where modules were found go, too: whoever loads one later reads them anew.
    """
    sys.path_importer_cache.clear()
    gc.collect()
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
