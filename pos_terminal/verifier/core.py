"""All that records must say by those before them, whoever reads them and from where."""

from collections.abc import Callable
from typing import Any

from pos_terminal.verifier.books import Books
from pos_terminal.verifier.chain import Chain
from pos_terminal.verifier.messages import Bad

ALGORITHM = "ES256"
"""ECDSA on P-256 with SHA-256 over the record's bytes (RFC 7518)."""

Signed = Callable[[int, "dict[str, Any]", bytes, "str | None"], None]
"""Takes a record's number, what it says, its bytes, and its signature in hex."""

SPOILT = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What comes of a record that is JSON and yet none of a till."""


class Core:
    """Takes records in order; Bad names the first that cannot be right.

    `read` makes a record of its bytes (Bad or ValueError where they are none), `write` the bytes
    that it must have: keys sorted, no blanks, UTF-8. `before` has the totals and numbers of what
    came before the first, None where that is record 1; `whose` is shop, till and simulation, where
    they are known from elsewhere. `signed` raises Bad for a record whose signature is not right;
    without it somebody else looks at signatures, on every core. `tickets` is how many tickets are
    remembered, for what comes back of them; 0 for all.
    """

    def __init__(
        self,
        read: "Callable[[bytes], Any]",
        write: "Callable[[Any], bytes]",
        chain: "Chain | None" = None,
        *,
        before: "dict[str, Any] | None" = None,
        whose: "tuple[Any, ...]" = (),
        signed: "Signed | None" = None,
        tickets: int = 0,
    ) -> None:
        self.chain = chain or Chain()
        self.books = Books(before, self.chain.seq + 1, tickets)
        self._read, self._write, self._whose, self._signed = read, write, whose, signed

    def follow(
        self, seq: int, rec: bytes, stored: bytes, sig: "str | None" = None
    ) -> "dict[str, Any]":
        """Take the next record, with the hash and the signature kept of it; what it says."""
        try:
            head = self.chain.head
            self.chain.follow(seq, rec, stored)
            record: dict[str, Any] = self._read(rec)
            self._must_belong(seq, rec, record, head)
            if self._signed:
                self._signed(seq, record, rec, sig)
            self.books.take(seq, record)
        except SPOILT as error:
            raise Bad("spoilt", repr(error), seq=seq) from error
        return record

    def _must_belong(self, seq: int, rec: bytes, record: "dict[str, Any]", head: bytes) -> None:
        # The chain looked for bytes that may stand elsewhere in the record; here it speaks itself.
        if record["seq"] != seq or record["prev"] != head.hex():
            raise Bad("link", seq - 1, seq=seq)
        if self._write(record) != rec:
            raise Bad("form", seq=seq)
        if record["alg"] != ALGORITHM:
            raise Bad("unsigned", seq=seq)
        whose = (record["store"], record["terminal"], record["sim"])
        if whose != (self._whose or whose):
            raise Bad("till", seq=seq)
        self._whose = whose
