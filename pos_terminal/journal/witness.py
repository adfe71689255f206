"""The witness: looks from outside at how a journal grows, and signs what it has seen.

It is a directory on another medium or at a second terminal: `witness.key`, an Ed25519 key made
there, and a file for each till with the last checkpoint that it took. It takes only what goes on
from that one, and so finds what no chain can: records cut off at the end, an earlier copy put
back, and all of it written anew, even with the till's own keys.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from pos_terminal.crypto.keys import Ed25519
from pos_terminal.domain import faults
from pos_terminal.domain.events.system import KeyReplaced
from pos_terminal.domain.language import say
from pos_terminal.journal import checkpoint
from pos_terminal.journal.consistency_proof import Extension, KeysShown, confessed
from pos_terminal.journal.cosignature import Said, signed
from pos_terminal.journal.database import Reader, cosign
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.state_directory import Mark
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.storage.files import write_durably
from pos_terminal.verifier.cosignatures import Attested

KEY = "witness.key"
LOCK = "witness.lock"
_ENCODER = msgspec.json.Encoder(order="sorted")


class Refused(Exception):
    """What a till handed in does not go on from what the witness saw; the message says how."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the witness keeps of a till: the last checkpoint that it took, and the till's keys."""

    till: Mark
    checkpoint: bytes
    keys: KeysShown


class Cosignature(msgspec.Struct, frozen=True, kw_only=True):
    """The file that goes back: `body` is what the witness signed."""

    body: bytes
    sig: bytes

    @property
    def said(self) -> Said:
        """What it says. ValueError where it is none, or was changed."""
        return signed(self.body, self.sig)


class Witness:
    """One witness's directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def cosign(self, extension: Extension, now: datetime) -> Cosignature:
        """Take what a till handed in, durably, and sign it; Refused where it does not go on.

        OSError where the medium does not let it be kept: then nothing is signed.
        """
        with self._alone():
            return self._cosigned(extension, now)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process decides meanwhile: of two forks handed in at once one is the second."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        fd = os.open(self._directory / LOCK, flags, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def _cosigned(self, extension: Extension, now: datetime) -> Cosignature:
        try:
            said = self._taken(extension)
        except ValueError as error:
            raise Refused(str(error)) from error
        key = self._key()
        seen = Seen(
            till=extension.till, checkpoint=extension.checkpoint.body, keys=extension.keys
        )
        # Kept before it is signed: a witness that signed and forgot would sign the opposite
        # tomorrow.
        till = extension.till
        write_durably(self._file(till.store, till.terminal), _ENCODER.encode(seen), mode=0o600)
        body = _ENCODER.encode(
            Said(
                at=now.isoformat(timespec="seconds"),
                first=extension.till.first,
                head=said.head,
                key=said.key,
                public=key.raw_public.hex(),
                root=said.root,
                size=said.size,
            )
        )
        return Cosignature(body=body, sig=key.sign(body))

    def seen(self, store: str, terminal: str) -> checkpoint.Checkpoint | None:
        """The last checkpoint that it took of this till, if any; ValueError where it is spoilt."""
        kept = self._kept(store, terminal)
        return checkpoint.read(kept.checkpoint) if kept else None

    def _taken(self, extension: Extension) -> checkpoint.Checkpoint:
        said = extension.said
        till = extension.till
        kept = self._kept(till.store, till.terminal)
        tree, keys = Frontier(), extension.keys.public
        if kept:
            # The first record's hash is in it: a journal begun anew is another journal.
            if kept.till != extension.till:
                raise Refused(say("il commence par une autre écriture que le journal déjà vu"))
            known = checkpoint.read(kept.checkpoint)
            if extension.confesses(known):
                self._keep_lost(till, known.size)
                kept = None
        if kept:
            known = checkpoint.read(kept.checkpoint)
            if said.size < known.size:
                raise Refused(
                    say(
                        "il finit à l'écriture {size}, et {seen} ont été vues",
                        size=said.size, seen=known.size,
                    )
                )
            # From what was seen, never from what is handed in: that may have been made up whole.
            tree, keys = known.tree, extension.led_on(kept.keys.public)
        if keys != extension.keys.public:
            raise Refused(say("ses clés n'ont pas pris la suite de celles déjà vues"))
        if extension.grown(tree).root.hex() != said.root:
            raise Refused(
                say("il ne fait pas suite aux {size} écritures déjà vues", size=tree.size)
            )
        return said

    def _keep_lost(self, till: Mark, size: int) -> None:
        """Keep what is lost by the till's own word: the only proof that it was ever there."""
        path = self._file(till.store, till.terminal)
        write_durably(path.with_suffix(f".lost-{size}"), path.read_bytes(), mode=0o600)

    def _file(self, store: str, terminal: str) -> Path:
        # Names of shops and tills may hold what a file's name may not.
        name = sha256(f"{store}\0{terminal}".encode()).hexdigest()[:16]
        return self._directory / f"{name}.seen"

    def _kept(self, store: str, terminal: str) -> Seen | None:
        path = self._file(store, terminal)
        try:
            return msgspec.json.decode(path.read_bytes(), type=Seen)
        except FileNotFoundError:
            return None
        except UNREADABLE as error:
            raise ValueError(f"{path}: {error}") from error

    def _key(self) -> Ed25519:
        path = self._directory / KEY
        try:
            return Ed25519.from_raw(path.read_bytes())
        except FileNotFoundError:
            key = Ed25519.generate()
            write_durably(path, key.raw, mode=0o600)
            return key


