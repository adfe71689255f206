"""The secret of one box, by which a receiver knows it."""

import secrets
from hashlib import sha256


def new_token() -> str:
    """A token of 256 bits of chance: so that a plain hash of it says nothing."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What of a token stands in the receiver's settings."""
    return sha256(token.encode()).hexdigest()
