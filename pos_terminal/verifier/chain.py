"""What binds records: each one's hash stands in the next, and all are leaves of one tree."""

import hashlib

from pos_terminal.verifier.messages import Bad

NOTHING = bytes(32)
"""The hash before the first record."""


def leaf(rec: bytes) -> bytes:
    """A record's hash: its link in the chain, and its leaf in the Merkle tree (RFC 6962, 2.1)."""
    # The byte that the RFC puts before a leaf: one hash serves chain and tree.
    return hashlib.sha256(b"\0" + rec).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    # 0x01 before inner nodes, 0x00 before leaves (RFC 6962, 2.1): neither passes for the other.
    return hashlib.sha256(b"\1" + left + right).digest()


def grow(peaks: "list[bytes]", size: int, hash_: bytes) -> None:
    """Add one leaf to a tree of that size, by the roots of its whole subtrees, largest first."""
    # Each one bit at the end of the size is a whole tree that this leaf completes one level up.
    while size & 1:
        hash_ = node(peaks.pop(), hash_)
        size >>= 1
    peaks.append(hash_)


def folded(peaks: "list[bytes] | tuple[bytes, ...]") -> bytes:
    """The root of a tree with at least one leaf, by the roots of its whole subtrees."""
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node(peak, root)
    return root


class Chain:
    """Follows records one by one: every number there, every hash right, each on the one before."""

    __slots__ = ("head", "seq")

    def __init__(self, seq: int = 0, head: bytes = NOTHING) -> None:
        self.seq = seq
        self.head = head

    def follow(self, seq: int, rec: bytes, stored: bytes) -> None:
        """Take the next record, with the hash that is kept of it; Bad where it is not the next."""
        if seq != self.seq + 1:
            raise Bad("gone", seq, seq=self.seq + 1)
        head = leaf(rec)
        if head != stored:
            raise Bad("hash", seq=seq)
        # Both keys are always there and adjacent: the form of a record is canonical. They may
        # stand elsewhere in it as well; what the envelope says, whoever reads it whole looks at.
        if b',"prev":"%b","seq":%d,' % (self.head.hex().encode(), seq) not in rec:
            raise Bad("link", seq - 1, seq=seq)
        self.seq = seq
        self.head = head