def take(path: Path, cosignature: Cosignature) -> int:
    """Keep a witness's cosignature in the journal at `path`; the size that it is of.

    Refused where it is not signed, or not of this journal.
    """
    try:
        said = cosignature.said
    except ValueError as error:
        raise Refused(say("ce n'est pas une cosignature, ou elle a été changée")) from error
    with using(path):
        row = Attested(said.size, said.witness, cosignature.body, cosignature.sig, said.at)
        if not cosign(path, row, bytes.fromhex(said.head)):
            raise Refused(
                say("l'écriture {size} de ce journal n'est pas celle qui a été vue", size=said.size)
            )
    return said.size


def compare(reader: Reader, directory: Path, store: str, terminal: str) -> None:
    """The till's journal goes on from what the witness in `directory` saw; JournalError where not.

    Asked by the till's names and by nothing that lies beside its journal: a mark that is gone, or
    a journal begun anew, must not spare anybody the question.

    WITNESS_DISAGREES: records are gone, or others stand in their place. WITNESS_MISSING: the
    medium cannot be read, which stops nobody from selling.
    """
    try:
        seen = Witness(directory).seen(store, terminal)
        # After the question: a medium that is not mounted has no file, which is no «never seen».
        if not directory.is_dir():
            raise JournalError(faults.WITNESS_MISSING, say("{path} n'est pas là", path=directory))
    except (OSError, ValueError) as error:
        raise JournalError(faults.WITNESS_MISSING, f"{directory}: {error}") from error
    if seen is None:
        return
    rows = reader.hashes(seen.size - 1, 1)
    if rows and rows[0].hex() == seen.head:
        return
    # Somebody decided that the till goes on without them, and a signed record says so.
    if any(confessed(event, seen) for event in replacements(reader)):
        return
    if not rows:
        detail = say(
            "le témoin a vu {seen} écritures, et il y en a {there}",
            seen=seen.size, there=reader.last(),
        )
        raise JournalError(faults.WITNESS_DISAGREES, detail)
    detail = say("l'écriture {seq} n'est pas celle que le témoin a vue", seq=seen.size)
    raise JournalError(faults.WITNESS_DISAGREES, detail)


def replacements(reader: Reader) -> list[KeyReplaced]:
    """The records by which the journal went on under new keys, the old ones being lost."""
    events = (reader.record(each.seq).event for each in reader.stored_keys())
    return [event for event in events if isinstance(event, KeyReplaced)]


def head_qr(head: bytes, size: int, at: str, key: str) -> str:
    """The text of the QR code on a Z: paper that is filed away is a witness, too.

    It names the last record, and how the id of the key begins that signs: `archive verify` takes
    both (--head, --key).
    """
    return f"POSJ1 {size} {head.hex()} {at} {key[:16]}"
