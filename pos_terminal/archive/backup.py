"""A backup: one file with all that is no projection, copied while the till sells, and read again.

A ZIP of the state directory's own files and `backup.json`, which names each with its size and
SHA-256. Private keys are in none: they go into a file of their own, to be kept elsewhere, for with
both whoever finds them reads the personal data and signs as the till (docs/closing.md).
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import apsw
import msgspec

from pos_terminal.archive.copies import BadCopy
from pos_terminal.archive.state_files import STATE_FILES
from pos_terminal.domain.language import say
from pos_terminal.journal import keyring
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.state_directory import read_mark
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.journal.verify import Level, verify
from pos_terminal.storage.files import sync_directory
from pos_terminal.storage.slots import quiet
from pos_terminal.storage.sqlite import connect, let_go

MANIFEST = "backup.json"
SLOTS = "persons.slots"
FORMAT = "pos-terminal backup"
VERSION = 1
LONGEST_MANIFEST = 1 << 20
"""Bytes of `backup.json` that are read at most: ten thousand catalogues."""

_CHUNK = 1 << 20


class BackupFile(msgspec.Struct, frozen=True):
    """A file of the backup, by its path in the state directory."""

    name: str
    size: int
    sha256: str


class BackupManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What `backup.json` says. `records` is how many the journal has; 0 in a file of keys.

    `key` is the id of the key that signs on: without it no till sells upon what is restored.
    """

    format: str
    v: int
    store: str
    terminal: str
    records: int
    head: str
    key: str
    files: list[BackupFile]


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A backup that was read again, every byte of it."""

    sha256: str
    size: int
    records: int
    head: str
    key: str


def make(directory: Path, out: Path) -> BackupMade:
    """Back the state in `directory` up into the new file `out`, but for its private keys.

    FileExistsError where it is there, another OSError where it cannot be written, JournalError
    where the journal is not what was written. Writes and reads some three times the state's size.
    """
    with reading(directory / NAME):  # what is no till's is said as such, before anything is made
        pass
    with _beside(out) as folder:
        # Persons first: the journal must know of everybody who was erased from the copy of them.
        with quiet(directory / SLOTS):  # each row beside its key: an older row has none any more
            for name in (each for each in STATE_FILES if each.endswith(".db")):
                if (directory / name).exists():
                    copy_database(directory / name, folder / name)
            _take(directory / SLOTS, folder / SLOTS)
        copy_database(directory / NAME, folder / NAME)
        for name in STATE_FILES:
            if not name.endswith(".db") and name not in (SLOTS, f"{keyring.FOLDER}/"):
                _take(directory / name, folder / name)
        found = verify(folder / NAME, level=Level.CHAIN)
        with reading(folder / NAME) as reader:
            keys = reader.stored_keys()
        return _pack(folder, out, found.records, found.head, keys[-1].key if keys else "")


def make_keys(directory: Path, out: Path, key: str) -> BackupMade:
    """Put the private keys of the state into the new file `out`, that one above all.

    BadCopy where it is not there any more: it was changed meanwhile. Other errors as for `make`.
    """
    with _beside(out) as folder:
        _take(directory / keyring.FOLDER, folder / keyring.FOLDER)
        if not (folder / keyring.FOLDER / f"{key}.pem").exists():
            raise BadCopy(f"{directory}: key {key} is not there: back up again")
        shutil.copy2(directory / "journal.mark", folder / "journal.mark")
        return _pack(folder, out, 0, "", key)


def is_backup(path: Path) -> bool:
    """Whether that file is one of these, good or bad."""
    try:
        with ZipFile(path) as archive:
            return MANIFEST in archive.namelist()
    except (BadZipFile, OSError):
        return False


def unpack(source: Path, keys: Path | None, directory: Path) -> None:
    """Put a backup, and perhaps its keys, into an empty directory. BadCopy names what is wrong."""
    whole = _unpacked(source, directory)
    if not whole.records:
        only_keys = say("{file} ne porte que des clés : le donner par --keys")
        raise BadCopy(only_keys.format(file=source))
    if keys is None:
        return
    beside = _unpacked(keys, directory)
    if beside.records:
        raise BadCopy(say("{file} n'est pas un fichier de clés").format(file=keys))
    if (beside.store, beside.terminal) != (whole.store, whole.terminal):
        raise BadCopy(say("la sauvegarde et les clés sont de deux caisses"))


def copy_database(source: Path, target: Path) -> None:
    """Copy a database as SQLite sees it at this moment, its log included; writers go on meanwhile.

    In one step: a copy in several is begun anew whenever somebody has written in between.
    """
    target.touch(mode=source.stat().st_mode & 0o777)
    with closing(connect(source, "", apsw.SQLITE_OPEN_READONLY)) as old:
        new = connect(target, "", apsw.SQLITE_OPEN_READWRITE)
        try:
            with new.backup("main", old, "main") as backup:
                backup.step(-1)
        finally:
            let_go(new)


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    if out.exists():
        raise FileExistsError(f"{out} is there already")
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _take(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.is_file():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        shutil.copy2(source, target)


def _pack(folder: Path, out: Path, records: int, head: str, key: str) -> BackupMade:
    """Make the ZIP, read it again whole, and give it its name."""
    mark = read_mark(folder)
    found = (path for path in folder.rglob("*") if path.is_file())
    files = sorted(path for path in found if _is_ours(str(path.relative_to(folder))))
    manifest = BackupManifest(
        format=FORMAT,
        v=VERSION,
        store=mark.store if mark else "",
        terminal=mark.terminal if mark else "",
        records=records,
        head=head,
        key=key,
        files=[_part(folder, path) for path in files],
    )
    draft = folder / "draft.zip"
    draft.touch(mode=0o600)
    with ZipFile(draft, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        for path in files:
            archive.write(path, path.relative_to(folder))
    with ZipFile(draft) as archive:
        for part in manifest.files:
            _read(archive, part, None)
    with draft.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    made = BackupMade(digest, draft.stat().st_size, records, head, key)
    draft.replace(out)
    sync_directory(out.parent)
    return made


def _part(folder: Path, path: Path) -> BackupFile:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return BackupFile(str(path.relative_to(folder)), path.stat().st_size, digest)


def _unpacked(path: Path, directory: Path) -> BackupManifest:
    try:
        with ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            for part in manifest.files:
                target = directory / part.name
                if not _is_ours(part.name):
                    raise BadCopy(f"{path}: {part.name!r} is no file of a till's")
                target.parent.mkdir(mode=0o700, exist_ok=True)
                # The mark is in both files, and the same.
                with open(target, "wb", opener=_private) as file:
                    _read(archive, part, file)
            return manifest
    except (BadZipFile, KeyError, EOFError, NotImplementedError) as error:
        raise BadCopy(f"{path}: {error}") from error


def _manifest(archive: ZipFile, path: Path) -> BackupManifest:
    with archive.open(MANIFEST) as file:
        source = file.read(LONGEST_MANIFEST + 1)
    try:
        found = msgspec.json.decode(source, type=BackupManifest)
    except UNREADABLE as error:
        raise BadCopy(f"{path}: {MANIFEST}: {error}") from error
    if found.format != FORMAT or found.v > VERSION:
        raise BadCopy(f"{path}: {found.format!r} {found.v} is not read by this version")
    return found


def _is_ours(name: str) -> bool:
    """Whether a till keeps a file of that name: nothing else is ever written."""
    folder, _, file = name.rpartition("/")
    if f"{folder}/" in STATE_FILES:
        return file not in ("", ".", "..")
    return name == NAME or name in STATE_FILES


def _private(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _read(archive: ZipFile, part: BackupFile, into: IO[bytes] | None) -> None:
    """Read a part whole, no more of it than it may have; BadCopy where it is not what it was."""
    digest, left = sha256(), part.size
    with archive.open(part.name) as file:
        while chunk := file.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            if into:
                into.write(chunk)
    if left or digest.hexdigest() != part.sha256:
        raise BadCopy(f"{archive.filename}: {part.name} is not what was written")
    if into:
        into.flush()
        os.fsync(into.fileno())
