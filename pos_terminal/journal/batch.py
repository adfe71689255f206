"""What one commit writes: records stamped and signed, the checkpoints and keys among them."""

from collections.abc import Sequence
from itertools import chain

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import SaleOpened
from pos_terminal.domain.events.system import KeyMade, KeyReplaced, KeyRotated
from pos_terminal.domain.moment import Moment
from pos_terminal.journal import checkpoint, codec
from pos_terminal.journal.checkpoint import Seal
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.record import Record, Running
from pos_terminal.journal.signer import Signer

CHECKPOINTS = "Ed25519"
"""The algorithm of checkpoint signatures, as the table `keys` names it (RFC 8032)."""


class Batch:
    """Collects records on top of a state. Nothing of it counts before it is on the disk."""

    def __init__(
        self, running: Running, tree: Frontier, signer: Signer, leaves: Sequence[bytes] = ()
    ) -> None:
        self.running = running
        self.tree = tree
        """Of the records up to the last checkpoint."""
        self.leaves: list[bytes] = []
        """The hashes of the batch's records behind it; before the first stand those given."""
        self._before = leaves
        self.records: list[Record] = []
        self.rows: list[object] = []
        """The columns of all rows, one row behind the other."""
        self.seals: list[Seal] = []
        self.keys: list[tuple[str, str, bytes, int]] = []
        self._signer = signer

    def add(self, event: Event, moment: Moment, successor: Signer | None = None) -> Record:
        """The next record, signed. OutOfStep where it cannot follow, SignerDown.

        `successor` signs from behind a key.rotated on.
        """
        if isinstance(event, SaleOpened):
            self._signer.begin(event.sale)
        bare, self.running = self.running.stamp(event, moment)
        rec, hashed, envelope = bare.rec, bare.hash, bare.envelope
        sig = self._signer.seal(rec).signature
        record = Record(rec, hashed, envelope, event, sig)
        self.leaves.append(hashed)
        self.records.append(record)
        self.rows += (envelope.seq, envelope.kind, rec, hashed, sig)
        if checkpoint.is_due(event, envelope.seq):
            self._close(event, moment, successor)
        return record

    def _close(self, event: Event, moment: Moment, successor: Signer | None) -> None:
        """Behind keys that come into force, behind closures and now and then: a checkpoint."""
        seq = self.running.seq
        if isinstance(event, KeyMade | KeyRotated | KeyReplaced):
            record_key = bytes.fromhex(event.record_key)
            checkpoint_key = bytes.fromhex(event.checkpoint_key)
            self.keys.append((event.key, codec.SIGNED, record_key, seq))
            self.keys.append((event.key, CHECKPOINTS, checkpoint_key, seq))
            self._signer = successor or self._signer
        self.tree = self.tree.extend(chain(self._before, self.leaves))
        self._before = ()
        self.leaves.clear()
        body = checkpoint.body(self.running, self.tree, moment.at)
        self.seals.append(Seal(seq, body, self._signer.close(body)))

    @property
    def signer(self) -> Signer:
        """Who signs the next record."""
        return self._signer
