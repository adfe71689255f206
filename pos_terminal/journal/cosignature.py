"""What a witness signed of a journal, and what of it counts: its signature, verified here.

Anybody who can write into the file can lay a row of `cosignature` there. So a row counts only where
the key that stands in its body signed it, and where it is of this journal's own record. Whose key
that is, the journal cannot tell: the witness's id is compared with what its keeper wrote down.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple, Protocol

import msgspec

from pos_terminal.crypto.keys import Ed25519
from pos_terminal.crypto.library import CryptoError
from pos_terminal.journal.errors import Broken
from pos_terminal.journal.unreadable import UNREADABLE

NO_COSIGNATURE = "what says that a witness saw it was not signed by a witness"
"""What is wrong with a record whose cosignature does not count."""


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


class Attested(NamedTuple):
    """A row of the table `cosignature`, as stored: not a word of it is verified."""

    size: int
    witness: str
    body: bytes
    sig: bytes
    at: str


class Journal(Protocol):
    """What is asked of a journal that somebody is said to have seen (database.py)."""

    def cosignatures(self) -> Iterator[Attested]:
        """What lies there as cosignatures, the largest size first."""

    def hashes(self, after: int, limit: int) -> list[bytes]:
        """The hashes of at most `limit` records behind `after`."""


class Witnessed(NamedTuple):
    """So many records were seen by that witness last; 0 by nobody."""

    size: int = 0
    witness: str = ""


def signed(body: bytes, sig: bytes) -> Said:
    """What a cosignature says. ValueError where it is none, or the key in it did not sign it."""
    try:
        said = msgspec.json.decode(body, type=Said)
        key = Ed25519.from_raw_public(bytes.fromhex(said.public))
    except (CryptoError, *UNREADABLE) as error:
        raise ValueError(f"it is no cosignature: {error}") from error
    if not key.verifies(sig, body):
        raise ValueError("the key that it names did not sign it")
    return said


def witnessed(journal: Journal) -> Witnessed:
    """The longest that somebody outside has attested of this journal; no forgery counts."""
    for row in journal.cosignatures():
        if _counts(journal, row):
            return Witnessed(row.size, row.witness)
    return Witnessed()


def must_be_signed(journal: Journal) -> Witnessed:
    """As `witnessed`; Broken where any cosignature is not signed, or not of this journal."""
    found = Witnessed()
    for row in journal.cosignatures():
        if not _counts(journal, row):
            raise Broken(row.size, NO_COSIGNATURE)
        found = found if found.size else Witnessed(row.size, row.witness)
    return found


def _counts(journal: Journal, row: Attested) -> bool:
    try:
        said = signed(row.body, row.sig)
        seen = [bytes.fromhex(each) for each in (said.first, said.head)]
    except ValueError:
        return False
    here = [*journal.hashes(0, 1), *journal.hashes(row.size - 1, 1)]
    return seen == here and (said.size, said.witness, said.at) == (row.size, row.witness, row.at)

