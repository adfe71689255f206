"""Checkpoints, each held to the records up to it as these are followed."""

from collections.abc import Iterable, Mapping

from pos_terminal.domain.language import say
from pos_terminal.journal import checkpoint
from pos_terminal.journal.chain import Row, broken
from pos_terminal.journal.checkpoint import EVERY, Checkpoint, Seal
from pos_terminal.journal.database import Reader
from pos_terminal.journal.errors import Broken
from pos_terminal.journal.keyring import Verifier
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.signatures import sealed
from pos_terminal.verifier.chain import leaf
from pos_terminal.verifier.messages import Bad

SEALED = {event.kind for event in checkpoint.BEHIND}


def emptied(reader: Reader, tree: Frontier, last: int, most: int) -> Frontier:
    """The tree with the next purged records up to `last`, so many at most; Broken for a bad one.

    Of such a record its hash is left. Bytes that stand in it are those that it had, as in one that
    brought keys, or before a purge that was cut short goes on.
    """
    rows = reader.rows(tree.size, min(most, last - tree.size))
    for row in rows:
        if row.rec and leaf(row.rec) != row.hash:
            raise broken(Bad("hash", seq=row.seq))
    if not rows:
        raise Broken(tree.size + 1, say("elle manque"))
    return tree.extend(row.hash for row in rows)


class Sealing:
    """Knows of every checkpoint whether it is there, is signed, and is of these records.

    `tree` is over the records before the first that is followed.
    """

    def __init__(self, tree: Frontier) -> None:
        self.count = 0
        self._tree = tree
        self._leaves: list[bytes] = []
        self.coming((), {})

    def coming(self, seals: Iterable[Seal], verifiers: Mapping[str, Verifier]) -> None:
        """These come next, each behind its record, signed by one of those keys."""
        self._seals = iter(seals)
        self._next = next(self._seals, None)
        self._verifiers = verifiers

    def follow(self, row: Row) -> tuple[Seal, Checkpoint] | None:
        """Take the next record; the checkpoint behind it, if one belongs there.

        Broken where it is missing, or is not what it must be.
        """
        self._leaves.append(row.hash)
        seal = self._next
        if seal is None or seal.size != row.seq:
            if row.kind in SEALED or row.seq % EVERY == 0:
                raise Broken(row.seq, say("le point de contrôle qui la suit manque"))
            return None
        self._next = next(self._seals, None)
        said = sealed(seal, self._verifiers)
        self._tree = self._tree.extend(self._leaves)
        self._leaves.clear()
        if (said.root, said.head) != (self._tree.root.hex(), row.hash.hex()):
            raise Broken(seal.size, say("le point de contrôle qui la suit est d'autres écritures"))
        self.count += 1
        return seal, said
