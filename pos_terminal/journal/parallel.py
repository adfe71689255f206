"""Every signature of a journal, by as many processes as there are cores.

A till that sells never loads this: what Python needs for other processes takes megabytes.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pos_terminal.journal.errors import Broken
from pos_terminal.journal.signatures import KeyInForce, Wrong, check_chunk

CHUNK = 5_000
"""Records that one process takes at a time."""

ALONE = 20_000
"""Records that are checked sooner than other processes are started."""


class Chunks:
    """What is being checked, in the journal's order; each ends with its first wrong signature."""

    def __init__(
        self, results: Sequence[Callable[[], Wrong | None]], futures: Sequence[Future[Any]] = ()
    ) -> None:
        self._results = results
        self._futures = futures

    @property
    def shared(self) -> bool:
        """Do other processes check them?"""
        return bool(self._futures)

    def done(self) -> int:
        """How many records the other processes have checked."""
        return CHUNK * sum(future.done() for future in self._futures)

    def collect(self, before: int = sys.maxsize) -> Iterator[None]:
        """Wait for one after the other; Broken for the first that is wrong before a record."""
        for result in self._results:
            wrong = result()
            if wrong and wrong.seq < before:
                raise Broken(wrong.seq, wrong.how)
            yield


@contextmanager
def checking(
    path: Path, vfs: str, after: int, last: int, keys: Sequence[KeyInForce]
) -> Iterator[Chunks]:
    """Have the signatures behind `after` checked meanwhile; nothing is left running behind it."""
    ranges = [(start, min(start + CHUNK, last)) for start in range(after, last, CHUNK)]
    if last - after < ALONE:
        yield Chunks([partial(check_chunk, path, vfs, *each, keys) for each in ranges])
        return
    context = multiprocessing.get_context("spawn")  # a fork would take the threads' locks along
    with ProcessPoolExecutor(os.cpu_count(), context) as pool:
        asked = [pool.submit(check_chunk, path, vfs, *each, keys) for each in ranges]
        try:
            yield Chunks([future.result for future in asked], asked)
        finally:
            # Where the walk found something, what is not begun is of no interest.
            pool.shutdown(wait=True, cancel_futures=True)
