"""A SQLite file with one thread that owns it: jobs in order, each a transaction, each awaited.

The idea of the package sqlite3-worker, kept for what is no journal; docs/journal.md says why the
package is not. A job's caller goes on once its transaction is committed, and hears its error.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import apsw

from pos_terminal.storage.sqlite import let_go, writing

T = TypeVar("T")

Job = Callable[[apsw.Connection], T]
"""Work on the file, in a transaction that is committed when it returns and undone if it raises."""

WAITING = 256
"""Jobs that may wait at once. Who comes faster than the disk is told so, before memory is full."""


STEPS = 100_000
"""Steps of SQLite's machine between two looks at whether it shall stop: some milliseconds."""


class Busy(RuntimeError):
    """So many jobs wait that this one was not taken: it was not done."""


class Worker:
    """Owns the file that `opened` opens, once there is a job for it."""

    def __init__(self, name: str, opened: Callable[[], apsw.Connection]) -> None:
        self._opened = opened
        self._db: apsw.Connection | None = None
        self._thread = ThreadPoolExecutor(1, name)
        self._waiting: set[Future[Any]] = set()
        self._closing = False

    async def do(self, job: Job[T]) -> T:
        """What the job returns, once it is committed; raises what it, or opening the file, raised.

        Cancelled, the job is still done. Busy where too many wait.
        """
        # Said at once: who waits in an endless queue learns too late that nothing is done.
        if len(self._waiting) >= WAITING:
            raise Busy(f"{len(self._waiting)} jobs wait already")
        asked = self._thread.submit(self._done, job)
        self._waiting.add(asked)
        asked.add_done_callback(self._waiting.discard)
        return await asyncio.shield(asyncio.wrap_future(asked))

    def close(self) -> None:
        """Stop the job at work, do those that wait, and let the file go. Blocks until then."""
        self._closing = True
        # In the thread that opened it, behind the jobs: SQLite connections are not passed around.
        self._thread.submit(self._let_go)
        self._thread.shutdown()

    def _done(self, job: Job[T]) -> T:
        if self._db is None:
            self._db = self._opened()
            # Not interrupt(), which passes by a job that is between two statements.
            self._db.set_progress_handler(lambda: self._closing, STEPS)
        with writing(self._db):
            return job(self._db)

    def _let_go(self) -> None:
        if self._db:
            let_go(self._db)
            self._db = None
