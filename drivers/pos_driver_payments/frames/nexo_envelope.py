"""The encrypted envelope around messages of nexo Retailer, as terminals of Adyen want it locally.

    {"SaleToPOIRequest": {"MessageHeader": {...}, "NexoBlob": base64(AES-256-CBC(message)),
     "SecurityTrailer": {"AdyenCryptoVersion": 1, "KeyIdentifier": ..., "KeyVersion": ...,
                         "Nonce": base64(16 bytes), "Hmac": base64(HMAC-SHA256(message))}}}

Three keys are derived of a passphrase: PBKDF2 with HMAC-SHA1, 4,000 rounds, the salt
«AdyenNexoV1Salt», 80 bytes: 32 for the HMAC, 32 for AES, 16 that are XORed with the message's nonce
into its initialisation vector. The HMAC is of the plain message, whole as it stands in JSON.
Source: Adyen, «Protect local communications», and its open libraries.
"""

import base64
import hmac
from binascii import Error as NotBase64
from functools import cache
from hashlib import pbkdf2_hmac
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

SALT = b"AdyenNexoV1Salt"
ROUNDS = 4000
BLOCK = 16


class EnvelopeError(ValueError):
    """What came was not made with this key. It says no more, so that nobody learns from it."""


class _Trailer(msgspec.Struct, frozen=True, rename="pascal"):
    adyen_crypto_version: int
    key_identifier: str
    key_version: int
    nonce: str
    hmac: str


class _Sealed(msgspec.Struct, frozen=True, rename="pascal"):
    message_header: msgspec.Raw
    nexo_blob: str
    security_trailer: _Trailer


class Key(Struct, frozen=True):
    """A terminal's shared key: what it is called there, and what is derived of its passphrase."""

    identifier: str
    version: int
    authentic: bytes
    cipher: bytes
    vector: bytes

    @staticmethod
    def of(passphrase: str, identifier: str, version: int) -> "Key":
        """Derive it."""
        made = _derived(passphrase)
        return Key(identifier, version, made[:32], made[32:64], made[64:])

    def seal(self, message: bytes, nonce: bytes) -> bytes:
        """The message, `{"NAME": {"MessageHeader": ..., ...}}`, in its envelope."""
        name, header = _header(message)
        sealed = _Sealed(
            message_header=header,
            nexo_blob=_text(_encrypted(self.cipher, _mixed(self.vector, nonce), message)),
            security_trailer=_Trailer(
                adyen_crypto_version=1,
                key_identifier=self.identifier,
                key_version=self.version,
                nonce=_text(nonce),
                hmac=_text(hmac.digest(self.authentic, message, "sha256")),
            ),
        )
        return msgspec.json.encode({name: sealed})

    def open(self, data: bytes) -> bytes:
        """The message out of an envelope. EnvelopeError, whatever is wrong with it."""
        try:
            ((name, sealed),) = msgspec.json.decode(data, type=dict[str, _Sealed]).items()
            blob = base64.b64decode(sealed.nexo_blob, validate=True)
            trailer = sealed.security_trailer
            nonce = base64.b64decode(trailer.nonce, validate=True)
            said = base64.b64decode(trailer.hmac, validate=True)
            message = _decrypted(self.cipher, _mixed(self.vector, nonce), blob)
            inner, header = _header(message)
            # Only what is inside is authentic; what differs outside has been put around it, and is
            # read in here: it may be what no reader takes.
            around = msgspec.json.decode(sealed.message_header)
            same = inner == name and msgspec.json.decode(header) == around
        except (msgspec.MsgspecError, NotBase64, ValueError, RecursionError) as error:
            raise EnvelopeError("an envelope that is none") from error
        if not hmac.compare_digest(said, hmac.digest(self.authentic, message, "sha256")):
            raise EnvelopeError("an envelope of another key")
        if not same:
            raise EnvelopeError("an envelope around another message")
        return message


@cache
def _derived(passphrase: str) -> bytes:
    # Once: it takes a hundredth of a second, and a tenth on a small box.
    return pbkdf2_hmac("sha1", passphrase.encode(), SALT, ROUNDS, 80)


def _header(message: bytes) -> tuple[str, msgspec.Raw]:
    """A message's name and its header. ValueError, MsgspecError."""
    ((name, parts),) = msgspec.json.decode(message, type=dict[str, dict[str, msgspec.Raw]]).items()
    if "MessageHeader" not in parts:
        raise ValueError("a message without a header")
    return name, parts["MessageHeader"]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _mixed(vector: bytes, nonce: bytes) -> bytes:
    if len(nonce) != BLOCK:
        raise ValueError("a nonce of another length")
    return bytes(one ^ other for one, other in zip(vector, nonce, strict=True))


def _encrypted(key: bytes, vector: bytes, plain: bytes) -> bytes:
    missing = BLOCK - len(plain) % BLOCK
    made = _cipher(key, vector).encryptor()
    return made.update(plain + bytes([missing]) * missing) + made.finalize()


def _decrypted(key: bytes, vector: bytes, blob: bytes) -> bytes:
    made = _cipher(key, vector).decryptor()
    plain = made.update(blob) + made.finalize()
    missing = plain[-1] if plain else 0
    if not 1 <= missing <= BLOCK or plain[-missing:] != bytes([missing]) * missing:
        raise ValueError("no padding")
    return plain[:-missing]


def _cipher(key: bytes, vector: bytes) -> "Cipher[CBC]":
    # Loaded here: the till only declares the driver, and its child alone has a use for it.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415

    return Cipher(algorithms.AES(key), modes.CBC(vector))
