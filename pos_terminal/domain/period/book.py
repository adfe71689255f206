"""The book of running totals: what a Z will say, folded from the events. Pure.

A day is a session: it runs from its first record to its Z, whatever the date and the wall clock
say. Months are made of closed days, years of closed months, so nothing is counted twice and
nothing can enter a period once it is closed.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import fields, replace

from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.breakdown import Breakdown, ServiceSum
from pos_terminal.domain.events.cash import CashCounted, CashMoved, DrawerOpened
from pos_terminal.domain.events.copies import is_duplicate
from pos_terminal.domain.events.event import TRAINING_SERIES, Event
from pos_terminal.domain.events.outage import OutageEnded, OutageStarted
from pos_terminal.domain.events.paper import ReceiptPrinted
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import (
    NOTHING,
    Period,
    PeriodClosed,
    PeriodTotals,
    ServiceClosed,
    TenderSum,
    TrainingEnded,
    TrainingStarted,
)
from pos_terminal.domain.events.prepaid import DepositMoved, VoucherMoved
from pos_terminal.domain.events.sale import (
    LineSold,
    LineVoided,
    SaleAbandoned,
    SaleClosed,
    SaleOpened,
    Tender,
    VatSum,
)
from pos_terminal.domain.events.system import ClockJumped
from pos_terminal.domain.language import say
from pos_terminal.domain.period import breakdown
from pos_terminal.domain.period.breakdown import combined, summed
from pos_terminal.domain.period.outage import NO_OUTAGE, Outage
from pos_terminal.domain.period.overdue import Begun, label

_UNCOUNTED = frozenset({SaleOpened, LineSold, Tender})
"""The most frequent events change nothing in a day that is open: this is all they cost a commit."""


EARLIEST = "2026-01-01"
"""No till ran this program before: a clock that says an earlier date was never set."""


class Tally(Struct, frozen=True):
    """A period that runs: its first record (0: none yet), its opening date, and its totals.

    A day is opened, on the shop's date, by the first event that sells or counts; until then
    it holds what the till did by itself, and need not be closed. `unsure` is the local time of
    that event by a clock for which nothing vouched, until something does. `year_begins` is the
    fiscal year's first month by the first closure in this period, 0 before there is one; `offset`
    of the shop's time from UTC as it was opened, as ISO 8601 has it.
    """

    first: int = 0
    opened: str = ""
    first_session: int = 0
    totals: PeriodTotals = NOTHING
    unsure: str = ""
    year_begins: int = 0
    offset: str = ""

    def closed(self, part: PeriodClosed, offset: str) -> "Tally":
        """This longer period with a closed shorter one in it, which was opened at that offset."""
        return Tally(
            first=self.first or part.first,
            opened=self.opened or part.label,
            first_session=self.first_session or part.sessions[0],
            totals=added(self.totals, in_longer(part.totals)),
            year_begins=self.year_begins or part.year_begins,
            offset=self.offset or offset,
        )


class Section(Struct, frozen=True):
    """The running service: so many were closed before it today, the last one with record `last`.

    `before` are the day's totals as of then.
    """

    number: int = 0
    last: int = 0
    before: PeriodTotals = NOTHING

    def unclosed(self, day: PeriodTotals) -> bool:
        """Whether the day is closed by service, and something came since the last one."""
        return self.number > 0 and day != self.before


class NotYet(Exception):
    """The period cannot be closed now; the message says why."""


class CloseFirst(NotYet):
    """A shorter period within it is still open."""


class Book(Struct, frozen=True):
    """Where the periods stand after some record.

    `days`, `months` and `years` count the closures; `net` and `absolute` are the perpetual totals
    of the turnover of all tickets but those of training, which is on while `training` is true;
    `outage` is the breakdown that is being made up for. `known` is the last date of a clock for
    which something vouched: a day that is opened by another is of no earlier date.
    """

    session: int = 1
    day: Tally = field(default_factory=Tally)
    month: Tally = field(default_factory=Tally)
    year: Tally = field(default_factory=Tally)
    days: int = 0
    months: int = 0
    years: int = 0
    net: int = 0
    absolute: int = 0
    training: bool = False
    section: Section = Section()
    outage: Outage = NO_OUTAGE
    known: str = EARLIEST

    def after(
        self, event: Event, seq: int, at: str, operator: int = 0, *, vouched: bool = True
    ) -> "Book":
        """The book after the event of record `seq`, whose local time is `at`.

        `operator` was signed on when it was decided; `vouched` says whether the time can be
        believed.
        """
        # By type and before all else: most records of a day are one of these.
        if self.day.opened and type(event) in _UNCOUNTED:
            return self
        if isinstance(event, PeriodClosed):
            return self._closed(event)
        day = self.day
        totals = _after(
            day.totals, event, Told(seq, at, operator), training=self.training
        )
        # `is`: whoever changes totals makes new ones, and to compare them costs more than to count.
        opens = totals is not day.totals or isinstance(event, SaleOpened | LineSold | Tender)
        first, opened, unsure, offset = day.first or seq, day.opened, day.unsure, day.offset
        if opens and not opened:
            # A machine that wakes up in 1970 opens no fiscal year 1970.
            opened = at[:10] if vouched else max(at[:10], self.known)
            unsure = "" if vouched else at
            offset = at[-len("+00:00") :]
        if (totals, first, opened) != (day.totals, day.first, day.opened):
            day = Tally(first, opened, self.session, totals, unsure, offset=offset)
        book = replace(self, known=at[:10]) if vouched and at[:10] != self.known else self
        return book._with(event, seq, at, day, vouched=vouched)

    def _with(self, event: Event, seq: int, at: str, day: Tally, *, vouched: bool) -> "Book":
        """With that running day, and what else the event changes."""
        match event:
            case SaleClosed() if event.series != TRAINING_SERIES:
                net = self.net + event.turnover
                # Without sign, so that refunds can hide nothing in the perpetual total.
                absolute = self.absolute + abs(event.turnover)
                outage = self.outage.after(event)
                return replace(self, day=day, net=net, absolute=absolute, outage=outage)
            case OutageStarted() | OutageEnded():
                return replace(self, day=day, outage=self.outage.after(event))
            case TrainingStarted() | TrainingEnded():
                return replace(self, day=day, training=isinstance(event, TrainingStarted))
            case ServiceClosed():
                section = Section(event.number, seq, day.totals)
                return replace(self, day=day, section=section)
            case ClockJumped() if day.unsure:
                return replace(self, day=_set_right(day, event.by, vouched=vouched))
            case _:
                return self if day is self.day else replace(self, day=day)

    def closure(
        self,
        period: Period,
        seq: int,
        today: str,
        *,
        year_begins: int = 1,
        automatic: bool = False,
        carried: tuple[int, ...] = (),
        authority: int = 0,
    ) -> PeriodClosed:
        """What closes the period with record `seq`; NotYet when it cannot be closed.

        `today` labels a day without sales; `year_begins` is the fiscal year's first month, of a
        year in which nothing is closed yet.
        """
        year_begins = self.year_begins(year_begins)
        tally, number = self._running(period)
        if tally.first == 0:
            raise NotYet(say("rien ne s'est encore passé"))
        opened = tally.opened or date.fromisoformat(today).isoformat()
        # A month or year is closed behind the day's Z, when the next session has begun.
        last_session = self.session if period is Period.DAY else self.session - 1
        return PeriodClosed(
            period=period,
            number=number + 1,
            label=label(period, opened, year_begins),
            first=tally.first,
            last=seq,
            sessions=(tally.first_session, last_session),
            totals=tally.totals,
            net_ever=self.net,
            absolute_ever=self.absolute,
            automatic=automatic,
            carried=carried,
            authority=authority,
            year_begins=year_begins,
        )

    def service(self, seq: int, names: tuple[str, ...] = (), authority: int = 0) -> ServiceClosed:
        """What closes the running service with record `seq`; NotYet where nothing is in it.

        `names` are what the shop calls its services, the day's first one first.
        """
        if not self.day.opened or self.day.totals == self.section.before:
            raise NotYet(say("rien n'a été vendu ni compté dans ce service"))
        number = self.section.number + 1
        return ServiceClosed(
            session=self.session,
            number=number,
            name=names[number - 1] if number <= len(names) else str(number),
            first=self.section.last + 1 if self.section.last else self.day.first,
            last=seq,
            totals=_less(self.day.totals, self.section.before),
            authority=authority,
        )

    def _running(self, period: Period) -> tuple[Tally, int]:
        match period:
            case Period.DAY:
                return self.day, self.days
            case Period.MONTH:
                if self.day.opened:
                    raise CloseFirst(say("le jour est ouvert"))
                return self.month, self.months
            case Period.YEAR:
                if self.day.opened or self.month.first:
                    raise CloseFirst(say("un jour ou un mois est ouvert"))
                return self.year, self.years

    @property
    def begun(self) -> tuple[Begun, ...]:
        """The periods that run, the shortest first."""
        tallies = (Period.DAY, self.day), (Period.MONTH, self.month), (Period.YEAR, self.year)
        return tuple(Begun(period, tally.opened, tally.offset) for period, tally in tallies)

    def year_begins(self, told: int) -> int:
        """The running fiscal year's first month: it ends as it began, whatever is told since.

        By a setting alone any month could be made the end of a year, and each of them.
        """
        return self.year.year_begins or self.month.year_begins or told

    def _closed(self, closed: PeriodClosed) -> "Book":
        match closed.period:
            case Period.DAY:
                parts = closed.totals.parts
                over = breakdown.brought_over(parts) if parts else NOTHING.parts
                opening = replace(NOTHING, parts=over)
                return replace(
                    self,
                    session=self.session + 1,
                    days=closed.number,
                    day=Tally(totals=opening),
                    section=Section(before=opening),
                    month=self.month.closed(closed, self.day.offset),
                )
            case Period.MONTH:
                year = self.year.closed(closed, self.month.offset)
                return replace(self, months=closed.number, month=Tally(), year=year)
            case Period.YEAR:
                return replace(self, years=closed.number, year=Tally())


def _set_right(day: Tally, by: int, *, vouched: bool) -> Tally:
    """A day that was opened by a clock which nobody vouched for, and which was set by so much."""
    moment = datetime.fromisoformat(day.unsure) + timedelta(microseconds=by)
    if vouched:
        return replace(day, opened=moment.date().isoformat(), unsure="")
    return replace(day, unsure=moment.isoformat(timespec="milliseconds"))


class Told(NamedTuple):
    """The record that an event stands in: its number, its local time, and who was signed on."""

    seq: int
    at: str
    operator: int


def _after(totals: PeriodTotals, event: Event, told: Told, *, training: bool) -> PeriodTotals:
    """The day's totals after one event; the same object where it counts for nothing."""
    match event:
        case LineVoided() | SaleAbandoned() if training:
            return totals
        case ReceiptPrinted() | PaymentChanged() if event.series == TRAINING_SERIES:
            return totals
        case SaleClosed() if event.series != TRAINING_SERIES:
            return _with_ticket(totals, event, told)
        case LineVoided():
            return replace(
                totals, voided=totals.voided - event.gross, voided_lines=totals.voided_lines + 1
            )
        case SaleAbandoned():
            return replace(
                totals,
                abandoned=totals.abandoned + event.total,
                abandoned_sales=totals.abandoned_sales + 1,
            )
        case ReceiptPrinted():
            return replace(totals, duplicates=totals.duplicates + is_duplicate(event))
        case DrawerOpened():
            return replace(totals, drawer_openings=totals.drawer_openings + 1)
        case CashMoved() | CashCounted() | PaymentChanged():
            return _with_cash(totals, event, told)
        case VoucherMoved() | DepositMoved() | AccountMoved() if event.series == TRAINING_SERIES:
            return totals
        case VoucherMoved() | DepositMoved() | AccountMoved() | ServiceClosed() if totals.parts:
            return replace(totals, parts=_with_part(totals, totals.parts, event))
        case _:
            return totals


