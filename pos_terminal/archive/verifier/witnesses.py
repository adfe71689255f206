"""The archive's cosignatures and time stamps, one after the other."""

from datetime import datetime

from pos_terminal.archive.verifier.contents import Contents, parsed
from pos_terminal.archive.verifier.keys import Keys, seen_by
from pos_terminal.archive.verifier.library import SIGNATURES
from pos_terminal.archive.verifier.stamps import stamped
from pos_terminal.verifier.chain import folded
from pos_terminal.verifier.cosignatures import RFC3161, Attested, Span, attest
from pos_terminal.verifier.messages import Bad


class Witnesses:
    """Holds what others attested to the records that they saw."""

    def __init__(self, contents: Contents, keys: Keys) -> None:
        self._coming = contents.lines("cosignatures.jsonl")
        self._next = next(self._coming, None)
        self._keys = keys
        self.count = 0
        self.last = self.dated = (0, "")
        self.authorities = b""

    def take(self, seq: int, head: bytes, peaks: list[bytes]) -> None:
        """Record `seq` is the last one now: check who saw it."""
        while self._next and self._next["size"] <= seq:
            body, sig = self._next["body"].encode(), bytes.fromhex(self._next["sig"])
            row = Attested(self._next["size"], self._next["witness"], body, sig, self._next["at"])
            span = Span(seq, self._keys.first, head, folded(peaks), self._keys.origin)
            looked = attest(row, parsed(body, "cosignatures.jsonl"), span, seen_by, self._stamped)
            if row.witness != RFC3161:
                self.count, self.last = self.count + 1, (seq, row.witness)
            elif looked:
                self.dated = (seq, row.at)
            self._next = next(self._coming, None)

    def _stamped(self, token: bytes, text: bytes) -> "datetime | None":
        return stamped(token, text, self.authorities) if SIGNATURES else None

    def finish(self) -> None:
        """None may be left."""
        if self._next:
            raise Bad("seen", seq=self._next["size"])
        if self.authorities and not self.dated[0]:
            raise Bad("undated")
