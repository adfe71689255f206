"""Sealing: AES-256-GCM (NIST SP 800-38D), a key for each thing sealed. Pure but for its chance."""

import os
from hashlib import sha256

from pos_terminal.crypto import gcm
from pos_terminal.crypto.gcm import KEY, NONCE
from pos_terminal.crypto.library import CryptoError
from pos_terminal.domain.language import say


class Tampered(ValueError):
    """What was sealed, what it was sealed with, or its label is not what it was."""


def new_key() -> bytes:
    """A key of its own, from the system's generator."""
    return os.urandom(KEY)


def key_id(key: bytes) -> bytes:
    """A key's fingerprint: tells two keys apart, and tells nothing of either."""
    # A prefix of its own: no other hash of the key can pass for its name.
    return sha256(b"pos-terminal persons key\0" + key).digest()


def seal(key: bytes, content: bytes, label: bytes) -> bytes:
    """`content` so that only `key` opens it, and only beside the same `label`."""
    # 96 bits at random: safe for 2^32 seals under one key (NIST SP 800-38D, 8.3).
    nonce = os.urandom(NONCE)  # at random, as the store key seals many items' keys
    return nonce + gcm.seal(key, nonce, content, label)


def unseal(key: bytes, sealed: bytes, label: bytes) -> bytes:
    """What was sealed; Tampered where key, label or content is another."""
    try:
        return gcm.unseal(key, sealed[:NONCE], sealed[NONCE:], label)
    except CryptoError as error:
        raise Tampered(say("le sceau ne tient pas")) from error