def _with_part(
    totals: PeriodTotals,
    parts: Breakdown,
    event: VoucherMoved | DepositMoved | AccountMoved | ServiceClosed,
) -> Breakdown:
    """What changes no total, but is told apart."""
    match event:
        case VoucherMoved():
            return breakdown.with_voucher(parts, event)
        case DepositMoved():
            return breakdown.with_deposit(parts, event)
        case AccountMoved():
            return breakdown.with_account(parts, event)
        case ServiceClosed():
            return breakdown.with_service(parts, _service(event, totals))


def _with_cash(
    totals: PeriodTotals, event: CashMoved | CashCounted | PaymentChanged, told: Told
) -> PeriodTotals:
    parts = totals.parts
    match event:
        case CashMoved():
            if parts:
                parts = breakdown.with_movement(parts, event, told.seq, told.at)
            return replace(totals, cash=totals.cash + event.amount, parts=parts)
        case CashCounted():
            if parts:
                parts = breakdown.with_count(parts, event)
            return replace(totals, counts=totals.counts + 1, parts=parts)
        case PaymentChanged():
            moved = (
                TenderSum(tender=event.from_tender, amount=-event.amount, count=-1),
                TenderSum(tender=event.to_tender, amount=event.amount, count=1),
            )
            cash = event.amount * ((event.to_tender == "CASH") - (event.from_tender == "CASH"))
            if parts and cash:
                parts = breakdown.with_cash(parts, event.drawer, cash)
            return replace(totals, tenders=tenders_added(totals.tenders, moved), parts=parts)


