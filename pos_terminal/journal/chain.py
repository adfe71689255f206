"""Is the journal what was written? The pure part: rows in, the first thing that is wrong out."""

from typing import NamedTuple

from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.vocabulary import may_be_passed_over
from pos_terminal.domain.language import say
from pos_terminal.journal.codec import SIGNED, VERSION, UnknownEvent
from pos_terminal.journal.errors import Broken
from pos_terminal.journal.record import NOTHING, Record, Running, digest


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
        if digest(self.rec) != self.hash:
            raise Broken(self.seq, _other_bytes())
        try:
            record = Record.read(self.rec, self.hash, self.sig)
        except ValueError as error:
            raise Broken(self.seq, str(error)) from error
        if record.seq != self.seq:
            raise Broken(self.seq, say("elle se dit l'écriture {seq}", seq=record.seq))
        return record


def _other_bytes() -> str:
    """What is wrong with a record whose bytes were changed."""
    return say("ses octets ne sont pas ceux de son empreinte")


class Chain:
    """Follows the rows one by one: every number there, every hash right, each on the one before."""

    __slots__ = ("head", "seq")

    def __init__(self, seq: int = 0, head: bytes = NOTHING) -> None:
        self.seq = seq
        self.head = head

    def follow(self, row: Row) -> None:
        """Take the next row; Broken where it is not the next."""
        seq, rec = row.seq, row.rec
        if seq != self.seq + 1:
            raise Broken(self.seq + 1, say("elle manque ; l'écriture {seq} vient ensuite", seq=seq))
        head = digest(rec)
        if head != row.hash:
            raise Broken(seq, _other_bytes())
        # Both keys are always there and adjacent (codec.py); only a whole decode says more.
        if b',"prev":"%b","seq":%d,' % (self.head.hex().encode(), seq) not in rec:
            how = say(
                "elle ne suit pas l'écriture {seq} : prev ou seq est d'une autre", seq=seq - 1
            )
            raise Broken(seq, how)
        self.seq = seq
        self.head = head


class Recount:
    """Follows the chain and makes every counter and total again from the events themselves.

    A kind that this version does not know is taken at its word, and so is what follows it: a
    newer version knows more. `unknown` counts such records. `running` is a state to go on from.
    """

    def __init__(self, running: Running | None = None) -> None:
        self.unknown = 0
        self.running = running
        self._chain = Chain(running.seq, running.head) if running else Chain()

    def follow(self, row: Row) -> Record:
        """Take the next row; Broken where the chain, a field or a total is not right."""
        self._chain.follow(row)
        try:
            record = Record.read(row.rec, row.hash, row.sig)
        except ValueError as error:
            raise Broken(row.seq, str(error)) from error
        envelope = record.envelope
        # The chain looked for bytes that may stand elsewhere in the record; here the envelope
        # speaks.
        if envelope.seq != row.seq or envelope.prev != self._before.hex():
            raise Broken(row.seq, say("son enveloppe dit une autre place dans la chaîne"))
        if envelope.kind != row.kind:
            how = say(
                "la colonne dit {column}, l'écriture {record}",
                column=row.kind, record=envelope.kind,
            )
            raise Broken(row.seq, how)
        if envelope.v != VERSION:
            how = say(
                "son format est {format} ; cette version connaît {known}",
                format=envelope.v, known=VERSION,
            )
            raise Broken(row.seq, how)
        self.running = self._count(record)
        return record

    @property
    def _before(self) -> bytes:
        return self.running.head if self.running else NOTHING

    def _count(self, record: Record) -> Running:
        envelope = record.envelope
        identity = Identity(envelope.store, envelope.terminal, envelope.sw, envelope.sim)
        before = self.running or Running(identity=identity)
        whose = before.identity
        if (whose.store, whose.terminal, whose.simulated) != (
            identity.store,
            identity.terminal,
            identity.simulated,
        ):
            how = say("elle est d'une autre caisse : store, terminal ou sim diffère")
            raise Broken(record.seq, how)
        # From an unknown kind on nothing can be counted again: it may have moved any total.
        strange = isinstance(record.event, UnknownEvent)
        self.unknown += strange and not may_be_passed_over(envelope.kind)
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
        for name, said, made in (
            ("alg", envelope.alg, SIGNED),
            ("counts", envelope.counts, after.counts),
            ("total", envelope.total, after.total),
            # A Z is of the session that it ends: its own record still has that number.
            ("session", envelope.session, before.book.session),
            ("op", envelope.op, after.operator),
            ("base", envelope.base, after.base),
        ):
            if said != made:
                how = say(
                    "{name} est {said}, et {made} d'après les écritures qui la précèdent",
                    name=name, said=said, made=made,
                )
                raise Broken(record.seq, how)
        return replace(after, head=record.hash)
