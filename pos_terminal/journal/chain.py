"""Is the journal what was written? The pure part: rows in, the first thing that is wrong out."""

from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.vocabulary import KINDS, may_be_passed_over
from pos_terminal.domain.language import say
from pos_terminal.journal.codec import VERSION
from pos_terminal.journal.errors import Broken
from pos_terminal.journal.record import Record, Running
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.journal.upcast import UPCASTS
from pos_terminal.verifier.chain import Chain, leaf
from pos_terminal.verifier.core import Core
from pos_terminal.verifier.messages import Bad

_ENCODER = msgspec.json.Encoder(order="sorted")

COUNTERS = ("counts", "session", "op", "base")
"""An envelope's fields that the till's own state has as well."""


class Row(NamedTuple):
    """A row of the table `journal`, as stored."""

    seq: int
    kind: str
    rec: bytes
    hash: bytes
    sig: bytes | None = None

    def record(self) -> Record:
        """The record that it holds, alone: Broken where its bytes are not what its hash says.

        Whether it is in its place in the chain, and signed, is for those who walk.
        """
        if leaf(self.rec) != self.hash:
            raise broken(Bad("hash", seq=self.seq))
        try:
            record = Record.read(self.rec, self.hash, self.sig)
        except ValueError as error:
            raise Broken(self.seq, str(error)) from error
        if record.seq != self.seq:
            raise Broken(self.seq, say("elle se dit l'écriture {seq}", seq=record.seq))
        return record


def broken(bad: Bad) -> Broken:
    """What the verifier found, in the till's language."""
    # The verifier has words of its own; what a catalogue makes of this is its language's code.
    return Broken(bad.seq, bad.how(say("fr")), bad.before)


def _read(rec: bytes) -> Any:
    try:
        return msgspec.json.decode(rec)
    except UNREADABLE as error:
        raise ValueError(str(error)) from error


def follow(chain: Chain, row: Row) -> None:
    """Have the chain take the next row; Broken where it is not the next."""
    try:
        chain.follow(row.seq, row.rec, row.hash)
    except Bad as bad:
        raise broken(bad) from bad


class Judge:
    """The verifier's core over a journal's rows, from record 1 or from a state on.

    What a newer version's record moved can be counted by nobody here: from then on the chain alone
    is followed. `unknown` counts such records. `tickets` is how many are remembered for what comes
    back of them; 0 for all.
    """

    def __init__(self, running: Running | None = None, tickets: int = 0) -> None:
        before: dict[str, Any] | None = None
        whose: tuple[Any, ...] = ()
        self.unknown = 0
        self.chain = Chain()
        if running and running.seq:
            self.chain = Chain(running.seq, running.head)
            total, identity = running.total, running.identity
            before = {
                "total": {"net": total.net, "abs": total.absolute},
                "counts": {"sale": running.counts.sale, "tickets": running.counts.tickets},
            }
            whose = (identity.store, identity.terminal, identity.simulated)
        self._core = Core(
            _read, _ENCODER.encode, self.chain, before=before, whose=whose, tickets=tickets
        )

    def follow(self, row: Row) -> None:
        """Take the next row; Broken where anything of it is not right."""
        self.unknown += moves_unknown(row.kind)
        if self.unknown:
            follow(self.chain, row)
            return
        try:
            kind = self._core.follow(row.seq, row.rec, row.hash)["kind"]
        except Bad as bad:
            raise broken(bad) from bad
        if kind != row.kind:
            how = say("la colonne dit {column}, l'écriture {record}", column=row.kind, record=kind)
            raise Broken(row.seq, how)


def moves_unknown(kind: str) -> bool:
    """Whether a record of that kind may have moved what this version cannot count again."""
    return kind not in KINDS and kind not in UPCASTS and not may_be_passed_over(kind)


class Recount:
    """Follows the core and makes the till's own state again from the events themselves.

    A kind that this version does not know is taken at its word, and so is what follows it: a
    newer version knows more. `running` is a state to go on from.
    """

    def __init__(self, running: Running | None = None) -> None:
        self.running = running
        self._judge = Judge(running)

    @property
    def unknown(self) -> int:
        """Records of kinds that this version does not know."""
        return self._judge.unknown

    def follow(self, row: Row) -> Record:
        """Take the next row; Broken where the core finds something, or a counter is not right."""
        self._judge.follow(row)
        try:
            record = Record.read(row.rec, row.hash, row.sig)
        except ValueError as error:
            raise Broken(row.seq, str(error)) from error
        if record.envelope.v != VERSION:
            how = say(
                "son format est {format} ; cette version connaît {known}",
                format=record.envelope.v, known=VERSION,
            )
            raise Broken(row.seq, how)
        self.running = self._count(record)
        return record

    def _count(self, record: Record) -> Running:
        envelope = record.envelope
        before = self.running or Running(
            identity=Identity(envelope.store, envelope.terminal, envelope.sw, envelope.sim)
        )
        if self.unknown:
            return replace(
                before,
                seq=record.seq,
                head=record.hash,
                operator=envelope.op,
                counts=envelope.counts,
                book=replace(
                    before.book,
                    session=envelope.session,
                    net=envelope.total.net,
                    absolute=envelope.total.absolute,
                ),
            )
        try:
            after = before.fold(record.event, record.moment)
        except ValueError as error:
            how = say("elle ne peut pas suivre : {error}", error=error)
            raise Broken(record.seq, how) from error
        told = (envelope.counts, envelope.session, envelope.op, envelope.base)
        # A Z is of the session that it ends: its own record still has that number.
        made = (after.counts, before.book.session, after.operator, after.base)
        if told != made:
            each = zip(COUNTERS, told, made, strict=True)
            name, one, other = next(row for row in each if row[1] != row[2])
            how = say(
                "{name} est {said}, et {made} d'après les écritures qui la précèdent",
                name=name, said=one, made=other,
            )
            raise Broken(record.seq, how)
        return replace(after, head=record.hash)
