"""A record, and what the next one carries on from the last: pure, no I/O, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec
from msgspec.structs import replace

from pos_terminal.domain.events import (
    Event,
    LineSold,
    LineVoided,
    OperatorSignedOn,
    ReceiptPrinted,
    ReceiptRequested,
    SaleAbandoned,
    SaleClosed,
    SaleOpened,
    Tender,
)
from pos_terminal.domain.moment import Moment
from pos_terminal.journal import codec
from pos_terminal.journal.codec import Counts, Envelope, Totals
from pos_terminal.journal.errors import OutOfStep

NOTHING = bytes(32)
"""The hash before the first record."""


def digest(rec: bytes) -> bytes:
    """A record's hash: link of the chain, and a leaf as in RFC 6962, section 2.1."""
    return sha256(b"\0" + rec).digest()


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose journal it is: stands in every record. `simulated` never mixes with real sales."""

    store: str
    terminal: str
    software: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the journal: its bytes as stored, their hash, and what they say."""

    rec: bytes
    hash: bytes
    envelope: Envelope
    event: Event

    @classmethod
    def read(cls, rec: bytes, stored_hash: bytes) -> "Record":
        """The record that `rec` says, whatever its hash; ValueError where it is none."""
        return cls(rec, stored_hash, *codec.decode(rec))

    @property
    def seq(self) -> int:
        """Its place, from 1."""
        return self.envelope.seq

    @property
    def kind(self) -> str:
        """What happened (domain/events.py)."""
        return self.envelope.kind

    @property
    def operator(self) -> int:
        """Who was signed on; 0 for nobody."""
        return self.envelope.op

    @property
    def moment(self) -> Moment:
        """When it was decided."""
        e = self.envelope
        return Moment(at=e.at, utc=e.utc, mono=e.mono, boot=e.boot, trust=e.trust)


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """The state that runs through the records, as of record `seq`, whose hash is `head`.

    `opened` maps each open sale to its first record; `closed` is the record of the last ticket, 0
    for none.
    """

    identity: Identity
    seq: int = 0
    head: bytes = NOTHING
    session: int = 1
    operator: int = 0
    counts: Counts = Counts()
    total: Totals = Totals()
    opened: Mapping[int, int] = {}
    closed: int = 0

    @property
    def base(self) -> int:
        """The record from which replay rebuilds the open sales and the last closed ticket."""
        firsts = [*self.opened.values(), self.closed] if self.closed else self.opened.values()
        return min(firsts, default=self.seq)

    def stamp(self, event: Event, moment: Moment) -> "tuple[Record, Running]":
        """`event` as the next record, and the state after it; OutOfStep where it cannot follow."""
        after = self.fold(event)
        envelope = Envelope(
            alg=codec.UNSIGNED,
            at=moment.at,
            base=after.base,
            body=codec.body(event),
            boot=moment.boot,
            counts=after.counts,
            kind=event.kind,
            mono=moment.mono,
            op=after.operator,
            prev=self.head.hex(),
            seq=after.seq,
            session=after.session,
            sim=self.identity.simulated,
            store=self.identity.store,
            sw=self.identity.software,
            terminal=self.identity.terminal,
            total=after.total,
            trust=moment.trust,
            utc=moment.utc,
            v=codec.VERSION,
        )
        rec = codec.encode(envelope)
        record = Record(rec, digest(rec), envelope, event)
        return record, replace(after, head=record.hash)

    def fold(self, event: Event) -> "Running":
        """The state after `event`, but for the hash; OutOfStep where it cannot follow."""
        seq = self.seq + 1
        match event:
            case LineSold(sale=sale) | LineVoided(sale=sale) | Tender(sale=sale):
                self._must_be_open(sale)
                return replace(self, seq=seq)
            case SaleOpened(sale=sale):
                if sale != self.counts.sale + 1:
                    raise OutOfStep(f"sale {sale} opened after sale {self.counts.sale}")
                counts = Counts(sale, self.counts.tickets)
                return replace(self, seq=seq, counts=counts, opened={**self.opened, sale: seq})
            case SaleClosed():
                return self._close(event, seq)
            case SaleAbandoned(sale=sale):
                return replace(self, seq=seq, opened=self._without(sale))
            case ReceiptRequested() | ReceiptPrinted():
                if not 1 <= event.number <= self.counts.tickets.get(event.series, 0):
                    raise OutOfStep(f"no ticket {event.series}-{event.number} to print")
                return replace(self, seq=seq)
            case OperatorSignedOn(operator=operator):
                return replace(self, seq=seq, operator=operator)
            case _:
                return replace(self, seq=seq)

    def _close(self, ticket: SaleClosed, seq: int) -> "Running":
        opened = self._without(ticket.sale)
        last = self.counts.tickets.get(ticket.series, 0)
        if ticket.number != last + 1 or not ticket.series.isascii():
            raise OutOfStep(f"ticket {ticket.series}-{ticket.number} after {last}")
        tickets = {**self.counts.tickets, ticket.series: ticket.number}
        total = Totals(self.total.net + ticket.total, self.total.absolute + abs(ticket.total))
        counts = Counts(self.counts.sale, tickets)
        return replace(self, seq=seq, counts=counts, total=total, opened=opened, closed=seq)

    def _must_be_open(self, sale: int) -> None:
        if sale not in self.opened:
            raise OutOfStep(f"sale {sale} is not open")

    def _without(self, sale: int) -> Mapping[int, int]:
        self._must_be_open(sale)
        return {number: first for number, first in self.opened.items() if number != sale}

    @classmethod
    def resume(cls, identity: Identity, recent: Sequence[Record]) -> "Running":
        """The state after the last of `recent`, which begins at that record's `base`."""
        last = recent[-1]
        opened: dict[int, int] = {}
        closed = 0
        for record in recent:
            match record.event:
                case SaleOpened(sale=sale):
                    opened[sale] = record.seq
                case SaleClosed(sale=sale):
                    opened.pop(sale, None)
                    closed = record.seq
                case SaleAbandoned(sale=sale):
                    opened.pop(sale, None)
        return cls(
            identity=identity,
            seq=last.seq,
            head=last.hash,
            session=last.envelope.session,
            operator=last.operator,
            counts=last.envelope.counts,
            total=last.envelope.total,
            opened=opened,
            closed=closed,
        )
