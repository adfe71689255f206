"""The journal as the program uses it: append and know it durable, replay and follow."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack
from pathlib import Path
from queue import Empty
from typing import NamedTuple

import apsw

from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import KeyRotated, TillHandedOver
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.journal import database, keyring, last_backup, signer_outage, state_directory
from pos_terminal.journal.continuation import Continuation
from pos_terminal.journal.cosignature import witnessed
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import Broken, JournalError, JournalFailed, using
from pos_terminal.journal.log_file import ASIDE, has_hole, keep_aside
from pos_terminal.journal.record import Record, Running
from pos_terminal.journal.signer import Signer, Signers
from pos_terminal.journal.state_directory import Mark
from pos_terminal.journal.tail import Tail, read_tail
from pos_terminal.journal.wal import Checkpointer
from pos_terminal.journal.witness import compare
from pos_terminal.journal.writer import EVENTS, Append, Committed, Writer
from pos_terminal.storage.sqlite import let_go
from pos_terminal.tasks.groups import to_the_end

log = logging.getLogger(__name__)

BATCH = 256
"""Records that a follower reads from the disk at once."""


class JournalFound(NamedTuple):
    """What opening found: the journal's end, and who signs what follows."""

    tail: Tail
    signers: Signers
    signer: Signer
    continuation: Continuation | None = None


