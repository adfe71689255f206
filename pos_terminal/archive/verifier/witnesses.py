"""What others attested: witnesses in a folder and on the network (C2SP cosignature/v1), stamps."""

import hashlib
from base64 import b64decode, b64encode
from typing import Any

from pos_terminal.archive.verifier.contents import Contents, parsed
from pos_terminal.archive.verifier.keys import Keys, seen_by
from pos_terminal.archive.verifier.stamps import READS_STAMPS, NoStamp, stamped
from pos_terminal.verifier.chain import Tree
from pos_terminal.verifier.messages import Bad

COSIGNER = b"\4"


class Witnesses:
    """Holds what witnesses attested to the records that they saw."""

    def __init__(self, contents: Contents, keys: Keys, authorities: bytes = b"") -> None:
        self._coming = contents.lines("cosignatures.jsonl")
        self._next = next(self._coming, None)
        self._origin = keys.origin
        self.count = 0
        self.last = (0, "")
        self.authorities = authorities
        self.dated = (0, "")

    def take(self, seq: int, head: bytes, tree: Tree) -> None:
        """Record `seq` is the last one now: check who saw it."""
        while self._next and self._next["size"] <= seq:
            row = self._next
            said = parsed(row["body"].encode(), "cosignatures.jsonl")
            signature = bytes.fromhex(row["sig"])
            if "dated" in said:
                self._stamped(seq, row, said["dated"], tree)
                self._next = next(self._coming, None)
                continue
            if "note" in said:
                public = self._noted(seq, said, signature, tree)
            else:
                public = said["public"]
                right = seen_by(public, signature, row["body"].encode())
                if (said["size"], said["head"]) != (seq, head.hex()) or not right:
                    raise Bad("seen", seq=seq)
            whose = hashlib.sha256(bytes.fromhex(public)).hexdigest()
            if (row["size"], row["witness"]) != (seq, whose):
                raise Bad("seen", seq=seq)
            self.count, self.last = self.count + 1, (seq, whose)
            self._next = next(self._coming, None)

    def _noted(self, seq: int, said: dict[str, Any], signature: bytes, tree: Tree) -> str:
        """The raw key (hex) that cosigned this tree as a checkpoint of this log."""
        name, _, rest = said["vkey"].partition("+")
        key_id, _, coded = rest.partition("+")
        key = b64decode(coded)
        named = hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8]
        text = self._note(seq, tree)
        message = f"cosignature/v1\ntime {said['time']}\n{text}".encode()
        right = said["note"] == text and key[:1] == COSIGNER and named == key_id
        if not right or not seen_by(key[1:].hex(), signature, message):
            raise Bad("seen", seq=seq)
        return key[1:].hex()

    def _note(self, seq: int, tree: Tree) -> str:
        """What a checkpoint of so many records says in the words of transparency logs."""
        return f"{self._origin}\n{seq}\n{b64encode(tree.root()).decode()}\n"

    def _stamped(self, seq: int, row: dict[str, Any], text: str, tree: Tree) -> None:
        """A time stamp of this tree."""
        if (row["size"], row["witness"], text) != (seq, "rfc3161", self._note(seq, tree)):
            raise Bad("stamp", "", seq=seq)
        if not READS_STAMPS:
            return
        try:
            at = stamped(bytes.fromhex(row["sig"]), text.encode(), self.authorities)
        except NoStamp as error:
            raise Bad("stamp", error, seq=seq) from None
        self.dated = (seq, at.isoformat())

    def finish(self) -> None:
        """None may be left."""
        if self._next:
            raise Bad("seen", seq=self._next["size"])
        if self.authorities and not self.dated[0]:
            raise Bad("undated")
