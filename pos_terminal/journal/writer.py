"""The one thread that writes: takes what waits, makes it records, commits, then answers.

Everything that waits when a commit begins, up to GROUP calls, shares that commit: on a disk whose
sync takes 50 ms the till still takes all that is keyed. One group is
one INSERT statement in one transaction; an append's events are never split between two.
"""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

import apsw
from msgspec import Struct

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import KeyMade, SignerDown
from pos_terminal.domain.moment import Moment
from pos_terminal.journal import keyring, signer, signer_outage, state_directory
from pos_terminal.journal.batch import Batch
from pos_terminal.journal.commit import Commits
from pos_terminal.journal.continuation import Continuation
from pos_terminal.journal.errors import JournalFailed, failed
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.record import Record, Running
from pos_terminal.journal.signer import Signer
from pos_terminal.journal.wal import BOUND, IDLE, LIMIT, SOON, Checkpointer, take_in
from pos_terminal.storage.sqlite import let_go
from pos_terminal.tasks.contain import contained

GROUP = 32
"""Appends that share one commit at most."""

EVENTS = 1000
"""Events in one append at most; a group is full once it has as many."""


class Append(Struct, frozen=True):
    """Events to be made durable together, and the future that hears of it."""

    events: tuple[Event, ...]
    moment: Moment
    future: "asyncio.Future[tuple[Record, ...]]"
    successor: Signer | None = None
    """Signs from behind a key.rotated among these events on."""


class Committed(Struct, frozen=True):
    """What one commit made durable: every record, each append's own, and the state after it."""

    records: list[Record]
    appends: list[tuple[Append, tuple[Record, ...]]]
    running: Running