class Journal:
    """One till's journal, held by this process alone. All methods belong to one loop's thread."""

    def __init__(
        self,
        path: Path,
        vfs: str,
        lock: state_directory.Lock,
        db: apsw.Connection,
        found: JournalFound,
    ) -> None:
        self.doubts: tuple[str, ...] = ()
        """What was found spoilt beside the journal and made anew, in French: to be recorded."""
        self.witnessed = 0
        """Up to which record others have seen it, by whoever looked last."""
        self._path = path
        self._vfs = vfs
        self._lock = lock
        tail = found.tail
        self._signers = found.signers
        self._running = tail.running
        self._recent = deque(tail.recent)
        self._last_commit = time.monotonic()
        self._failure: JournalFailed | None = None
        self._rotating = asyncio.Lock()
        self._closing = False
        self._closed = False
        self._news = asyncio.Event()
        self._writer = Writer(
            directory=path.parent,
            db=db,
            checkpointer=Checkpointer(path, vfs),
            running=tail.running,
            tree=tail.tree,
            signing=found.signer,
            was_down=signer_outage.noted(path.parent),
            continuation=found.continuation,
            committed=self._on_commit,
            failed=self._on_failure,
        )
        self._writer.start()

    @classmethod
    def open(
        cls,
        directory: Path,
        identity: Identity,
        *,
        vfs: str = "",
        signers: Signers = keyring.software,
        witness: Path | None = None,
        quorum: int = 1,
        anew: bool = False,
        continuation: Continuation | None = None,
        since: Running | None = None,
    ) -> "Journal":
        """Take the journal in `directory` up, or begin one where none ever was.

        Blocks for a few milliseconds, however long the journal is. `vfs` names an SQLite VFS for
        tests. JournalError, with its fault, where it is held by another process, another till's,
        damaged, newer than this program, where the disk refuses, or where nobody can sign it:
        keys are made where no record was ever signed, and never anew (J-113). With a `witness`'s
        directory the journal must go on from what was seen there; one that cannot be read is
        logged; `quorum` is how many witnesses it takes. `anew`: somebody decided that a journal
        begins where another was lost, and the caller's first append says who (J-114 where none was
        lost). `continuation`: the key in force
        is lost, and somebody decided that the till goes on under new ones; the same holds (J-116
        where it is not lost). `since` is the state that this process knows to be durable: a journal
        that does not go on from there is J-104.
        """
        path = directory / NAME
        with using(path), ExitStack() as undo:
            # The lock before anything is read: what is found is then true until it is let go.
            lock = state_directory.prepare(directory)
            undo.callback(lock.release)
            mark, doubts = _mark(directory)
            # Before the file is made: one that is gone must not be mistaken for a till that never
            # sold.
            if not path.exists() and not anew:
                _must_never_have_sold(directory)
            confirmed = state_directory.is_confirmed(directory, identity.software)
            db = database.open_writer(path, vfs, confirmed=confirmed)
            undo.callback(let_go, db)
            doubts += _hole(path, db)
            if continuation:
                _must_be_lost(directory, path, vfs)
            tail = read_tail(path, vfs, identity, mark, signers, heir=continuation)
            if tail.first is None and not anew:
                _must_never_have_sold(directory)
            if tail.first and anew:
                detail = say("{path} : {count} écritures", path=path, count=tail.running.seq)
                raise JournalError(faults.JOURNAL_KEPT, detail)
            # Behind the journal's own check, and before anything is written: an older copy that
            # was put back is whole in itself, and only who looked from outside knows better.
            if witness and not continuation:  # whoever decides it has asked, and says what is lost
                _must_go_on(path, vfs, witness, identity)
            if since and since.seq:
                _must_have_kept(path, vfs, since)
            if tail.first and not mark:
                state_directory.write_mark(directory, tail.first)
            signer = tail.signer or signers(directory, "")
            # A signer that fails here stops the start; the first sale would be too late to hear of
            # it.
            signer_outage.check(directory, signer)
            found = JournalFound(tail, signers, signer, continuation)
            journal = cls(path, vfs, lock, db, found)
            journal.doubts = doubts
            with reading(path, vfs) as reader:
                journal.witnessed = witnessed(reader, quorum).size
            # From here on the Journal owns lock and connection.
            undo.pop_all()
            return journal

    @property
    def running(self) -> Running:
        """The state as of the last durable record."""
        return self._running

    def quiet_for(self) -> float:
        """Seconds since the last commit, or since it was opened."""
        return time.monotonic() - self._last_commit

    def recent(self) -> list[Record]:
        """The records from `running.base` on: what a restart needs to take an open sale up."""
        return list(self._recent)

    def append(
        self, events: Sequence[Event], moment: Moment, successor: Signer | None = None
    ) -> "asyncio.Future[tuple[Record, ...]]":
        """Make `events` durable, all or none, behind all appends before.

        The future has the records once they are on the disk; futures end in the order of the
        calls. JournalFailed where they could not be written: then the state of the disk is not
        known, every later append fails likewise, and only a reopened journal tells.
        """
        future: asyncio.Future[tuple[Record, ...]] = asyncio.get_running_loop().create_future()
        if len(events) > EVENTS:
            raise ValueError(f"{len(events)} events in one append; at most {EVENTS}")
        if self._failure:
            future.set_exception(self._failure)
        elif self._closing:
            future.set_exception(JournalFailed(faults.JOURNAL_FAILED, say("le journal est fermé")))
        elif not events:
            future.set_result(())
        else:
            self._writer.queue.put(Append(tuple(events), moment, future, successor))
        return future

    async def rotate_keys(self, moment: Moment) -> Record:
        """Make new keys, and have them take over by a record that both record keys sign.

        JournalFailed as for `append`; JournalError where new keys cannot be made. The first record
        must be there.
        """
        directory = self._path.parent
        async with self._rotating:
            with using(directory):
                successor = await asyncio.to_thread(self._signers, directory, "")
            new, old = successor.public, self._running.key
            # Signed by the new key as well: nobody can name a key that he does not hold. In a
            # thread: a token may take its time.
            agreed = f"{old}:{new.key}".encode()
            proof = (await asyncio.to_thread(successor.seal, agreed)).signature
            rotated = KeyRotated(
                old=old,
                key=new.key,
                record_key=new.record.hex(),
                checkpoint_key=new.checkpoint.hex(),
                proof=proof.hex(),
                origin=successor.origin,
            )
            (record,) = await self.append([rotated], moment, successor)
            return record

    async def hand_over(self, key: str, moment: Moment, before: Sequence[Event] = ()) -> Record:
        """End the journal here: it goes on in another box, under the key with that id.

        The record names it, and its key in force agrees; `before` comes with it. JournalFailed as
        for `append`, from then on for every append.
        """
        async with self._rotating:
            old = self._running.key
            signer = await asyncio.to_thread(self._signers, self._path.parent, old)
            agreed = (await asyncio.to_thread(signer.seal, f"{old}:{key}".encode())).signature
            handed = TillHandedOver(old=old, key=key, agreed=agreed.hex())
            # What waits behind it is not to be taken: the next record is another box's.
            future = self.append([*before, handed], moment)
            detail = say("remise à la clé {key}", key=key[:12])
            self.refuse(JournalError(faults.HANDED_OVER, detail))
            return (await future)[-1]

    async def records(self, after: int = 0) -> AsyncGenerator[Record, None]:
        """Every durable record behind number `after`, then each new one as it becomes durable.

        Ends when the journal is closed; raises JournalFailed once it has failed. A slow follower
        holds nobody up: what it missed is read from the disk. ValueError where the follower knows
        more than is there: then an older copy of the journal was put back.
        """
        if after > self._running.seq:
            raise ValueError(f"no record {after}: the journal ends with {self._running.seq}")
        while True:
            # Taken before the number is compared, or a commit between the two would wake nobody.
            news = self._news
            while after < self._running.seq:
                for record in await self._behind(after):
                    yield record
                    after = record.seq
            if self._failure:
                raise self._failure
            if self._closed:
                return
            await news.wait()

    async def grown(self, after: int) -> bool:
        """Wait for a durable record behind number `after`; False where none will come here."""
        while after >= self._running.seq:
            if self._failure or self._closed:
                return False
            await self._news.wait()
        return True

    def refuse(self, error: JournalError) -> None:
        """Take nothing more: somebody outside knows that this is not the whole journal.

        Whoever keeps the till opens it anew, and is told why by the same question.
        """
        if not self._failure:
            self._failure = JournalFailed(error.fault, error.detail)
            self._wake()

    async def close(self) -> None:
        """Write what still waits, then let the journal go, also where the caller is cancelled.

        May be called twice.
        """
        if not self._closing:
            self._closing = True
            # Behind all that wait: they are written first.
            self._writer.queue.put(None)
        try:
            await to_the_end(self._writer.join)
        finally:
            # Whoever is cancelled here does not call again: the lock would be held until the
            # process ends. Cancelled twice, it is: who still writes must not lose it.
            if not self._closed and not self._writer.is_at_work:
                self._closed = True
                self._lock.release()
                self._wake()

    async def _behind(self, after: int) -> list[Record]:
        """Some records behind `after`, in order, of those that are durable; at least one."""
        if self._recent and self._recent[0].seq <= after + 1:
            return [record for record in self._recent if record.seq > after]
        return await asyncio.to_thread(read_records, self._path, self._vfs, after, BATCH)

    def _on_commit(self, done: Committed) -> None:
        self._running = done.running
        self._last_commit = time.monotonic()
        self._recent.extend(done.records)
        for append, records in done.appends:
            if not append.future.done():
                append.future.set_result(records)
        # What a restart would need stays in memory: a counter that comes late reads no disk.
        while self._recent[0].seq < done.running.base:
            self._recent.popleft()
        self._wake()

    def _on_failure(self, error: JournalFailed, group: list[Append]) -> None:
        self._failure = error
        waiting: list[Append | None] = [*group]
        while True:
            try:
                waiting.append(self._writer.queue.get_nowait())
            except Empty:
                break
        for append in waiting:
            if append and not append.future.done():
                append.future.set_exception(error)
        self._wake()

    def _wake(self) -> None:
        # The old event stays set: who took it before this commit must not wait on it.
        self._news.set()
        self._news = asyncio.Event()


