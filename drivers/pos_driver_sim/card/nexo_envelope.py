"""The envelope of a simulated terminal, by the maker's description, and by no line of the driver's.

The maker's own library reads and writes it: tests/drivers/test_nexo_envelope.py.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pos_driver_sim.card.nexo import NexoEnd

PASSPHRASE = "quatre-quarts au beurre"


@cache
def keys(passphrase: str) -> tuple[bytes, bytes, int]:
    """Of HMAC, of AES, and the vector as a number."""
    made = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), b"AdyenNexoV1Salt", 4000, 80)
    return made[:32], made[32:64], int.from_bytes(made[64:])


def _cipher(cipher: bytes, vector: int, nonce: bytes) -> "Cipher[modes.CBC]":
    mixed = (vector ^ int.from_bytes(nonce)).to_bytes(16)
    return Cipher(algorithms.AES256(cipher), modes.CBC(mixed))


def seal(data: bytes, passphrase: str = PASSPHRASE) -> bytes:
    """A message in its envelope."""
    authentic, cipher, vector = keys(passphrase)
    nonce = os.urandom(16)
    padder, coder = padding.PKCS7(128).padder(), _cipher(cipher, vector, nonce).encryptor()
    blob = coder.update(padder.update(data) + padder.finalize()) + coder.finalize()
    ((name, message),) = json.loads(data).items()
    trailer = {
        "AdyenCryptoVersion": 1, "KeyIdentifier": "boutique", "KeyVersion": 1,
        "Nonce": base64.b64encode(nonce).decode(),
        "Hmac": base64.b64encode(hmac.digest(authentic, data, "sha256")).decode(),
    }  # fmt: skip
    sealed: dict[str, Any] = {
        "MessageHeader": message["MessageHeader"], "SecurityTrailer": trailer,
        "NexoBlob": base64.b64encode(blob).decode(),
    }  # fmt: skip
    return json.dumps({name: sealed}).encode()


def unseal(data: bytes, passphrase: str = PASSPHRASE) -> bytes:
    """The message out of an envelope. ValueError where it is of another key."""
    authentic, cipher, vector = keys(passphrase)
    ((_, sealed),) = json.loads(data).items()
    trailer = sealed["SecurityTrailer"]
    coder = _cipher(cipher, vector, base64.b64decode(trailer["Nonce"])).decryptor()
    padded = coder.update(base64.b64decode(sealed["NexoBlob"])) + coder.finalize()
    padder = padding.PKCS7(128).unpadder()
    plain = padder.update(padded) + padder.finalize()
    if not hmac.compare_digest(
        hmac.digest(authentic, plain, "sha256"), base64.b64decode(trailer["Hmac"])
    ):
        raise ValueError("an envelope of another key")
    return plain


class SealedNexoEnd(NexoEnd):
    """A terminal that wants everything in its envelope."""

    secrets: ClassVar[Mapping[str, str]] = {"nexo-passphrase": PASSPHRASE}

    def __init__(self) -> None:
        super().__init__()
        self.open, self.seal = unseal, seal

    @property
    def table(self) -> dict[str, object]:
        """See `Machine.table`."""
        return super().table | {"passphrase": "nexo-passphrase", "key": "boutique"}
