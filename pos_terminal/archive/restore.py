"""Puts a journal back from a backup: verified first, verbatim, into an empty directory only.

A copied state directory has everything, keys too; so have a backup and its file of keys. Archives
have the records with their signatures and checkpoints, but never a key: what comes back from them
can be read, verified and archived, and no till sells upon it, since nobody could sign what follows.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import apsw

from pos_terminal.archive import backup
from pos_terminal.archive.copies import BadCopy, Copy, verified
from pos_terminal.archive.state_files import STATE_FILES
from pos_terminal.domain.events.system import KeyMade, KeyReplaced, KeyRotated
from pos_terminal.domain.language import say
from pos_terminal.journal import catalogs, codec, commissioning, keyring, state_directory
from pos_terminal.journal.batch import CHECKPOINTS
from pos_terminal.journal.database import NAME, insert, open_writer, reading
from pos_terminal.journal.errors import Broken, using
from pos_terminal.journal.owner import OURS_NOT
from pos_terminal.journal.verify import verify
from pos_terminal.storage.sqlite import connect, let_go


class NoRestore(Exception):
    """This cannot be restored; the message says why. Nothing was left behind."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: so many records, the head's hash, and whether the till may go on.

    `persons` is as of when (local time) somebody's data are held; empty where nobody's are. Who was
    erased since is held again, and no record here says so: whoever restores has to know.
    """

    records: int
    head: str
    keys: bool
    persons: str = ""


def restore(sources: Sequence[Path], directory: Path, keys: Path | None = None) -> Restored:
    """Restore from one copied directory, from a backup and perhaps its `keys`, or from archives.

    Archives must together begin with record 1.

    NoRestore with the reason; JournalError where the disk refuses.
    """
    # Before the lock, which makes a file: what is here already is never written over.
    if directory.exists() and _content(directory):
        raise NoRestore(f"{directory} is not empty")
    if keys and not backup.is_backup(sources[0]):
        raise NoRestore(say("--keys va avec une sauvegarde, faite par « journal backup »"))
    made = not directory.exists()
    with using(directory):
        lock = state_directory.prepare(directory)
    try:
        with using(directory):
            if len(sources) == 1 and sources[0].is_dir():
                _from_directory(sources[0], directory)
            elif len(sources) == 1 and backup.is_backup(sources[0]):
                backup.unpack(sources[0], keys, directory)
            else:
                _from_archives(sources, directory)
        # The copy, and not only the source: what was put back is what will be sold upon.
        found = verify(directory / NAME)
    except BaseException as error:
        # Half a journal must not look like one: the next start would refuse it, or go on from it.
        clear(directory)
        if made:
            directory.rmdir()
        if isinstance(error, BadCopy | Broken):
            raise NoRestore(getattr(error, "detail", str(error))) from error
        raise
    finally:
        lock.release()
    # Not whether a key is there, but whether it is the one in force.
    sells = bool(found.key) and (directory / keyring.FOLDER / f"{found.key}.pem").exists()
    return Restored(found.records, found.head, sells, _persons(directory))


def _persons(directory: Path) -> str:
    path = directory / "persons.db"
    if not path.exists():
        return ""
    with closing(connect(path, "", apsw.SQLITE_OPEN_READONLY)) as db:
        if not db.execute("SELECT count(*) FROM person").get:
            return ""
    with reading(directory / NAME) as reader:
        return reader.record(reader.last()).envelope.at


def _content(directory: Path) -> list[Path]:
    """What lies there, but for a box's simulation, and for what a file system keeps at its top.

    A state may be a whole disk.
    """
    passed = (*OURS_NOT, commissioning.FOLDER, commissioning.HANDOVER)
    return [path for path in directory.iterdir() if path.name not in passed]


def clear(directory: Path) -> None:
    """Remove what was put back there."""
    for path in _content(directory):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _from_directory(source: Path, directory: Path) -> None:
    """Copy the journal, personal data, and what else lies beside it."""
    if not (source / NAME).exists():
        raise NoRestore(f"there is no {source / NAME}")
    verify(source / NAME)
    backup.copy_database(source / NAME, directory / NAME)
    for name in STATE_FILES:
        old, new = source / name, directory / name
        if old.is_dir():
            shutil.copytree(old, new)
        elif old.suffix == ".db" and old.is_file():
            backup.copy_database(old, new)
        elif old.is_file():
            new.parent.mkdir(mode=0o700, exist_ok=True)
            shutil.copy2(old, new)


def _from_archives(sources: Sequence[Path], directory: Path) -> None:
    copies = sorted((verified(path) for path in sources), key=lambda copy: copy.manifest.first)
    expected = 1
    whose = {(c.manifest.store, c.manifest.terminal, c.manifest.sim) for c in copies}
    if len(whose) > 1:
        raise NoRestore("the archives are of different tills")
    for copy in copies:
        if copy.manifest.first != expected:
            detail = f"begins with record {copy.manifest.first}, and {expected} is wanted"
            raise NoRestore(f"{copy.path} {detail}")
        expected = copy.manifest.last + 1
    db = open_writer(directory / NAME, "")
    try:
        for copy in copies:
            with db:
                _records(db, copy)
                _evidence(db, copy)
    finally:
        let_go(db)
    for copy in copies:
        for text in copy.texts():
            catalogs.keep(directory, text)
    first = next(copies[0].rows()).record()
    state_directory.write_mark(directory, first)


def _records(db: apsw.Connection, copy: Copy) -> None:
    db.executemany(insert(1), ((r.seq, r.kind, r.rec, r.hash, r.sig) for r in copy.rows()))


def _evidence(db: apsw.Connection, copy: Copy) -> None:
    """Checkpoints, cosignatures and keys, as the archive has them."""
    db.executemany("INSERT INTO checkpoint VALUES (?,?,?)", _checkpoints(copy))
    db.executemany("INSERT INTO cosignature VALUES (?,?,?,?,?)", _cosignatures(copy))
    db.executemany("INSERT INTO keys VALUES (?,?,?,?,NULL)", _keys(copy))


def _checkpoints(copy: Copy) -> Iterator[tuple[int, bytes, bytes]]:
    for line in copy.lines("checkpoints.jsonl"):
        said = json.loads(line)
        yield said["size"], said["body"].encode(), bytes.fromhex(said["sig"])


def _cosignatures(copy: Copy) -> Iterator[tuple[int, str, bytes, bytes, str]]:
    for line in copy.lines("cosignatures.jsonl"):
        said = json.loads(line)
        body, sig = said["body"].encode(), bytes.fromhex(said["sig"])
        yield said["size"], said["witness"], body, sig, said["at"]


def _keys(copy: Copy) -> Iterator[tuple[str, str, bytes, int]]:
    """The keys that records of this archive brought into force."""
    for row in copy.rows():
        if row.kind not in (KeyMade.kind, KeyRotated.kind, KeyReplaced.kind):
            continue
        event = row.record().event
        if isinstance(event, KeyMade | KeyRotated | KeyReplaced):
            yield event.key, codec.SIGNED, bytes.fromhex(event.record_key), row.seq
            yield event.key, CHECKPOINTS, bytes.fromhex(event.checkpoint_key), row.seq
