"""A record, and what the next one carries on from the last: pure, no I/O, no clock."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TypeAlias, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.audit.setup import Setup
from pos_terminal.domain.events.adjustment import (
    DiscountGiven,
    DiscountWithdrawn,
    PlaceChosen,
    PricesChosen,
    PromotionsApplied,
)
from pos_terminal.domain.events.event import INVOICES, TRAINING_SERIES, Event
from pos_terminal.domain.events.grants import GrantEnded, GrantGiven, GrantUsed
from pos_terminal.domain.events.outage import OutageEnded, OutageStarted
from pos_terminal.domain.events.paper import InvoiceMade, ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import (
    Archived,
    Period,
    PeriodClosed,
    PeriodTotals,
    Purged,
    ServiceClosed,
    TrainingEnded,
    TrainingStarted,
)
from pos_terminal.domain.events.sale import (
    LineSold,
    LineVoided,
    RefundEnded,
    RefundOpened,
    SaleAbandoned,
    SaleClosed,
    SaleHeld,
    SaleOpened,
    SaleRecalled,
    Tender,
    TenderReturned,
)
from pos_terminal.domain.events.staff import OperatorSignedOff, OperatorSignedOn
from pos_terminal.domain.events.system import KeyMade, KeyReplaced, KeyRotated
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period.book import Book, NotYet
from pos_terminal.domain.period.closing import Books
from pos_terminal.domain.staff import pin_lock as tries
from pos_terminal.domain.staff.clerks import SignedOn
from pos_terminal.domain.staff.grants import Grants
from pos_terminal.journal import codec
from pos_terminal.journal.codec import Counts, Envelope, Totals
from pos_terminal.journal.errors import OutOfStep
from pos_terminal.verifier.chain import NOTHING, leaf

WithinSale: TypeAlias = (
    LineSold
    | LineVoided
    | Tender
    | TenderReturned
    | DiscountGiven
    | DiscountWithdrawn
    | PricesChosen
    | PlaceChosen
    | PromotionsApplied
    | SaleHeld
    | SaleRecalled
    | RefundOpened
    | RefundEnded
)
"""The events that only an open sale has."""

_OF_A_SALE = frozenset({LineSold, LineVoided, Tender, TenderReturned})
"""The most frequent events change no more of a Running than its book: a commit's time counts."""

C = TypeVar("C", PeriodClosed, ServiceClosed)

