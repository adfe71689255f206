"""What a till hands to a witness: a checkpoint, and that it only goes on from what was before.

The proof is what lies between: the hashes of the records since the witness last looked, which lead
from the tree that it knows to the new root, and the rotations among them, which lead from the key
that it knows to the new one. It grows with what was sold meanwhile, not with the journal.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from pos_terminal.domain import faults
from pos_terminal.domain.events.system import KeyReplaced, KeyRotated
from pos_terminal.domain.language import say
from pos_terminal.journal import checkpoint
from pos_terminal.journal.checkpoint import Checkpoint
from pos_terminal.journal.cosignature import witnessed
from pos_terminal.journal.database import Reader, reading
from pos_terminal.journal.errors import Broken, JournalError
from pos_terminal.journal.keyring import Verifier, public_keys
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.record import Record
from pos_terminal.journal.signer import PublicKeys
from pos_terminal.journal.state_directory import Mark, read_mark
from pos_terminal.verifier.chain import leaf

BATCH = 10_000


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes and their signature, in base 64."""

    body: bytes
    sig: bytes


class KeysShown(msgspec.Struct, frozen=True, kw_only=True):
    """Public keys, DER in base 64."""

    record: bytes
    checkpoint: bytes

    @property
    def public(self) -> PublicKeys:
        """With their id."""
        return public_keys(self.record, self.checkpoint)


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """The file that a till hands out.

    `leaves` are the hashes of the records behind `after` up to the checkpoint's size, 32 bytes
    each; `keys` those that signed it, `rotations` the records behind `after` that changed them.
    """

    v: int
    till: Mark
    after: int
    leaves: bytes
    checkpoint: Signed
    keys: KeysShown
    rotations: tuple[Signed, ...] = ()

    @property
    def said(self) -> Checkpoint:
        """The checkpoint; ValueError where it is none, or not signed by `keys`."""
        said = checkpoint.read(self.checkpoint.body)
        if said.key != self.keys.public.key or not Verifier(self.keys.public).closed(
            self.checkpoint.body, self.checkpoint.sig
        ):
            raise ValueError(say("le point de contrôle n'est pas signé par la clé jointe"))
        return said

    def grown(self, tree: Frontier) -> Frontier:
        """`tree` with the leaves that it lacks; ValueError where it ends before they begin."""
        if tree.size < self.after:
            raise ValueError(
                say(
                    "elle commence après l'écriture {after} ; {size} est la dernière connue",
                    after=self.after, size=tree.size,
                )
            )
        starts = range(32 * (tree.size - self.after), len(self.leaves), 32)
        return tree.extend(self.leaves[start : start + 32] for start in starts)

    def led_on(self, keys: PublicKeys) -> PublicKeys:
        """The keys that took over from `keys` in the end; ValueError where one did not agree."""
        for rotation, event in self._changes():
            if event.old != keys.key:
                continue  # of before what is known
            new = public_keys(
                bytes.fromhex(event.record_key), bytes.fromhex(event.checkpoint_key)
            )
            if isinstance(event, KeyReplaced):
                # Nobody could agree to it. The records that were seen are all there before it, or
                # it says which are lost.
                if not Verifier(new).signed(rotation.body, rotation.sig):
                    raise ValueError(
                        say("la nouvelle clé n'a pas signé ce avec quoi elle continue")
                    )
                keys = new
                continue
            proof = bytes.fromhex(event.proof)
            if not Verifier(keys).signed(rotation.body, rotation.sig):
                raise ValueError(say("l'ancienne clé n'a pas signé le changement de clés"))
            if not Verifier(new).signed(f"{event.old}:{event.key}".encode(), proof):
                raise ValueError(say("la nouvelle clé n'a pas signé le changement de clés"))
            keys = new
        return keys

    def confesses(self, seen: Checkpoint) -> bool:
        """Whether a change of keys among the records says that what was seen is lost, and whole.

        Then there is nothing of it to go on from: the whole of this journal must be handed in.
        """
        return self.after == 0 and any(
            isinstance(event, KeyReplaced) and confessed(event, seen)
            for _, event in self._changes()
        )

    def _changes(self) -> Iterator[tuple[Signed, KeyRotated | KeyReplaced]]:
        """The records that changed keys; ValueError where one is none, or not of these leaves."""
        leaves = {self.leaves[at : at + 32] for at in range(0, len(self.leaves), 32)}
        for rotation in self.rotations:
            event = Record.read(rotation.body, b"").event
            if leaf(rotation.body) not in leaves or not isinstance(
                event, KeyRotated | KeyReplaced
            ):
                raise ValueError(say("un changement de clés n'est pas parmi les écritures"))
            yield rotation, event


def confessed(event: KeyReplaced, seen: Checkpoint) -> bool:
    """Whether it says that exactly this was seen, and that some of it is lost."""
    return event.lost > 0 and (event.seen, event.seen_head) == (seen.size, seen.head)


def export(path: Path, after: int | None = None) -> Extension:
    """What a witness that knows the records up to `after` needs of the journal at `path`.

    With None it begins behind the last record that a witness has cosigned. JournalError where
    there is no checkpoint yet, or none behind `after`.
    """
    mark = read_mark(path.parent)
    with reading(path) as reader:
        seal = reader.seal()
        begin = witnessed(reader).size if after is None else after
        if seal is None or mark is None or seal.size < begin:
            detail = say(
                "{path} n'a pas de point de contrôle de plus de {begin} écritures",
                path=path, begin=begin,
            )
            raise JournalError(faults.JOURNAL_MISSING, detail)
        stored = {each.key: each for each in reader.stored_keys()}
        keys = stored[checkpoint.read(seal.body).key]
        return Extension(
            v=1,
            till=mark,
            after=begin,
            leaves=b"".join(_leaves(reader, begin, seal.size)),
            checkpoint=Signed(body=seal.body, sig=seal.sig),
            keys=KeysShown(record=keys.record, checkpoint=keys.checkpoint),
            rotations=tuple(
                _signed(reader, each.seq)
                for each in list(stored.values())[1:]
                if begin < each.seq <= seal.size
            ),
        )


def _leaves(reader: Reader, after: int, last: int) -> list[bytes]:
    leaves: list[bytes] = []
    while after + len(leaves) < last:
        done = after + len(leaves)
        more = reader.hashes(done, min(BATCH, last - done))
        if not more:
            raise Broken(done + 1, say("elle manque"))
        leaves += more
    return leaves


def _signed(reader: Reader, seq: int) -> Signed:
    row = reader.rows(seq - 1, 1)[0]
    return Signed(body=row.rec, sig=row.sig or b"")
