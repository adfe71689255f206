"""A token: a place for keys that sign and never leave it (a secure element, a TPM, a smart card).

A plug-in brings one (hookspecs.pos_token), the journal's keyring signs with it. The private half of
a key exists in the token alone, so a copy of the till's card signs nothing.
"""

from typing import NamedTuple, Protocol

from pos_terminal.crypto.library import CryptoError


class TokenDown(CryptoError):
    """The token does not answer, or refuses; the message is for technicians."""


class TokenKey(NamedTuple):
    """A key in a token: its public half, DER SubjectPublicKeyInfo, and what the token says of its
    origin, in French: it is recorded with the key.
    """

    public: bytes
    origin: str


class Token(Protocol):
    """Makes ECDSA keys over NIST P-256, and signs with them. Calls may block for a bounded time,
    and come from any thread.
    """

    def make(self) -> TokenKey:
        """A new key, in the token for good; TokenDown where none was made."""

    def sign(self, public: bytes, digest: bytes) -> bytes:
        """The DER signature of a SHA-256 digest by the key with that public half.

        TokenDown where there is no such key, or no answer in time.
        """

    def release(self) -> None:
        """Let it go; the next call takes it again."""
