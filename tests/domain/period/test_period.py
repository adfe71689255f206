"""The book of periods, against sums over the tickets by other code, whatever the clock does."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.cash import CashMoved, DrawerOpened
from pos_terminal.domain.events.event import SERIES, TRAINING_SERIES, Event
from pos_terminal.domain.events.paper import ReceiptRequested
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import Period, PeriodClosed, TrainingEnded, TrainingStarted
from pos_terminal.domain.events.sale import (
    LineVoided,
    Paid,
    SaleAbandoned,
    SaleClosed,
    SaleOpened,
    VatSum,
)
from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.domain.events.values import CashMovement, VoidKind
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period.book import Book, NotYet
from pos_terminal.domain.period.overdue import overdue
from pos_terminal.journal import checkpoint
from pos_terminal.journal.errors import OutOfStep
from pos_terminal.journal.merkle import Frontier
from pos_terminal.journal.record import Running
from tests.support.journaling import moment

PARIS = ZoneInfo("Europe/Paris")
IDENTITY = Identity("boulangerie", "2", "0.1.0", simulated=False)
BEFORE_DST = datetime(2026, 10, 24, 18, 0, tzinfo=PARIS)
"""The evening before the clocks go back."""

CASH, CARD = "cash", "card"


def at(when: datetime) -> Moment:
    local = when.astimezone(PARIS)
    return Moment(
        at=local.isoformat(timespec="milliseconds"), utc=int(when.timestamp() * 1e6),
        mono=0, boot="b", trust=Trust.UNVERIFIED,
    )  # fmt: skip


@dataclass
class Shop:
    """Makes events as a till would, and keeps its own lists of what it did by session."""

    running: Running = field(default_factory=lambda: Running(identity=IDENTITY))
    now: datetime = BEFORE_DST
    tickets: dict[int, list[SaleClosed]] = field(default_factory=lambda: defaultdict(list))
    others: dict[int, list[Event]] = field(default_factory=lambda: defaultdict(list))
    closures: list[PeriodClosed] = field(default_factory=list)

    def add(self, event: Event) -> None:
        session = self.running.book.session
        record, self.running = self.running.stamp(event, at(self.now))
        assert record.envelope.session == session
        match event:
            case SaleClosed():
                self.tickets[session].append(event)
            case PeriodClosed():
                self.closures.append(event)
            case _:
                self.others[session].append(event)

    def sell(self, gross: int, rate: int, tender: str) -> None:
        training = self.running.book.training
        series = TRAINING_SERIES if training else SERIES
        sale = self.running.counts.sale + 1
        number = self.running.counts.tickets.get(series, 0) + 1
        self.add(SaleOpened(sale=sale, catalog=""))
        vat = VatSum(rate=rate, gross=gross, net=gross - gross // 7, vat=gross // 7)
        paid = Paid(tender=tender, amount=gross, given=gross, change=0)
        self.add(
            SaleClosed(
                sale=sale, series=series, number=number, catalog="", lines=(), vat=(vat,),
                tenders=(paid,), total=gross, turnover=gross, change=0,
            )
        )  # fmt: skip

    def give_up(self, gross: int) -> None:
        sale = self.running.counts.sale + 1
        self.add(SaleOpened(sale=sale, catalog=""))
        how = VoidKind.VOID
        self.add(LineVoided(sale=sale, line=1, plu="1", quantity=1, gross=-gross, how=how))
        self.add(SaleAbandoned(sale=sale, catalog="", lines=(), total=gross))

    def close(self, period: Period) -> bool:
        seq, today = self.running.seq + 1, at(self.now).at[:10]
        carried = tuple(sorted(self.running.opened)) if period is Period.DAY else ()
        try:
            closed = self.running.book.closure(period, seq, today, carried=carried)
        except NotYet:
            return False
        self.add(closed)
        return True


STEPS = st.one_of(
    st.tuples(
        st.just("sell"), st.integers(-5000, 50_000), st.sampled_from([550, 1000, 2000]),
        st.sampled_from([CASH, CARD]),
    ),
    st.tuples(st.just("give up"), st.integers(0, 5000)),
    st.tuples(st.just("train"), st.booleans()),
    st.tuples(st.just("close"), st.sampled_from(Period)),
    st.tuples(st.just("clock"), st.integers(-40, 40)),
    st.tuples(st.just("drawer"), st.integers(-500, 500)),
    st.tuples(st.just("duplicate")),
    st.tuples(st.just("correct"), st.integers(1, 500)),
)  # fmt: skip


def play(shop: Shop, step: tuple[object, ...]) -> None:
    match step:
        case ("sell", int(gross), int(rate), str(tender)):
            shop.sell(gross, rate, tender)
        case ("give up", int(gross)):
            shop.give_up(gross)
        case ("train", bool(on)) if on != shop.running.book.training:
            shop.add(TrainingStarted(supervisor=1) if on else TrainingEnded())
        case ("close", Period() as period):
            shop.close(period)
        case ("clock", int(hours)):
            shop.now += timedelta(hours=hours, minutes=7)
        case ("drawer", int(amount)):
            shop.add(DrawerOpened(reason="monnaie", authority=1))
            shop.add(CashMoved(movement=CashMovement.IN, amount=amount))
        case ("duplicate",):
            for series in shop.running.counts.tickets:
                shop.add(ReceiptRequested(series=series, number=1, copy=1))
        case ("correct", int(amount)):
            for series in shop.running.counts.tickets:
                shop.add(
                    PaymentChanged(
                        series=series, number=1, from_tender=CASH, to_tender=CARD,
                        amount=amount, authority=1,
                    )
                )  # fmt: skip


def played(steps: list[tuple[object, ...]]) -> Shop:
    shop = Shop()
    for step in steps:
        play(shop, step)
    return shop


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=60))
def test_every_closure_says_what_its_sessions_tickets_add_up_to(
    steps: list[tuple[object, ...]],
) -> None:
    shop = played(steps)
    for closed in shop.closures:
        first, last = closed.sessions
        real = [
            ticket
            for session in range(first, last + 1)
            for ticket in shop.tickets[session]
            if ticket.series != "F"
        ]
        by_rate: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        by_tender: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for ticket in real:
            for vat in ticket.vat:
                for place, amount in enumerate((vat.gross, vat.net, vat.vat)):
                    by_rate[vat.rate][place] += amount
            for paid in ticket.tenders:
                by_tender[paid.tender][0] += paid.amount
                by_tender[paid.tender][1] += 1
        others = [each for session in range(first, last + 1) for each in shop.others[session]]
        for changed in others:
            if isinstance(changed, PaymentChanged) and changed.series != "F":
                for tender, sign in ((CASH, -1), (CARD, 1)):
                    by_tender[tender][0] += sign * changed.amount
                    by_tender[tender][1] += sign
        totals = closed.totals
        assert (totals.tickets, totals.net) == (len(real), sum(t.total for t in real))
        assert totals.absolute == sum(abs(ticket.total) for ticket in real)
        assert totals.refunds == sum(ticket.total < 0 for ticket in real)
        assert {v.rate: [v.gross, v.net, v.vat] for v in totals.vat} == by_rate
        assert {t.tender: [t.amount, t.count] for t in totals.tenders} == by_tender
        assert totals.cash == sum(e.amount for e in others if isinstance(e, CashMoved))
        assert totals.drawer_openings == sum(isinstance(e, DrawerOpened) for e in others)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=60))
def test_periods_follow_one_another_without_gap_and_perpetual_totals_never_start_anew(
    steps: list[tuple[object, ...]],
) -> None:
    shop = played(steps)
    for period in Period:
        closures = [closed for closed in shop.closures if closed.period is period]
        assert [closed.number for closed in closures] == list(range(1, len(closures) + 1))
        for before, after in pairwise(closures):
            assert after.sessions[0] == before.sessions[1] + 1
            assert after.first > before.first and after.last > before.last
    real = [t for tickets in shop.tickets.values() for t in tickets if t.series != "F"]
    assert shop.running.total.net == sum(ticket.total for ticket in real)
    assert shop.running.total.absolute == sum(abs(ticket.total) for ticket in real)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_a_checkpoint_carries_all_of_the_state(steps: list[tuple[object, ...]]) -> None:
    running = played(steps).running
    tree = Frontier(running.seq, (bytes(32),) * running.seq.bit_count())
    assert checkpoint.read(checkpoint.body(running, tree, "")).running(IDENTITY) == running


def test_a_sale_past_midnight_belongs_to_the_day_that_was_open() -> None:
    shop = Shop()
    shop.sell(100, 550, CASH)
    shop.now += timedelta(hours=8)
    shop.sell(200, 550, CASH)
    assert shop.close(Period.DAY)
    assert (shop.closures[0].label, shop.closures[0].totals.net) == ("2026-10-24", 300)


def test_two_closures_on_one_date_are_lawful() -> None:
    shop = Shop()
    for gross in (100, 200):
        shop.sell(gross, 550, CASH)
        assert shop.close(Period.DAY)
    assert [(c.number, c.label, c.totals.net) for c in shop.closures] == [
        (1, "2026-10-24", 100), (2, "2026-10-24", 200),
    ]  # fmt: skip


def test_a_month_or_year_is_not_closed_while_a_shorter_period_is_open() -> None:
    shop = Shop()
    shop.sell(100, 550, CASH)
    assert not shop.close(Period.MONTH) and not shop.close(Period.YEAR)
    assert shop.close(Period.DAY)
    assert not shop.close(Period.YEAR)
    shop.add(DrawerOpened(reason="", authority=1))
    assert not shop.close(Period.MONTH), "what counts has happened since"
    assert shop.close(Period.DAY) and shop.close(Period.MONTH)
    shop.sell(200, 550, CASH)
    assert not shop.close(Period.YEAR), "a day is open in a month that has none closed yet"
    assert shop.close(Period.DAY) and not shop.close(Period.YEAR), "its month is open"
    assert shop.close(Period.MONTH) and shop.close(Period.YEAR)
    assert not shop.close(Period.YEAR), "nothing has happened in it yet"


def test_what_counts_for_nothing_keeps_no_month_open() -> None:
    shop = Shop()
    shop.sell(100, 550, CASH)
    shop.close(Period.DAY)
    shop.add(OperatorSignedOn(operator=3))
    assert shop.close(Period.MONTH)


def test_a_closure_that_is_not_what_the_book_says_is_out_of_step() -> None:
    shop = Shop()
    shop.sell(100, 550, CASH)
    right = shop.running.book.closure(Period.DAY, shop.running.seq + 1, "2026-10-24")
    for wrong in (
        replace(right, net_ever=99), replace(right, label="2026-10-25"), replace(right, first=2),
        replace(right, number=2), replace(right, sessions=(1, 2)), replace(right, last=9),
        replace(right, totals=replace(right.totals, tickets=0)), replace(right, carried=(1,)),
        replace(right, period=Period.MONTH),
    ):  # fmt: skip
        with pytest.raises(OutOfStep):
            shop.add(wrong)
    shop.add(right)
    with pytest.raises(OutOfStep):
        shop.add(right)


def test_a_day_with_open_sales_is_closed_only_by_carrying_exactly_them() -> None:
    shop = Shop()
    for sale in (1, 2):
        shop.add(SaleOpened(sale=sale, catalog=""))
    seq = shop.running.seq + 1
    for carried in ((), (1,), (2, 1), (1, 2, 3)):
        closed = shop.running.book.closure(Period.DAY, seq, "", carried=carried)
        with pytest.raises(OutOfStep, match="open sales are"):
            shop.add(closed)
    shop.add(shop.running.book.closure(Period.DAY, seq, "", carried=(1, 2)))
    shop.add(SaleAbandoned(sale=1, catalog="", lines=(), total=0))
    assert shop.running.book.day.opened, "the next day has begun"


def test_training_is_a_mode_that_no_ticket_steps_out_of() -> None:
    shop = Shop()
    shop.add(TrainingStarted(supervisor=1))
    shop.add(SaleOpened(sale=1, catalog=""))
    with pytest.raises(OutOfStep, match="while a sale is open"):
        shop.add(TrainingEnded())
    ticket = SaleClosed(
        sale=1, series=SERIES, number=1, catalog="", lines=(), vat=(), tenders=(), total=5,
        turnover=5, change=0,
    )
    with pytest.raises(OutOfStep, match="training"):
        shop.add(ticket)
    shop.add(replace(ticket, series=TRAINING_SERIES))
    with pytest.raises(OutOfStep):
        shop.add(TrainingStarted(supervisor=1))
    assert (shop.running.total.net, shop.running.book.day.totals.tickets) == (0, 0)


def book(day: str = "", month: str = "", year: str = "") -> Book:
    plain = Book()
    return replace(
        plain,
        day=replace(plain.day, first=bool(day), opened=day),
        month=replace(plain.month, first=bool(month), opened=month),
        year=replace(plain.year, first=bool(year), opened=year),
    )


DAY, MONTH, YEAR = Period.DAY, Period.MONTH, Period.YEAR
OVERDUE = [
    (book("2026-12-30", "2026-12-01", "2026-01"), "2026-12-31T03:59", ()),
    (book("2026-12-30", "2026-12-01", "2026-01"), "2026-12-31T04:00", (DAY,)),
    (book("2026-12-31", "2026-12-01", "2026-01"), "2027-01-01T04:00", (DAY, MONTH, YEAR)),
    (book("", "2026-12-01", "2026-01"), "2027-01-01T04:00", (MONTH, YEAR)),
    (book("", "", "2026-01"), "2027-01-01T04:00", (YEAR,)),
    (book("", "2027-01-02", "2026-01"), "2027-01-10T12:00", ()),
    (book("2027-01-10", "2026-12-01", "2026-01"), "2027-01-10T12:00", ()),
    (book("2026-12-31", "", ""), "2027-01-01T12:00", (DAY, MONTH, YEAR)),
    (book(), "2027-01-01T12:00", ()),
    (book("2026-12-31", "2026-12-01", "2026-01"), "2026-12-31T00:03", ()),
    (book("2040-03-01", "2026-11-01", "2026-01"), "2026-11-30T07:00", (DAY,)),
    (book("", "2040-03-01", "2026-01"), "2026-11-30T07:00", (MONTH,)),
]


@pytest.mark.parametrize(("state", "now", "due"), OVERDUE)
def test_what_was_forgotten(state: Book, now: str, due: tuple[Period, ...]) -> None:
    moment = datetime.fromisoformat(now)
    assert overdue(state.begun, moment, day_ends=4) == due
    ahead = any(t.opened > now for t in (state.day, state.month))
    assert overdue(state.begun, moment, day_ends=4, vouched=False) == (() if ahead else due)


def test_an_hour_less_in_the_settings_ends_nothing_that_has_just_begun() -> None:
    """By the date in the settings' zone it was opened tomorrow, which only a wrong clock does."""
    state = book("2027-01-01")
    state = replace(state, day=replace(state.day, offset="+01:00"))
    later = datetime.fromisoformat("2026-12-31T23:20+00:00")
    assert overdue(state.begun, later, day_ends=4) == ()
    wrong = datetime.fromisoformat("2026-12-31T22:20+00:00")
    assert overdue(state.begun, wrong, day_ends=4) == (DAY, MONTH, YEAR)


def test_a_forgotten_year_follows_the_fiscal_calendar() -> None:
    state = book("", "", "2026-07")
    for now, due in (("2027-06-30T12:00", ()), ("2027-07-01T12:00", (YEAR,))):
        assert overdue(state.begun, datetime.fromisoformat(now), day_ends=4, year_begins=7) == due


def test_a_label_that_is_no_date_is_refused() -> None:
    _, running = Running(identity=IDENTITY).stamp(OperatorSignedOn(operator=1), moment())
    closed = running.book.closure(Period.DAY, 2, "2026-01-05")
    running.stamp(closed, moment())
    with pytest.raises(ValueError):
        running.stamp(replace(closed, label="yesterday"), moment())
