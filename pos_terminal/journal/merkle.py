"""The Merkle tree over the records' hashes, as in RFC 6962, section 2.1. Pure.

The leaves are the column `hash`, which is the leaf hash already. A Frontier keeps the right edge
alone: one hash for each bit of the size, which is enough to go on from and to make the root.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from msgspec import Struct

from pos_terminal.verifier.chain import folded, grow, node

EMPTY = sha256(b"").digest()
"""The root of no leaves."""


class Frontier(Struct, frozen=True):
    """The complete subtrees at the tree's right edge, the largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.peaks) != self.size.bit_count():
            raise ValueError(f"{self.size} leaves have {self.size.bit_count()} complete subtrees")

    def append(self, leaf: bytes) -> "Frontier":
        """The tree with one leaf more."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> "Frontier":
        """The tree with these leaves more."""
        peaks, size = [*self.peaks], self.size
        for leaf in leaves:
            grow(peaks, size, leaf)
            size += 1
        return Frontier(size, tuple(peaks))

    @property
    def root(self) -> bytes:
        """The tree's hash."""
        return folded(self.peaks) if self.peaks else EMPTY


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaves, as the RFC defines it."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    half = _split(len(leaves))
    return node(root_of(leaves[:half]), root_of(leaves[half:]))


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(index, leaves): what leads from that leaf (from 0) to the root (section 2.1.1)."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"no leaf {index} among {len(leaves)}")
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*inclusion(index, leaves[:half]), root_of(leaves[half:])]
    return [*inclusion(index - half, leaves[half:]), root_of(leaves[:half])]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Does the proof lead from leaf `index` of `size` to the root? (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            found = node(step, found)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            found = node(found, step)
        number >>= 1
        last >>= 1
    return last == 0 and found == root


def consistency(old: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF(old, leaves): that the first `old` leaves are where they were (section 2.1.2)."""
    if not 0 < old <= len(leaves):
        raise ValueError(f"no tree of {old} in one of {len(leaves)}")
    return _consistency(old, leaves, whole=True)


def _consistency(old: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    half = _split(len(leaves))
    if old <= half:
        return [*_consistency(old, leaves[:half], whole=whole), root_of(leaves[half:])]
    return [*_consistency(old - half, leaves[half:], whole=False), root_of(leaves[:half])]


def growth(old: Frontier, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF(old.size, all): as `consistency`, by the old tree's edge and the leaves behind it.

    What lies left of the old end is in the proof as subtrees of that edge: so it costs what was
    added, not what there is.
    """
    if old.size == 0:
        raise ValueError("nothing is consistent with an empty tree")
    places, at = [], 0
    for peak, bit in zip(old.peaks, _bits(old.size), strict=True):
        places.append((at, peak))
        at += bit
    return _grown(old.size, places, leaves, 0, old.size + len(leaves), whole=True)


def _grown(
    old: int,
    places: Sequence[tuple[int, bytes]],
    leaves: Sequence[bytes],
    start: int,
    end: int,
    *,
    whole: bool,
) -> list[bytes]:
    """The proof within leaves `start` to `end`; `places` are the old peaks by their first leaf."""
    if old == end:
        return [] if whole else [folded([peak for at, peak in places if at >= start])]
    middle = start + _split(end - start)
    if old <= middle:
        right = root_of(leaves[middle - old : end - old])
        return [*_grown(old, places, leaves, start, middle, whole=whole), right]
    # Complete, and left of the old end: it is one of its peaks.
    (left,) = [peak for at, peak in places if at == start]
    return [*_grown(old, places, leaves, middle, end, whole=False), left]


def _bits(size: int) -> list[int]:
    """The sizes of the complete subtrees, the largest first."""
    return [1 << bit for bit in reversed(range(size.bit_length())) if size >> bit & 1]


def consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Is the tree of `old` the beginning of that of `new`? (RFC 9162, section 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    # Where the old size is a power of two its root is a node of the new tree, and the proof leaves
    # it out (RFC 9162, 2.1.4.2, step 2).
    path = [old_root, *proof] if old & (old - 1) == 0 else [*proof]
    if not path:
        return False
    number, last = old - 1, new - 1
    while number & 1:
        number >>= 1
        last >>= 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            first, second = node(step, first), node(step, second)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            second = node(second, step)
        number >>= 1
        last >>= 1
    return last == 0 and (first, second) == (old_root, new_root)


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    half: int = 1 << ((size - 1).bit_length() - 1)
    return half
