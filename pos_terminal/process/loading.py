"""While a program is loaded Python does not look for garbage, and never again in what was loaded.

Modules, classes and functions are kept for good. To look through them again and again as they come
takes a tenth of all imports; and each full search later on, 20 ms and more in the midst of a sale,
would go over fifty thousand objects that a till never lets go.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def loaded() -> None:
    """Pass over what is there, from here on, and look for garbage in what comes."""
    gc.freeze()
    gc.enable()


@contextmanager
def loading() -> Iterator[None]:
    """Load in here what is kept for good; nothing changes where all of it was loaded before."""
    known = len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > known:
            gc.freeze()
        gc.enable()
