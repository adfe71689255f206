"""Copies of an archive, before anything is given up for them: sound, whole, and of this journal."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import msgspec

from pos_terminal.archive.texts import PREFIX
from pos_terminal.journal.chain import Row
from pos_terminal.journal.unreadable import UNREADABLE

VERIFIER = "pos_terminal.archive.verifier.check"
"""Run in a process of its own, as the file that the archive has."""

TIMEOUT = 6 * 3600.0
"""Seconds that verifying one copy may take: years of records from a slow stick."""


class BadCopy(Exception):
    """This copy cannot stand for the records; the message says which it is, and why."""


class Attested(msgspec.Struct, frozen=True):
    """A line of signatures.jsonl."""

    seq: int
    hash: str
    sig: str | None


class Manifest(msgspec.Struct, frozen=True):
    """What manifest.json says that matters here."""

    first: int
    last: int
    store: str
    terminal: str
    sim: bool
    broken: str


@dataclass(frozen=True, slots=True)
class Copy:
    """A verified archive: its file, SHA-256 in hex, and manifest."""

    path: Path
    sha256: str
    manifest: Manifest

    def rows(self) -> Iterator[Row]:
        """Its records in order, with hash and signature; the kind is the record's own."""
        with ZipFile(self.path) as archive:
            records = archive.open("records.jsonl")
            attested = archive.open("signatures.jsonl")
            for rec, line in zip(records, attested, strict=True):
                said = _ATTESTED.decode(line)
                sig = bytes.fromhex(said.sig) if said.sig else None
                bare = rec[:-1]
                kind = _KIND.decode(bare).kind
                yield Row(said.seq, kind, bare, bytes.fromhex(said.hash), sig)

    def texts(self) -> Iterator[bytes]:
        """The texts that its records name; they are what their names say (the verifier)."""
        with ZipFile(self.path) as archive:
            for name in archive.namelist():
                if name.startswith(PREFIX):
                    yield archive.read(name)

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of one of its files, such as checkpoints.jsonl."""
        with ZipFile(self.path) as archive, archive.open(name) as file:
            yield from file


class _Kind(msgspec.Struct, frozen=True):
    kind: str


_ATTESTED = msgspec.json.Decoder(Attested)
_KIND = msgspec.json.Decoder(_Kind)
_MANIFEST = msgspec.json.Decoder(Manifest)


def verified(path: Path) -> Copy:
    """The archive at `path`, once its own verifier has found it right, signatures included."""
    if not path.is_file():
        raise BadCopy(f"{path}: there is no such file")
    call = (sys.executable, "-m", VERIFIER, str(path), "--lang", "en")
    done = subprocess.run(call, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if done.returncode:
        said = (done.stdout or done.stderr).strip().splitlines()
        raise BadCopy(f"{path}: {' '.join(said[-3:])}")
    return read_copy(path)


def read_copy(path: Path) -> Copy:
    """The archive at `path`, as it says that it is; BadCopy where it is none."""
    try:
        with path.open("rb") as file:
            sha256 = file_digest(file, "sha256").hexdigest()
        with ZipFile(path) as archive:
            manifest = _MANIFEST.decode(archive.read("manifest.json"))
    except (BadZipFile, KeyError, *UNREADABLE, OSError) as error:
        raise BadCopy(f"{path}: {error}") from error
    return Copy(path, sha256, manifest)


def verified_copies(paths: Sequence[Path]) -> list[Copy]:
    """Two copies or more, each verified, none of them the same file under two names."""
    if len(paths) < 2:
        raise BadCopy("two copies are needed, on two media")
    places: set[tuple[int, int]] = set()
    for path in paths:
        if not path.is_file():
            raise BadCopy(f"{path}: there is no such file")
        place = path.stat()
        if (place.st_dev, place.st_ino) in places:
            raise BadCopy(f"{path}: it is the same file as another copy")
        places.add((place.st_dev, place.st_ino))
    return [verified(path) for path in paths]


def must_hold(copy: Copy, rows: Iterator[Row]) -> None:
    """BadCopy unless the copy holds these rows, every byte and signature of them."""
    theirs = copy.rows()
    mine = next(rows, None)
    for row in theirs:
        if mine is None:
            return
        if row.seq < mine.seq:
            continue
        if row != mine:
            raise BadCopy(f"{copy.path}: its record {row.seq} is not this journal's {mine.seq}")
        mine = next(rows, None)
    if mine is not None:
        raise BadCopy(f"{copy.path}: it ends before record {mine.seq}")