class Record(Struct, frozen=True):
    """One entry of the journal: its bytes as stored, their hash, what they say, who signed."""

    rec: bytes
    hash: bytes
    envelope: Envelope
    event: Event
    sig: bytes | None = None

    @classmethod
    def read(cls, rec: bytes, stored_hash: bytes, sig: bytes | None = None) -> "Record":
        """The record that `rec` says, whatever its hash; ValueError where it is none."""
        return cls(rec, stored_hash, *codec.decode(rec), sig)

    @property
    def seq(self) -> int:
        """Its place, from 1."""
        return self.envelope.seq

    @property
    def kind(self) -> str:
        """What happened (domain/events/sale.py)."""
        return self.envelope.kind

    @property
    def anchor(self) -> str:
        """«512 3fa9...»: its place and its hash, by which paper can name it."""
        return f"{self.seq} {self.hash.hex()}"

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
    for none. `book` is where the periods and the perpetual totals stand, `setup` what is in force,
    `wrong` the wrong PINs by operator, `grants` what other programs on the box may do, `purged` the
    last record that a purge may have emptied;
    `key` is the id of the key that signs the next record, empty before there is one.
    """

    identity: Identity
    seq: int = 0
    head: bytes = NOTHING
    operator: int = 0
    signed_on: SignedOn = SignedOn()
    counts: Counts = Counts()
    opened: Mapping[int, int] = {}
    closed: int = 0
    book: Book = Book()
    setup: Setup = Setup()
    wrong: tries.Wrong = {}
    grants: Grants = Grants()
    key: str = ""
    purged: int = 0

    @property
    def books(self) -> Books:
        """Where the journal stands, for who decides what is closed."""
        return Books(self.book, self.seq, tuple(sorted(self.opened)))

    @property
    def total(self) -> Totals:
        """Over all closed tickets but those of training, never reset."""
        return Totals(self.book.net, self.book.absolute)

    @property
    def base(self) -> int:
        """The record from which replay rebuilds the open sales and the last closed ticket."""
        # The last ticket too: after a restart it can still be printed.
        firsts = [*self.opened.values(), self.closed] if self.closed else self.opened.values()
        return min(firsts, default=self.seq)

    def must_take(self, events: Iterable[Event], moment: Moment) -> None:
        """ValueError where one of them cannot follow, or is no record (OutOfStep, a vast number).

        For whoever may be wrong: what the writer refuses ends the journal until it is reopened.
        """
        after = self
        for event in events:
            _, after = after.stamp(event, moment)

    def stamp(self, event: Event, moment: Moment) -> "tuple[Record, Running]":
        """`event` as the next record, still to be signed, and the state after it.

        OutOfStep where it cannot follow.
        """
        after = self.fold(event, moment)
        envelope = Envelope(
            alg=codec.SIGNED,
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
            session=self.book.session,
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
        record = Record(rec, leaf(rec), envelope, event)
        return record, replace(after, head=record.hash)

    def fold(self, event: Event, moment: Moment) -> "Running":
        """The state after `event`, decided at that moment, but for the hash.

        OutOfStep where it cannot follow.
        """
        seq, at = self.seq + 1, moment.at
        self._must_follow(event, seq)
        vouched = moment.trust is not Trust.UNVERIFIED
        book = self.book.after(event, seq, at, self.operator, vouched=vouched)
        # Most events by far: they skip the match.
        if type(event) in _OF_A_SALE:
            return replace(self, seq=seq, book=book)
        match event:
            case SaleOpened(sale=sale):
                counts = Counts(sale, self.counts.tickets)
                opened = {**self.opened, sale: seq}
                return replace(self, seq=seq, book=book, counts=counts, opened=opened)
            case SaleClosed():
                return self._close(event, seq, book)
            case InvoiceMade():
                return replace(self, seq=seq, book=book, counts=self._invoiced(event))
            case SaleAbandoned(sale=sale):
                return replace(self, seq=seq, book=book, opened=self._without(sale))
            case OperatorSignedOn() | OperatorSignedOff():
                return self._signed(event, at, seq, book)
            case KeyMade() | KeyRotated():
                return replace(self, seq=seq, book=book, key=self._next_key(event))
            case KeyReplaced():
                return self._replaced(event, seq, book)
            case Purged():
                return replace(self, seq=seq, book=book, purged=self._purged(event))
            case GrantGiven() | GrantEnded():
                return replace(self, seq=seq, book=book, grants=self.grants.after(event))
            case _:
                setup, wrong = self.setup.after(event), tries.after(self.wrong, event)
                return replace(self, seq=seq, book=book, setup=setup, wrong=wrong)

    def _signed(
        self, event: OperatorSignedOn | OperatorSignedOff, at: str, seq: int, book: Book
    ) -> "Running":
        if isinstance(event, OperatorSignedOff):
            return replace(self, seq=seq, book=book, operator=0, signed_on=SignedOn())
        return replace(
            self,
            seq=seq,
            book=book,
            operator=event.operator,
            signed_on=SignedOn(at, event.by),
            wrong=tries.after(self.wrong, event),
        )

    def _must_follow(self, event: Event, seq: int) -> None:
        if isinstance(event, WithinSale):
            self._must_be_open(event.sale)
            return
        match event:
            case SaleOpened(sale=sale):
                if sale != self.counts.sale + 1:
                    raise OutOfStep(f"sale {sale} opened after sale {self.counts.sale}")
            case ReceiptRequested() | ReceiptPrinted() | PaymentChanged():
                if not 1 <= event.number <= self.counts.tickets.get(event.series, 0):
                    what = "correct" if isinstance(event, PaymentChanged) else "print"
                    raise OutOfStep(f"no ticket {event.series}-{event.number} to {what}")
            case OutageStarted() | OutageEnded():
                self._must_make_up(event)
            case PeriodClosed() | ServiceClosed():
                self._must_add_up(event, seq)
            case TrainingStarted() | TrainingEnded():
                self._must_turn(event)
            case Archived():
                if not 0 < event.first <= event.last <= self.seq:
                    what = f"records {event.first} to {event.last}"
                    raise OutOfStep(f"{event.kind} of {what}, and {self.seq} are there")
            case GrantGiven() | GrantUsed() | GrantEnded():
                if not self.grants.may_follow(event):
                    raise OutOfStep(f"{event.kind} of grant {event.grant} after {self.grants.last}")

    def _close(self, ticket: SaleClosed, seq: int, book: Book) -> "Running":
        opened = self._without(ticket.sale)
        last = self.counts.tickets.get(ticket.series, 0)
        if ticket.number != last + 1 or not ticket.series.isascii():
            raise OutOfStep(f"ticket {ticket.series}-{ticket.number} after {last}")
        # An exercise with an ordinary number, or the reverse, would be in the wrong totals for
        # good.
        if (ticket.series == TRAINING_SERIES) != self.book.training:
            raise OutOfStep(f"a ticket of series {ticket.series}: training is the other way round")
        counts = self._numbered(ticket.series, ticket.number)
        return replace(self, seq=seq, book=book, counts=counts, opened=opened, closed=seq)

    def _numbered(self, series: str, number: int) -> Counts:
        return Counts(self.counts.sale, {**self.counts.tickets, series: number})

    def _invoiced(self, made: InvoiceMade) -> Counts:
        numbers = self.counts.tickets
        if made.series != INVOICES or made.number != numbers.get(INVOICES, 0) + 1:
            raise OutOfStep(f"invoice {made.series}-{made.number} after {numbers.get(INVOICES, 0)}")
        for series, number in made.places:
            if not 1 <= number <= numbers.get(series, 0):
                raise OutOfStep(f"no ticket {series}-{number} to invoice")
        return self._numbered(made.series, made.number)

    def _must_add_up(self, closed: PeriodClosed | ServiceClosed, seq: int) -> None:
        """A closure says exactly what the book says; nothing is closed over a sale by oversight."""
        try:
            if isinstance(closed, ServiceClosed):
                self._service_must_add_up(closed, seq)
            else:
                self._period_must_add_up(closed, seq)
        except NotYet as error:
            raise OutOfStep(str(error)) from error

    def _period_must_add_up(self, closed: PeriodClosed, seq: int) -> None:
        # A month or a year is of closed days; sales that are open now are the next day's.
        still_open = tuple(sorted(self.opened)) if closed.period is Period.DAY else ()
        if closed.carried != still_open:
            raise OutOfStep(f"open sales are {still_open}; the closure carries {closed.carried}")
        right = self.book.closure(
            closed.period,
            seq,
            closed.label,
            year_begins=closed.year_begins,
            automatic=closed.automatic,
            carried=closed.carried,
            authority=closed.authority,
        )
        if closed != _as_told(right, closed.totals):
            raise OutOfStep(f"the {closed.period}'s closure is not what the book says")

    def _service_must_add_up(self, closed: ServiceClosed, seq: int) -> None:
        right = self.book.service(seq, authority=closed.authority)
        if closed != replace(_as_told(right, closed.totals), name=closed.name):
            raise OutOfStep("the service's sums are not what the book says")

    def _must_turn(self, event: TrainingStarted | TrainingEnded) -> None:
        if self.opened:
            raise OutOfStep("training neither begins nor ends while a sale is open")
        if isinstance(event, TrainingStarted) == self.book.training:
            raise OutOfStep(f"{event.kind} while training is {self.book.training}")

    def _purged(self, event: Purged) -> int:
        if not self.purged < event.last <= self.seq:
            raise OutOfStep(f"a purge up to {event.last} behind one up to {self.purged}")
        return event.last

    def _must_make_up(self, event: OutageStarted | OutageEnded) -> None:
        now = self.book.outage
        if isinstance(event, OutageStarted) == bool(now.since):
            raise OutOfStep(f"{event.kind} while the till was down since {now.since or 'never'}")
        if isinstance(event, OutageEnded):
            said = (event.since, event.tickets, event.total)
            if said != (now.since, now.tickets, now.total):
                raise OutOfStep(f"{event.kind} says {said}, and not {now}")

    def _replaced(self, event: KeyReplaced, seq: int, book: Book) -> "Running":
        """Numbers only ever go forward: those that were lost may stand on paper."""
        if event.after != self.seq:
            raise OutOfStep(f"{event.kind} behind record {event.after}, and {self.seq} are there")
        numbers = {each.series: each.number for each in event.tickets}
        known = self.counts.tickets
        back = [series for series in known if numbers.get(series, 0) < known[series]]
        said = (event.sale, event.days, event.months, event.years)
        now = (self.counts.sale, book.days, book.months, book.years)
        if back or any(new < old for new, old in zip(said, now, strict=True)):
            raise OutOfStep(f"{event.kind} has numbers go back")
        book = replace(book, days=event.days, months=event.months, years=event.years)
        counts = Counts(event.sale, numbers)
        return replace(self, seq=seq, book=book, counts=counts, key=self._next_key(event))

    def _next_key(self, event: KeyMade | KeyRotated | KeyReplaced) -> str:
        if isinstance(event, KeyMade) and self.seq:
            raise OutOfStep("keys are made with the first record, and then take over")
        old = "" if isinstance(event, KeyMade) else event.old
        if old != self.key:
            raise OutOfStep(f"{event.kind} takes over from {old[:12]!r}, and not {self.key[:12]!r}")
        if event.key != sha256(bytes.fromhex(event.record_key)).hexdigest():
            raise OutOfStep(f"key {event.key[:12]} is not the id of its record key")
        return event.key

    def _must_be_open(self, sale: int) -> None:
        if sale not in self.opened:
            raise OutOfStep(f"sale {sale} is not open")

    def _without(self, sale: int) -> Mapping[int, int]:
        self._must_be_open(sale)
        return {number: first for number, first in self.opened.items() if number != sale}


def _as_told(right: C, totals: PeriodTotals) -> C:
    """What a closure must say that says so much.

    One of an earlier version, or of a day in which the program was updated, is not held to its
    parts: that version knew fewer.
    """
    mine, told = right.totals, totals.parts
    if told and mine.parts and told.version == mine.parts.version:
        return right
    mine = replace(mine, parts=told)
    return replace(right, totals=mine)