def _service(closed: ServiceClosed, day: PeriodTotals) -> ServiceSum:
    """The row that the day's Z has for it: the gaps of a day's services make the day's."""
    before = sum(each.gap for each in day.parts.services) if day.parts else 0
    return ServiceSum(
        name=closed.name,
        count=1,
        tickets=closed.totals.tickets,
        net=closed.totals.net,
        gap=(day.parts.gap if day.parts else 0) - before,
    )


def _with_ticket(totals: PeriodTotals, ticket: SaleClosed, told: Told) -> PeriodTotals:
    paid = (TenderSum(tender=t.tender, amount=t.amount, count=1) for t in ticket.tenders)
    parts = totals.parts
    return replace(
        totals,
        tickets=totals.tickets + 1,
        refunds=totals.refunds + (ticket.turnover < 0),
        net=totals.net + ticket.turnover,
        absolute=totals.absolute + abs(ticket.turnover),
        vat=vat_added(totals.vat, ticket.vat),
        tenders=tenders_added(totals.tenders, paid),
        parts=breakdown.with_ticket(parts, ticket, told.operator, told.at) if parts else None,
    )


def vat_added(one: Iterable[VatSum], other: Iterable[VatSum]) -> tuple[VatSum, ...]:
    """Both sums by rate, in ascending order: periods add tickets up and never round anew."""
    return tuple(sorted(summed(one, other), key=lambda each: each.rate))


