"""What a witness signed of a journal, and what of it counts by the verifier's core.

There are two kinds: what a witness in a folder says (witness.py), and what one on the network says,
in the words of transparency logs (note.py). Anybody who can write into the file can lay a row of
`cosignature` there. So a row counts only where the key that stands in its body signed it, and where
it is of this journal's own records. Whose key that is, the journal cannot tell: the witness's id is
compared with what its keeper wrote down.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, Protocol

import msgspec

from pos_terminal.crypto.keys import Ed25519
from pos_terminal.crypto.library import CryptoError
from pos_terminal.crypto.timestamp import time_of
from pos_terminal.domain.language import labelled, say
from pos_terminal.journal import checkpoint, note
from pos_terminal.journal.chain import broken
from pos_terminal.journal.checkpoint import Seal
from pos_terminal.journal.errors import Broken
from pos_terminal.journal.note import Cosigned
from pos_terminal.journal.record import Record
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.verifier.cosignatures import RFC3161, Attested, Span, attest
from pos_terminal.verifier.messages import Bad

NOTED = b'{"note":'
"""How the body of the network's kind begins: keys are sorted, and this is its first."""

_ENCODER = msgspec.json.Encoder(order="sorted")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a witness signs: which journal it saw at which length, when, and with which key.

    `first` and `head` are the hashes of the first and the last record, `public` the witness's raw
    Ed25519 key, all in hex; `key` and `root` as in the checkpoint.
    """

    at: str
    first: str
    head: str
    key: str
    public: str
    root: str
    size: int
    v: int = 1

    @property
    def witness(self) -> str:
        """The witness's id: the SHA-256 of its public key."""
        return sha256(bytes.fromhex(self.public)).hexdigest()


class SeenNote(msgspec.Struct, frozen=True, kw_only=True):
    """What a witness on the network cosigned: the checkpoint as a note, when, and by which key.

    The signature is over cosignature/v1's message, which is made of these.
    """

    note: str
    time: int
    vkey: str

    @property
    def body(self) -> bytes:
        """As it is kept."""
        return _ENCODER.encode(self)

    @property
    def witness(self) -> str:
        """The witness's id: the SHA-256 of its public key."""
        return note.cosigner(self.vkey).witness


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """What an authority stamped (dating.py): a checkpoint as a note. The token is beside it."""

    dated: str

    @property
    def body(self) -> bytes:
        """As it is kept."""
        return _ENCODER.encode(self)


class Journal(Protocol):
    """What is asked of a journal that somebody is said to have seen (database.py)."""

    def cosignatures(self) -> Iterator[Attested]:
        """What lies there as cosignatures, the largest size first."""

    def hashes(self, after: int, limit: int) -> list[bytes]:
        """The hashes of at most `limit` records behind `after`."""

    def seals(self, after: int, limit: int) -> list[Seal]:
        """At most `limit` checkpoints of more than `after` records, in order."""

    def record(self, seq: int) -> Record:
        """That record."""


class Witnessed(NamedTuple):
    """So many records were seen last by those witnesses; 0 by nobody."""

    size: int = 0
    witnesses: tuple[str, ...] = ()


def signed(body: bytes, sig: bytes) -> Said:
    """What a witness in a folder says. ValueError where it is no such thing, or the key in it did
    not sign it.
    """
    try:
        said = msgspec.json.decode(body, type=Said)
        key = Ed25519.from_raw_public(bytes.fromhex(said.public))
    except (CryptoError, *UNREADABLE) as error:
        raise ValueError(labelled(say("ce n'est pas une cosignature"), error)) from error
    if not key.verifies(sig, body):
        raise ValueError(say("la clé qu'elle nomme ne l'a pas signée"))
    return said


def noted(body: bytes, sig: bytes) -> SeenNote:
    """What a witness on the network says; ValueError likewise."""
    try:
        said = msgspec.json.decode(body, type=SeenNote)
    except UNREADABLE as error:
        raise ValueError(labelled(say("ce n'est pas une cosignature"), error)) from error
    key = note.cosigner(said.vkey)
    if not note.verifies(said.note, Cosigned(said.time, sig), key.public):
        raise ValueError(say("la clé qu'elle nomme ne l'a pas signée"))
    return said


def held(journal: Journal, row: Attested, authorities: bytes = b"") -> None:
    """Have the verifier's core hold a row to this journal's records; Bad where it does not count.

    `authorities` (PEM): a time stamp must lead to one of them, if any are named.
    """

    def stamped(token: bytes, text: bytes) -> datetime:
        return time_of(token, text, authorities)

    try:
        said = msgspec.json.decode(row.body)
        span = _span(journal, row.size)
    except (Broken, ValueError, *UNREADABLE) as error:
        raise Bad("seen", seq=row.size) from error
    attest(row, said, span, _seen_by, stamped)


def _span(journal: Journal, size: int) -> Span:
    """The records up to there; ValueError where there is no checkpoint of them."""
    ((sealed, body, _),) = journal.seals(size - 1, 1)
    if sealed != size:
        raise ValueError(f"no checkpoint of {size}")
    (head,) = journal.hashes(size - 1, 1)
    first = journal.record(1)
    said = first.envelope
    origin = note.origin_of(said.store, said.terminal, first.hash.hex())
    return Span(size, first.hash, head, bytes.fromhex(checkpoint.read(body).root), origin)


def _seen_by(public: str, signature: bytes, content: bytes) -> bool:
    """ValueError where it is no key."""
    return Ed25519.from_raw_public(bytes.fromhex(public)).verifies(signature, content)


def witnessed(
    journal: Journal, quorum: int = 1, among: Collection[str] = ()
) -> Witnessed:
    """The longest that so many witnesses have attested of this journal; no forgery counts.

    Whoever saw more saw the beginning as well. `among` are the ids of those who count; without any
    everybody does.
    """
    found: list[str] = []
    for row in journal.cosignatures():
        known = row.witness not in found and (not among or row.witness in among)
        # A stamp says when, and not that the log only grew.
        if known and row.witness != RFC3161 and _counts(journal, row):
            found.append(row.witness)
            if len(found) == quorum:
                return Witnessed(row.size, tuple(found))
    return Witnessed()


def must_be_signed(journal: Journal, rows: Iterable[Attested]) -> None:
    """Broken for the first of these rows that is not signed, or not of this journal."""
    for row in rows:
        try:
            held(journal, row)
        except Bad as bad:
            raise broken(bad) from bad


def _counts(journal: Journal, row: Attested) -> bool:
    try:
        held(journal, row)
    except Bad:
        return False
    return True