def _mark(directory: Path) -> tuple[Mark | None, tuple[str, ...]]:
    """The mark, and what is wrong with it: a spoilt one stops nobody, as a missing one does not.

    Beside a journal it is made again of the first record; beside none it tells that one was here.
    """
    try:
        return state_directory.read_mark(directory), ()
    except JournalError as error:
        log.error("%s %s", error, error.fault.remedy)
        return None, (f"{state_directory.MARK} illisible, refait : {error.detail}",)


def _hole(path: Path, db: apsw.Connection) -> tuple[str, ...]:
    """What is missing at the end of the log because of damage before it, in French."""
    valid, _ = db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
    if not has_hole(path, valid):
        return ()
    keep_aside(path)
    log.error("the log of %s is damaged: records behind that are lost, see %s", path, ASIDE)
    return (f"{path.name}-wal abîmé : des écritures sont perdues ; gardé à côté ({ASIDE})",)


def _must_never_have_sold(directory: Path) -> None:
    """JournalError (J-113) where a journal was kept here.

    Numbers that begin again at 1 are two tickets of one number: that is for a person to decide, by
    a record (`journal begin`).
    """
    left = left_behind(directory)
    if left:
        detail = say("{path} n'a pas d'écriture : {error}", path=directory / NAME, error=left)
        raise JournalError(faults.JOURNAL_LOST, detail)


