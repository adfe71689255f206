"""The till's keys, proven from one to the next by the records that brought them."""

import hashlib
from collections.abc import Callable
from typing import Any

from pos_terminal.verifier.messages import Bad

SignedBy = Callable[[str, bytes, bytes], bool]
"""Whether that record key (DER in hex) made this signature of that content."""


class Lineage:
    """Takes the records that brought keys in order; Bad for one that could bring none.

    `history` has the keys by the first record that each signs, `brought` by the record that brought
    them, and `replaced` those that follow a lost one: what such records say.
    """

    def __init__(self, signed_by: SignedBy) -> None:
        self.history: list[tuple[int, dict[str, Any]]] = []
        self.brought: list[tuple[int, dict[str, Any]]] = []
        self.replaced: list[tuple[int, dict[str, Any]]] = []
        self._signed_by = signed_by

    def follow(
        self, seq: int, kind: str, body: "dict[str, Any]", rec: bytes, sig: "str | None"
    ) -> None:
        """The next record that brings keys: who signed it depends on how it brings them."""
        if hashlib.sha256(bytes.fromhex(body["record_key"])).hexdigest() != body["key"]:
            raise Bad("name", seq=seq)
        follows = bool(self.history) and self.history[-1][1]["key"] == body.get("old")
        if kind == "key.made" and seq == 1 and not self.history:
            # Nobody was there before them: the first keys sign themselves.
            signer, begins = body, seq
        elif kind == "key.replaced" and follows:
            signer, begins = body, seq
            self._replace(seq, body)
        elif kind == "key.rotated" and follows:
            # The old key signs the rotation, the new one what follows.
            signer, begins = self.history[-1][1], seq + 1
            proof, text = bytes.fromhex(body["proof"]), f"{body['old']}:{body['key']}".encode()
            if not self._signed_by(body["record_key"], proof, text):
                raise Bad("proof", seq=seq)
        else:
            raise Bad("nowhere", seq=seq)
        if not sig or not self._signed_by(signer["record_key"], bytes.fromhex(sig), rec):
            raise Bad("heir", seq=seq)
        self.history.append((begins, body))
        self.brought.append((seq, body))

    def _replace(self, seq: int, body: "dict[str, Any]") -> None:
        """The old key agreed, as the till was handed over; or it was lost, and nobody but whoever
        decided to go on vouches for the new one.
        """
        if not body["agreed"]:
            self.replaced.append((seq, body))
            return
        signature, text = bytes.fromhex(body["agreed"]), f"{body['old']}:{body['key']}".encode()
        if not self._signed_by(self.history[-1][1]["record_key"], signature, text):
            raise Bad("proof", seq=seq)

    def vouching(self) -> "list[str]":
        """The ids of the keys that vouch for the end, each by the one before it.

        A key that was known before another took its place by decision says nothing of what follows:
        whoever holds a copy of the records can go on from them under a key of his own.
        """
        begin = self.replaced[-1][0] if self.replaced else 0
        return [key["key"] for seq, key in self.history if seq >= begin]

    def at(self, seq: int) -> "dict[str, Any]":
        """The keys in force at a record: there are some from the first on."""
        found = self.history[0][1]
        for begins, key in self.history:
            found = key if begins <= seq else found
        return found
