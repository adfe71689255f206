"""Taking the write-ahead log into the database file, without an append ever waiting for it.

SQLite would do so inside every thousandth commit, which then costs three or four syncs instead of
one: on an SD card, a second. Here a second connection on a thread of its own does it, PASSIVE, so
that it takes no lock that a commit needs; asked in a quiet moment once the log is worth it, or
whatever happens at LIMIT, which bounds the log.
"""

import logging
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import apsw

from pos_terminal.journal.database import make_durable
from pos_terminal.storage.sqlite import connect, let_go

SOON = 768
"""Frames of 4 KiB in the log from which a quiet moment is used: a restart reads about 3 MiB. The
first commit behind it syncs twice, so the fewer the better for a slow card: one in about 300."""

LIMIT = 1024
"""Frames at which the log is taken in however busy the till is, beside its commits."""

BOUND = 8192
"""Frames at which a commit does wait: appends that never paused outran the other thread."""

NO_PAGES = 2
"""Pages of a cache: for fewer than three SQLite sets no memory aside (pcache1.c)."""

IDLE = 1.0
"""Seconds without an append that make a quiet moment."""

LAST_WAIT = 1000
"""Milliseconds for which the writer, at its end, waits for those who read an earlier state: enough
for a question. Who never ends must not have the service manager kill a till that stops
(TimeoutStopSec= in pos-terminal.service)."""

log = logging.getLogger(__name__)


class Checkpointer:
    """The thread that takes the log in. It never stops an append, and no record depends on it."""

    def __init__(self, path: Path, vfs: str) -> None:
        with ExitStack() as undo:
            self._db = connect(path, vfs, apsw.SQLITE_OPEN_READWRITE)
            undo.callback(let_go, self._db)
            # Its own syncs count: the file must be safe before the log is used anew.
            make_durable(self._db)
            # It copies pages and keeps none: SQLite would take room for twenty at once.
            self._db.pragma("cache_size", NO_PAGES)
            undo.pop_all()
        self._asked: SimpleQueue[bool] = SimpleQueue()
        self._thread = Thread(target=self._run, name="journal-checkpoint", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Take the log in now, unless that is asked for already."""
        # One request stands for all that come before it is served.
        if self._asked.empty():
            self._asked.put(True)

    def stop(self) -> None:
        """End, and let the file go."""
        self._asked.put(False)
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._asked.get():
                take_in(self._db)
        finally:
            let_go(self._db)


def take_in(db: apsw.Connection, *, whole: bool = False) -> None:
    """One checkpoint. Its failure loses nothing: the log stays, and is taken in later.

    `whole` waits LAST_WAIT for those who read an earlier state: for the writer's last moment.
    """
    # PASSIVE never waits for a reader or the writer; FULL and the others would hold commits up.
    mode = apsw.SQLITE_CHECKPOINT_PASSIVE
    if whole:
        mode = apsw.SQLITE_CHECKPOINT_FULL
        db.set_busy_timeout(LAST_WAIT)
    try:
        db.wal_checkpoint(mode=mode)
    except apsw.BusyError:
        if whole:
            log.warning("somebody goes on reading an earlier state: the log's end stays in the log")
        else:
            log.debug("a commit was at the log's index that very moment; the next one asks again")
    except apsw.Error as error:
        log.warning("the log was not taken into journal.db, and stays: %s", error)
