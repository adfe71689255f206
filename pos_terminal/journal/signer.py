"""Who signs: the seam for keys in a file, in a secure element, or in a foreign fiscal device.

The French signer needs no transaction to be begun and prints nothing of a signature: its keys lie
in a file of the till's own (keyring.py). A device that other countries ask for fits the same
calls; what it does in each is said there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.journal.errors import JournalError


class SignerDown(JournalError):
    """The signer does not sign: nothing is recorded, and so nothing sold, until it does."""

    def __init__(self, detail: str) -> None:
        super().__init__(faults.SIGNER_DOWN, detail)


class Sealed(Struct, frozen=True):
    """What a signer made of a record: kept beside it, and, where the law wants it, printed."""

    signature: bytes
    lines: tuple[str, ...] = ()
    qr: str = ""


class PublicKeys(NamedTuple):
    """What a verifier needs: DER SubjectPublicKeyInfo, and `key`, the SHA-256 of the first."""

    key: str
    record: bytes
    checkpoint: bytes


class Signer(Protocol):
    """Signs one till's records. All calls come from one thread at a time, and may block."""

    @property
    def public(self) -> PublicKeys:
        """The keys in force. A German TSE: its certificate's."""

    @property
    def origin(self) -> str:
        """Where a new record key was made, in French, to be recorded; empty: on the card."""

    def begin(self, sale: int) -> None:
        """A sale was opened. SignerDown where it cannot be.

        Germany's TSE starts its transaction here, Belgium's box nothing. France asks for nothing.
        """

    def seal(self, rec: bytes) -> Sealed:
        """Sign a record's bytes. SignerDown where that fails.

        A TSE finishes its transaction and answers with counter, time and QR text for the ticket;
        Portugal and Italy with what is printed of their chained hash.
        """

    def close(self, checkpoint: bytes) -> bytes:
        """Sign the checkpoint that closes a period, or a stretch of one. SignerDown likewise."""

    def export(self) -> tuple[tuple[str, bytes], ...]:
        """Files that an archive needs to be verified elsewhere, by name: here the public keys.

        A TSE gives its TAR of log messages and its certificates.
        """

    def self_check(self) -> None:
        """Prove that signing works, without a trace. SignerDown where it does not."""

    def adopt(self) -> None:
        """A record that it signed is durable: from here on its keys are needed."""

    def retire(self) -> None:
        """Another signer has taken over: set this one's private keys aside."""


Signers = Callable[[Path, str], Signer]
"""Gives the signer of a state directory whose key has that id; with no id, one with new keys.

JournalError, with the fault that says why, where its keys are missing or may not be used.
"""