def tenders_added(one: Iterable[TenderSum], other: Iterable[TenderSum]) -> tuple[TenderSum, ...]:
    """Both sums by means of payment, in alphabetical order."""
    return tuple(sorted(summed(one, other), key=lambda each: each.tender))


PLAIN = tuple(
    each.name for each in fields(PeriodTotals) if each.name not in ("vat", "tenders", "parts")
)
"""The totals that are one number each."""


def added(one: PeriodTotals, other: PeriodTotals) -> PeriodTotals:
    """A longer period's totals with those of a part of it."""
    return PeriodTotals(
        vat=vat_added(one.vat, other.vat),
        tenders=tenders_added(one.tenders, other.tenders),
        parts=combined(one.parts, other.parts),
        **{each: getattr(one, each) + getattr(other, each) for each in PLAIN},
    )


def in_longer(totals: PeriodTotals) -> PeriodTotals:
    """What a longer period takes of a closed one."""
    return replace(totals, parts=breakdown.in_longer(totals.parts)) if totals.parts else totals


def _less(day: PeriodTotals, before: PeriodTotals) -> PeriodTotals:
    """What came into the day since; counts are those that were made since, as they were made."""
    parts = combined(day.parts, before.parts, -1)
    plain = {each: getattr(day, each) - getattr(before, each) for each in PLAIN}
    if parts and day.parts:
        now = day.parts
        drawers = (
            replace(
                each,
                brought=now.drawer(each.drawer).holds - each.taken - each.moved,
                counted=now.drawer(each.drawer).counted,
                gap=now.drawer(each.drawer).gap,
            )
            for each in parts.drawers
        )
        parts = replace(parts, drawers=tuple(drawers), services=())
    return PeriodTotals(
        vat=summed(day.vat, before.vat, -1),
        tenders=summed(day.tenders, before.tenders, -1),
        parts=parts,
        **plain,
    )
