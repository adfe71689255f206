"""What a witness signed of a journal, and what of it counts: its signature, verified here.

There are two kinds: what a witness in a folder says (witness.py), and what one on the network says,
in the words of transparency logs (note.py). Anybody who can write into the file can lay a row of
`cosignature` there. So a row counts only where the key that stands in its body signed it, and where
it is of this journal's own records. Whose key that is, the journal cannot tell: the witness's id is
compared with what its keeper wrote down.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, Protocol

import msgspec

from pos_terminal.crypto.keys import Ed25519
from pos_terminal.crypto.library import CryptoError
from pos_terminal.crypto.timestamp import time_of
from pos_terminal.domain.language import labelled, say
from pos_terminal.journal import checkpoint, note
from pos_terminal.journal.attested import Attested
from pos_terminal.journal.checkpoint import Seal
from pos_terminal.journal.errors import Broken
from pos_terminal.journal.note import Cosigned, Head
from pos_terminal.journal.record import Record
from pos_terminal.journal.unreadable import UNREADABLE

NOTED = b'{"note":'
"""How the body of the network's kind begins: keys are sorted, and this is its first."""

DATED, STAMPED = b'{"dated":', "rfc3161"
"""How the body of a time stamp begins, and what stands in the place of a witness."""

_ENCODER = msgspec.json.Encoder(order="sorted")
def no_stamp() -> str:
    """What is wrong with a record whose time stamp is of something else, or nobody's."""
    return say("ce qui dit quand elle était là n'est pas un horodatage d'elle")


def no_cosignature() -> str:
    """What is wrong with a record whose cosignature does not count."""
    return say("ce qui dit qu'un témoin l'a vue n'est pas signé par un témoin")


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

    def is_of(self, journal: "Journal", row: "Attested") -> bool:
        """Whether it is of that journal's records, and the row's other columns say the same."""
        seen = [bytes.fromhex(each) for each in (self.first, self.head)]
        here = [*journal.hashes(0, 1), *journal.hashes(row.size - 1, 1)]
        return seen == here and (self.size, self.at) == (row.size, row.at)


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

    def is_of(self, journal: "Journal", row: Attested) -> bool:
        """Whether it is of this journal's first record, and of the root of that many."""
        return _is_of(self.note, journal, row)


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """What an authority stamped (dating.py): a checkpoint as a note. The token is beside it."""

    dated: str

    @property
    def body(self) -> bytes:
        """As it is kept."""
        return _ENCODER.encode(self)


def _is_of(text: str, journal: "Journal", row: Attested) -> bool:
    said = Head.of(text)
    first = journal.record(1)
    origin = note.origin_of(first.envelope.store, first.envelope.terminal, first.hash.hex())
    here = [
        (seal.size, bytes.fromhex(checkpoint.read(seal.body).root))
        for seal in journal.seals(row.size - 1, 1)
    ]
    return [(said.size, said.root)] == here and said.origin == origin and said.size == row.size


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


def dated(journal: Journal, row: Attested, authorities: bytes = b"") -> datetime:
    """When that checkpoint was stamped. ValueError where the stamp is not of this journal's, or
    leads to none of the authorities (PEM), if any are named.
    """
    try:
        text = msgspec.json.decode(row.body, type=Dated).dated
    except UNREADABLE as error:
        raise ValueError(labelled(say("ce n'est pas un horodatage"), error)) from error
    at = time_of(row.sig, text.encode(), authorities)
    said = (row.witness, row.at)
    if said != (STAMPED, at.isoformat(timespec="seconds")) or not _is_of(text, journal, row):
        raise ValueError(say("c'est l'horodatage d'autre chose"))
    return at


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
        if known and not row.body.startswith(DATED) and _counts(journal, row):
            found.append(row.witness)
            if len(found) == quorum:
                return Witnessed(row.size, tuple(found))
    return Witnessed()


def must_be_signed(
    journal: Journal, quorum: int = 1, among: Collection[str] = ()
) -> Witnessed:
    """As `witnessed`; Broken where any cosignature is not signed, or not of this journal."""
    for row in journal.cosignatures():
        if row.body.startswith(DATED):
            try:
                dated(journal, row)
            except ValueError as error:
                raise Broken(row.size, no_stamp()) from error
        elif not _counts(journal, row):
            raise Broken(row.size, no_cosignature())
    return witnessed(journal, quorum, among)


def _counts(journal: Journal, row: Attested) -> bool:
    try:
        said = _said(row)
        return said.witness == row.witness and said.is_of(journal, row)
    except ValueError:
        return False


def _said(row: Attested) -> Said | SeenNote:
    return (noted if row.body.startswith(NOTED) else signed)(row.body, row.sig)
