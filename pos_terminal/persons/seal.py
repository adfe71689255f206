"""Sealing: AES-256-GCM (NIST SP 800-38D), a key for each thing sealed. Pure but for its chance."""

import os
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = 32
"""Bytes of a key."""

NONCE = 12
"""Bytes that begin what is sealed. Chosen at random, as the store key seals many items' keys."""


class Tampered(ValueError):
    """What was sealed, what it was sealed with, or its label is not what it was."""


def new_key() -> bytes:
    """A key of its own, from the system's generator."""
    return AESGCM.generate_key(8 * KEY)


def key_id(key: bytes) -> bytes:
    """A key's fingerprint: tells two keys apart, and tells nothing of either."""
    return sha256(b"pos-terminal persons key\0" + key).digest()


def seal(key: bytes, content: bytes, label: bytes) -> bytes:
    """`content` so that only `key` opens it, and only beside the same `label`."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, label)


def unseal(key: bytes, sealed: bytes, label: bytes) -> bytes:
    """What was sealed; Tampered where key, label or content is another."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], label)
    except (InvalidTag, ValueError) as error:
        raise Tampered("the seal does not hold") from error