class Writer:
    """Owns the writing connection. `queue` takes appends; None ends it once all before is done.

    `committed` and `failed` are called on the loop of the appends' futures. After `failed` the
    thread is at its end and what is left in `queue` is the caller's to answer.
    """

    def __init__(
        self,
        *,
        directory: Path,
        db: apsw.Connection,
        checkpointer: Checkpointer,
        running: Running,
        tree: Frontier,
        signing: Signer,
        was_down: SignerDown | None = None,
        continuation: Continuation | None = None,
        committed: Callable[[Committed], None],
        failed: Callable[[JournalFailed, list[Append]], None],
    ) -> None:
        self.queue: SimpleQueue[Append | None] = SimpleQueue()
        self._directory = directory
        self._db = db
        self._commits = Commits(db)
        self._checkpointer = checkpointer
        self._running = running
        self._tree = tree
        self._leaves: list[bytes] = []
        self._signer = signing
        self._was_down = was_down
        self._continuation = continuation
        self._committed = committed
        self._failed = failed
        self._frames = 0
        self._stopping = False
        # A connection has one such hook: this one takes the place of SQLite's, which would take the
        # log in within a commit.
        db.set_wal_hook(self._count_frames)
        self._thread = Thread(target=self._run, name="journal-writer", daemon=True)

    def start(self) -> None:
        """Begin to take appends."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the end: None was put, or a commit failed."""
        self._thread.join()

    @property
    def is_at_work(self) -> bool:
        """Whether it may still write."""
        return self._thread.is_alive()

    def _count_frames(self, db: apsw.Connection, name: str, frames: int) -> int:
        self._frames = frames
        return apsw.SQLITE_OK

    def _run(self) -> None:
        try:
            while group := self._take():
                if not self._write(group):
                    break
        finally:
            self.release()

    def release(self) -> None:
        """Let the file go, with the log taken in as far as nobody reads an earlier state."""
        self._checkpointer.stop()
        # SQLite does so as the last connection closes, and any program may have another one open.
        # Where the log's name was removed, what it holds is nowhere else: this is its last moment.
        take_in(self._db, whole=True)
        let_go(self._db)

    def _take(self) -> list[Append]:
        """The next group; empty at the end. In a quiet moment, has the log taken into the file."""
        while True:
            if self._stopping:
                return []
            try:
                # With a short log nothing is to be done in a quiet moment: an idle till wakes
                # nobody.
                first = self.queue.get(timeout=IDLE if self._frames >= SOON else None)
                break
            except Empty:
                self._checkpointer.ask()
                self._frames = 0
        group: list[Append] = []
        taken: Append | None = first
        events = 0
        while taken is not None:
            group.append(taken)
            events += len(taken.events)
            if len(group) == GROUP or events >= EVENTS:
                return group
            try:
                taken = self.queue.get_nowait()
            except Empty:
                return group
        # The None that ends it came behind these: they are still written and answered.
        self._stopping = True
        return group

    def _write(self, group: list[Append]) -> bool:
        """Commit `group` and answer. False where it failed: nothing more may be written then."""
        loop = group[0].future.get_loop()
        # Whatever ends this thread must reach all who wait.
        with contained(partial(self._fail, group)):
            committed = self.commit(group)
            # Answered before the log is looked after: the next screen waits for this, not for that.
            loop.call_soon_threadsafe(self._committed, committed)
            self.tend()
            return True
        return False

    def _fail(self, group: list[Append], error: BaseException) -> None:
        if isinstance(error, signer.SignerDown):
            signer_outage.note(
                self._directory, self._signer.public.key, error.detail, group[0].moment.at
            )
        loop = group[0].future.get_loop()
        loop.call_soon_threadsafe(self._failed, failed(error), group)

    def tend(self) -> None:
        """Keep the log from growing without bound."""
        if self._frames >= BOUND:
            # In this thread, so that the next commit waits: better than a log that fills the disk.
            take_in(self._db)
        elif self._frames >= LIMIT:
            self._checkpointer.ask()

    def commit(self, group: list[Append]) -> Committed:
        """Write `group` in one transaction; durable on return, unless it raises."""
        batch = Batch(self._running, self._tree, self._signer, self._leaves)
        done: list[tuple[Append, tuple[Record, ...]]] = []
        for event in self._prelude():
            batch.add(event, group[0].moment)
        for append in group:
            records = [batch.add(each, append.moment, append.successor) for each in append.events]
            done.append((append, tuple(records)))
        # Until this has returned nothing of the batch is believed: where it fails, the state here
        # is still that of the last commit.
        self._commits.write(batch, self._running.seq)
        self._adopt(batch)
        return Committed(batch.records, done, batch.running)

    def _prelude(self) -> Iterator[Event]:
        """What stands before the first append: the keys, once; that the signer had been down."""
        if self._continuation:
            yield self._continuation.event(self._running, self._signer)
        if not self._running.key:
            keys = self._signer.public
            yield KeyMade(
                key=keys.key,
                record_key=keys.record.hex(),
                checkpoint_key=keys.checkpoint.hex(),
                origin=self._signer.origin,
                # None, but where somebody decided to begin a journal in the place of one that is
                # lost: opening refused anybody else.
                lost=tuple(keyring.used(self._directory)),
            )
        if self._was_down:
            yield self._was_down

    def _adopt(self, batch: Batch) -> None:
        """The batch is on the disk: what stands beside the journal follows, and so does the state.

        The first commit's mark makes the names of the journal's own files durable, too.
        """
        if self._running.seq == 0:
            # Behind the commit: a mark without a journal is an alarm, a journal without a mark gets
            # one at the next start.
            state_directory.write_mark(self._directory, batch.records[0])
        if self._running.seq == 0 or self._continuation:
            self._signer.adopt()
            self._continuation = None
        if self._was_down:
            # Only now: until its record is durable the file alone knows of the outage.
            signer_outage.forget(self._directory)
            self._was_down = None
        if batch.signer is not self._signer:
            # The old key goes once the rotation is on the disk: before that, it alone can go on.
            batch.signer.adopt()
            self._signer.retire()
            self._signer = batch.signer
        self._running, self._tree = batch.running, batch.tree
        if batch.seals:
            # The checkpoint's tree has them; what follows grows on that.
            self._leaves.clear()
        self._leaves += batch.leaves