def left_behind(directory: Path) -> str:
    """What tells that a journal was kept here, in French: it is recorded where another begins."""
    mark, spoilt = _mark(directory)
    if spoilt:
        return spoilt[0]
    if mark:
        return f"{state_directory.MARK} nomme un journal commencé par {mark.first[:12]}"
    keys = [key[:12] for key in keyring.used(directory)]
    if keys:
        return f"ces clés ont signé : {', '.join(keys)}"
    if (directory / last_backup.NAME).exists():
        return f"{last_backup.NAME} nomme une sauvegarde"
    return ""


def _must_be_lost(directory: Path, path: Path, vfs: str) -> None:
    """JournalError (J-116) where the key in force lies here, or no key was ever in force.

    One that has handed the till over signs no more, wherever it lies. A token that died takes its
    key along, whatever lies here of it.
    """
    with reading(path, vfs) as reader:
        keys, last = reader.stored_keys(), reader.last()
        if last and isinstance(reader.record(last).event, TillHandedOver):
            return
    here = directory / keyring.FOLDER
    files = (here / f"{keys[-1].key}{end}" for end in (".pem", ".new")) if keys else ()
    if not keys or (any(map(Path.exists, files)) and not keyring.has_token_key(directory)):
        raise JournalError(faults.KEY_KEPT, f"{here}")


def _must_have_kept(path: Path, vfs: str, since: Running) -> None:
    """JournalError where what was acknowledged is not there: another copy took the journal's place,
    and what it lacks nobody else may know of.
    """
    with reading(path, vfs) as reader:
        rows = reader.hashes(since.seq - 1, 1)
    if rows != [since.head]:
        raise Broken(since.seq, say("la caisse l'a écrite ici, et elle n'y est plus"))


def _must_go_on(path: Path, vfs: str, witness: Path, identity: Identity) -> None:
    """JournalError where the witness saw more than is there, or something else."""
    try:
        with reading(path, vfs) as reader:
            compare(reader, witness, identity.store, identity.terminal)
    except JournalError as error:
        if error.fault is not faults.WITNESS_MISSING:
            raise
        log.warning("%s", advice(error))


def read_records(path: Path, vfs: str, after: int, limit: int) -> list[Record]:
    """At most `limit` records behind `after` that are not purged, from the disk; blocks."""
    with reading(path, vfs) as reader:
        return reader.records(after, limit)
