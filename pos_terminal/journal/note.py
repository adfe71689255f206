"""Checkpoints in the words of transparency logs, so that any stock witness can cosign them.

By the specifications of C2SP: signed-note (what is signed, key ids, verifier keys),
tlog-checkpoint (origin, size, root), tlog-cosignature (cosignature/v1). The tree is the journal's
own: its leaves are the records' hashes, SHA-256(0x00 || record), as RFC 6962 has them.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from pos_terminal.crypto.keys import Ed25519
from pos_terminal.crypto.library import CryptoError
from pos_terminal.domain.language import labelled, say

LOG, COSIGNER = b"\1", b"\4"
"""Signature types of Ed25519: a log's own, and a witness's with its time (signed-note,
tlog-cosignature)."""

DASH = "\N{EM DASH} "
_ID = 4
"""Bytes of a key id."""
_TIME = 8
"""Bytes of the time before a cosignature, seconds since 1970, the highest first."""
_SPKI = 12
"""Bytes of an Ed25519 key's DER before the key itself (RFC 8410, section 4)."""


class Head(NamedTuple):
    """What a checkpoint says of a log."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The note's text, which is what is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def of(cls, text: str) -> "Head":
        """What the text says. ValueError where it is no checkpoint of ours."""
        origin, size, root, *rest = text.split("\n")
        found = cls(origin, int(size), b64decode(root, validate=True))
        if rest != [""] or found.text != text:
            raise ValueError(say("ce n'est pas un point de contrôle"))
        return found


class Line(NamedTuple):
    """A signature line: who signed by his own word, and what the type makes of the rest."""

    name: str
    key_id: bytes
    signature: bytes


class NoteKey(NamedTuple):
    """An Ed25519 key with its name and type."""

    name: str
    kind: bytes
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first bytes of a hash of all three."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:_ID]

    @property
    def text(self) -> str:
        """As others write it into their settings: name, id and key («vkey»)."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(self.kind + self.public).decode()}"

    @property
    def witness(self) -> str:
        """The id of the witness whose key it is, as of a witness in a folder."""
        return sha256(self.public).hexdigest()


def cosigner(text: str) -> NoteKey:
    """A witness's key from its vkey. ValueError where it is none of cosignature/v1."""
    name, _, rest = text.strip().partition("+")
    key_id, _, coded = rest.partition("+")
    try:
        material = b64decode(coded, validate=True)
        key = NoteKey(name, material[:1], material[1:])
        Ed25519.from_raw_public(key.public)
    except (ValueError, CryptoError) as error:
        raise ValueError(labelled(repr(text[:60]), error)) from error
    if not name or key.key_id.hex() != key_id:
        raise ValueError(
            labelled(repr(text[:60]), say("son identifiant est celui d'une autre clé"))
        )
    if key.kind != COSIGNER:
        raise ValueError(
            labelled(repr(text[:60]), say("il faut la clé Ed25519 d'un cosignataire (type 4)"))
        )
    return key


def origin_of(store: str, terminal: str, first: str) -> str:
    """The log's name: the till, and the hash of its journal's first record."""
    # Neither blanks nor plus, which separate a key's parts: these names are letters and digits, and
    # one blank in a simulation's.
    names = f"{store}/{terminal}".replace(" ", "%20")
    return f"pos-terminal/{names}/{first[:16]}"


def log_key(origin: str, checkpoint_key: bytes) -> NoteKey:
    """The key of the log: the one that signs checkpoints (DER)."""
    return NoteKey(origin, LOG, checkpoint_key[_SPKI:])


def line(key: NoteKey, signature: bytes) -> str:
    """A signature line."""
    return f"{DASH}{key.name} {b64encode(key.key_id + signature).decode()}\n"


def lines(text: str) -> Iterator[Line]:
    """The signature lines of a text; whatever else is in it is passed over, as the note's rules
    want it.
    """
    for each in text.split("\n"):
        name, _, coded = each.removeprefix(DASH).rpartition(" ")
        try:
            signed = b64decode(coded, validate=True)
        except ValueError:
            continue
        if each.startswith(DASH) and len(signed) > _ID:
            yield Line(name, signed[:_ID], signed[_ID:])


class Cosigned(NamedTuple):
    """A cosignature/v1: when it was made, seconds since 1970, and its Ed25519 signature."""

    time: int
    signature: bytes


def cosigned(note: str, each: Line, key: NoteKey) -> Cosigned | None:
    """The cosignature in a line, if it is this key's, of this note; else None."""
    if (each.name, each.key_id) != (key.name, key.key_id) or len(each.signature) != _TIME + 64:
        return None
    time = int.from_bytes(each.signature[:_TIME], "big")
    found = Cosigned(time, each.signature[_TIME:])
    return found if verifies(note, found, key.public) else None


def verifies(note: str, said: Cosigned, public: bytes) -> bool:
    """Whether this raw key made the cosignature. CryptoError where it is no key."""
    message = f"cosignature/v1\ntime {said.time}\n{note}".encode()
    return Ed25519.from_raw_public(public).verifies(said.signature, message)


def cosignature_line(key: NoteKey, said: Cosigned) -> str:
    """The line that it came in."""
    return line(key, said.time.to_bytes(_TIME, "big") + said.signature)
