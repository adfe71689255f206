"""What two boxes tell each other as a till passes from one to the other: two letters, signed.

The new box asks, with the public halves of the keys that it made. The old one answers, once its
journal names that key as the only one that may follow: whose copy of the journal goes with it, and,
sealed so that the new box alone opens it, what of keys and settings must not lie open on a stick.
No key that signs is ever among it.
"""

from hashlib import sha256
from typing import TypeVar

import msgspec
from msgspec import Struct

from pos_terminal.crypto import gcm
from pos_terminal.crypto.keys import X25519
from pos_terminal.domain.language import say
from pos_terminal.journal.keyring import Verifier, public_keys
from pos_terminal.journal.signer import PublicKeys, Signer
from pos_terminal.journal.unreadable import UNREADABLE

ASKS, ANSWERS, VERSION = "pos-terminal handover asked", "pos-terminal handover", 1
LONGEST = 1 << 26
"""Bytes of a letter that are read at most: a shop's settings and catalogue are in one."""

EXCHANGE = 32
"""Bytes of the key by which the new box opens what is sealed for it."""

_NONCE = bytes(gcm.NONCE)
"""The key is of this one letter, and so its nonce may be any."""


T = TypeVar("T", "Request", "Answer")


class NoHandover(Exception):
    """It cannot be handed over, or taken over, by this; the message says why."""


class Letter(Struct, frozen=True):
    """A text and the signature of its UTF-8 bytes, DER in hex."""

    body: str
    sig: str


class Request(Struct, frozen=True, kw_only=True):
    """The new box's public keys, as in key.made; `exchange` is the one that it is answered to."""

    format: str
    v: int
    key: str
    record_key: str
    checkpoint_key: str
    exchange: str

    @property
    def public(self) -> PublicKeys:
        """The keys that are to sign."""
        return public_keys(bytes.fromhex(self.record_key), bytes.fromhex(self.checkpoint_key))

    @property
    def half(self) -> X25519:
        """The new box's half of the secret. ValueError where it is none."""
        return X25519.from_raw_public(bytes.fromhex(self.exchange))


class Answer(Struct, frozen=True, kw_only=True):
    """Of the key `old` to the key `key`: which copy of the state goes with it, and what is sealed.

    `exchange` is the old box's half of the secret, made for this letter alone.
    """

    format: str
    v: int
    old: str
    key: str
    sha256: str
    size: int
    exchange: str
    sealed: bytes


class SettingsFile(Struct, frozen=True):
    """A file of the settings, by its name in their folder."""

    name: str
    mode: int
    content: bytes


class Luggage(Struct, frozen=True):
    """What is sealed: keys that sign nothing, by their file; the settings, and what they name."""

    keys: dict[str, bytes]
    settings: tuple[SettingsFile, ...] = ()


def new_exchange() -> bytes:
    """A new key by which what is sealed opens: made in the new box, and not to leave it."""
    return X25519.generate().raw


def ask(signer: Signer, exchange: bytes) -> bytes:
    """The new box's letter."""
    public, mine = signer.public, X25519.from_raw(exchange)
    request = Request(
        format=ASKS, v=VERSION, key=public.key, record_key=public.record.hex(),
        checkpoint_key=public.checkpoint.hex(), exchange=mine.raw_public.hex(),
    )  # fmt: skip
    return _signed(request, signer)


def asked(source: bytes) -> Request:
    """What the new box's letter says, signed by the key that it brings; NoHandover if it is not."""
    letter, request = _read(source, Request)
    try:
        public = request.public
        # Now, and not once the old box is at its end: what cannot be answered is no request.
        X25519.generate().shared(request.half)
        ours = (request.format, request.v) == (ASKS, VERSION) and public.key == request.key
        right = ours and _is_signed(letter, public)
    except ValueError as error:
        raise NoHandover(str(error)) from error
    if not right:
        raise NoHandover(say("la demande n'est pas signée par la clé qu'elle apporte"))
    return request


def answer(signer: Signer, request: Request, copy: tuple[str, int], luggage: Luggage) -> bytes:
    """The old box's letter; `copy` is the SHA-256 and the size of the copy of its state."""
    mine = X25519.generate()
    theirs = request.half
    key = _secret(mine, theirs, mine.raw_public, theirs.raw_public)
    sealed = gcm.seal(key, _NONCE, msgspec.json.encode(luggage), request.key.encode())
    told = Answer(
        format=ANSWERS, v=VERSION, old=signer.public.key, key=request.key, sha256=copy[0],
        size=copy[1], exchange=mine.raw_public.hex(), sealed=sealed,
    )  # fmt: skip
    return _signed(told, signer)


def peek(source: bytes) -> Answer:
    """What the old box's letter says, before anybody knows who wrote it."""
    _, told = _read(source, Answer)
    if (told.format, told.v) != (ANSWERS, VERSION):
        raise NoHandover(f"{told.format!r} {told.v}")
    return told


def answered(source: bytes, old: PublicKeys, exchange: bytes) -> Luggage:
    """What is sealed for this box, signed by those keys; NoHandover where it is not."""
    letter, told = _read(source, Answer)
    try:
        if told.old != old.key or not _is_signed(letter, old):
            raise NoHandover(say("la réponse n'est pas signée par la caisse qui est remise"))
        theirs = X25519.from_raw_public(bytes.fromhex(told.exchange))
        mine = X25519.from_raw(exchange)
        key = _secret(mine, theirs, theirs.raw_public, mine.raw_public)
        content = gcm.unseal(key, _NONCE, told.sealed, told.key.encode())
        return msgspec.json.decode(content, type=Luggage)
    except (ValueError, *UNREADABLE) as error:
        raise NoHandover(str(error)) from error


def _secret(mine: X25519, theirs: X25519, *both: bytes) -> bytes:
    """What the two share, and nobody else: bound to both halves, that of the old box first."""
    return sha256(b"pos-terminal handover\0" + mine.shared(theirs) + b"".join(both)).digest()


def _signed(told: Request | Answer, signer: Signer) -> bytes:
    body = msgspec.json.encode(told)
    letter = Letter(body.decode(), signer.seal(body).signature.hex())
    return msgspec.json.encode(letter) + b"\n"


def _is_signed(letter: Letter, public: PublicKeys) -> bool:
    try:
        return Verifier(public).signed(letter.body.encode(), bytes.fromhex(letter.sig))
    except ValueError:  # a letter that was spoilt on its way need not be hexadecimal
        return False


def _read(source: bytes, kind: type[T]) -> tuple[Letter, T]:
    try:
        letter = msgspec.json.decode(source, type=Letter)
        return letter, msgspec.json.decode(letter.body, type=kind)
    except UNREADABLE as error:
        raise NoHandover(str(error)) from error
