"""A year of a made-up shop, as events; and its sums made by other code than the shop's own."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.cash import CashCounted, CashMoved, DrawerOpened
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.paper import ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.payment import PaymentAnswered, PaymentChanged, PaymentIntended
from pos_terminal.domain.events.period import Period, PeriodReported, TrainingEnded, TrainingStarted
from pos_terminal.domain.events.prepaid import DepositMoved, VoucherMoved
from pos_terminal.domain.events.sale import LineSold, SaleOpened
from pos_terminal.domain.events.stock import StockMoved
from pos_terminal.domain.events.system import TillStarted, TillStopped
from pos_terminal.domain.events.values import (
    CashMovement,
    DepositNature,
    EntryMethod,
    MovementCause,
    PaymentOutcome,
    PreviousEnd,
    PrintOutcome,
    VoucherPurpose,
)
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period.closing import ClosingHours, closures
from pos_terminal.domain.quantity import Unit
from pos_terminal.domain.sale.sale import Sale, apply
from pos_terminal.domain.tender.tender import CARD, CASH
from pos_terminal.journal.catalogs import NO_TEXT
from pos_terminal.journal.record import Record, Running

PARIS = ZoneInfo("Europe/Paris")
IDENTITY = Identity(store="boulangerie", terminal="2", software="0.1.0", simulated=False)
CATALOG = NO_TEXT
VATS = (550, 1000, 2000)


@dataclass
class Shop:
    """Makes events as a till would, and stamps them into records without a disk."""

    random: Random
    running: Running = field(default_factory=lambda: Running(identity=IDENTITY))
    now: datetime = datetime(2026, 1, 2, 6, 30, tzinfo=PARIS)
    records: list[Record] = field(default_factory=list)
    numbers: Counter[str] = field(default_factory=Counter)
    copies: Counter[int] = field(default_factory=Counter)

    def moment(self) -> Moment:
        utc = int(self.now.timestamp() * 1_000_000)
        at = self.now.isoformat(timespec="milliseconds")
        return Moment(at=at, utc=utc, mono=utc, boot="b", trust=Trust.SYNCHRONISED)

    def add(self, *events: Event) -> None:
        for event in events:
            record, self.running = self.running.stamp(event, self.moment())
            self.records.append(record)
        self.now += timedelta(seconds=self.random.randint(5, 90))

    def start(self) -> None:
        after = PreviousEnd.STOP if self.running.setup.version else PreviousEnd.FIRST
        self.add(
            TillStarted(version="0.1.0", after=after, configuration=NO_TEXT, catalog=CATALOG)
        )

    def sale(self, *, lines: int = 0, series: str = "T", abandon: bool = False) -> None:
        number = self.running.counts.sale + 1
        opened = SaleOpened(sale=number, catalog=CATALOG)
        self.add(opened)
        sale = Sale(number, CATALOG)
        for _ in range(lines or self.random.randint(1, 4)):
            sale = self._line(sale)
        if len(sale.live) > 1 and self.random.random() < 0.2:
            void = sale.correct()
            sale = self._with(sale, void)
        if abandon:
            self.add(sale.abandon())
            return
        kind = CASH if sale.due < 0 else self.random.choice((CASH, CARD))
        if sale.due > 300 and self.random.random() < 0.2:
            sale = self._with(sale, sale.pay(CARD, 200))
        paid = sale.pay(kind, None)
        after = apply(sale, paid)
        assert after
        self.numbers[series] += 1
        self.add(paid, after.close(series, self.numbers[series]))

    def _line(self, sale: Sale) -> Sale:
        cents, vat = self.random.randint(50, 900), self.random.choice(VATS)
        quantity = self.random.choice((1000, 1000, 2000, 500, -1000))
        line = LineSold(
            sale=0, line=0, plu=str(cents % 7), name="X", unit=Unit.PIECE, family="",
            quantity=quantity, price=cents, per=1000, list_price=cents, list_per=1000, vat=vat,
            gross=cents * quantity // 1000, entry=EntryMethod.KEY,
        )  # fmt: skip
        sold = sale.sell(line)
        moved = StockMoved(
            plu=sold.plu, numerator=-sold.quantity, denominator=3000, cause=MovementCause.SALE,
            sale=sale.number, line=sold.line,
        )  # fmt: skip
        sale = self._with(sale, sold)
        self.add(moved)
        return sale

    def _with(self, sale: Sale, event: Event) -> Sale:
        self.add(event)
        after = apply(sale, event)
        assert after
        return after

    def oddities(self) -> None:
        """What happens beside sales, now and then."""
        number, ref = self.numbers["T"], f"r{len(self.records)}"
        book = self.running.book
        each: tuple[tuple[Event, ...], ...] = (
            (
                CashMoved(movement=CashMovement.FLOAT, amount=10_000),
                CashCounted(counted=5, expected=6),
            ),
            (CashMoved(movement=CashMovement.DROP, amount=-self.random.randint(1, 9_000)),),
            (DrawerOpened(reason="change", authority=7),),
            (VoucherMoved(voucher=str(number % 5), purpose=VoucherPurpose.MULTI, amount=1500),),
            (
                VoucherMoved(voucher=str(number % 5), purpose=VoucherPurpose.MULTI, amount=500),
                VoucherMoved(voucher=str(number % 5), purpose=VoucherPurpose.MULTI, amount=-500),
            ),
            (DepositMoved(order=str(number % 3), nature=DepositNature.EARNEST, amount=700),),
            (DepositMoved(order=str(number % 3), nature=DepositNature.EARNEST, amount=-700),),
            (PaymentIntended(sale=1, ref=ref, tender="CARD", amount=130),),
            (
                PaymentIntended(sale=1, ref=ref, tender="CARD", amount=130),
                PaymentAnswered(ref=ref, outcome=PaymentOutcome.PAID, amount=130),
            ),
            (PeriodReported(session=book.session, totals=book.day.totals),),
        )
        self.add(*self.random.choice(each))
        if number:
            change = PaymentChanged(
                series="T", number=number, from_tender="CASH", to_tender="CARD", amount=100,
                authority=7,
            )  # fmt: skip
            if self.random.choice((True, False)):
                self.add(change)
                return
            asked, came = self.paper(self.copies[number])
            again, duplicate = self.paper(self.copies[number])
            refused = replace(duplicate, outcome=PrintOutcome.REFUSED, fault="P-103")
            self.add(asked, came, again, refused, again, duplicate)

    def paper(self, copy: int) -> tuple[Event, Event]:
        """A copy of the last ticket is asked for, and comes."""
        place: dict[str, Any] = {"series": "T", "number": self.numbers["T"], "copy": copy}
        self.copies[self.numbers["T"]] = copy + 1
        return ReceiptRequested(**place), ReceiptPrinted(**place, outcome=PrintOutcome.PRINTED)

    def train(self) -> None:
        self.add(TrainingStarted(supervisor=9))
        self.sale(series="F")
        self.add(TrainingEnded())

    def close(self, *periods: Period, carry: bool = False, automatic: bool = False) -> None:
        made = closures(
            self.running.books, self.moment(), periods, ClosingHours(),
            carry=carry, automatic=automatic,
        )  # fmt: skip
        self.add(*made)

    def day(self, on: date) -> None:
        """One day: sales until after midnight on Saturdays, an exercise on Mondays."""
        self.now = datetime.combine(on, time(6, 30), PARIS)
        self.start()
        for turn in range(self.random.randint(2, 6)):
            self.sale(abandon=self.random.random() < 0.1)
            if turn == 1 and self.random.random() < 0.5:
                self.oddities()
        if on.weekday() == 0:
            self.train()
        if on.weekday() == 5:
            self.now = datetime.combine(on + timedelta(days=1), time(1, 10), PARIS)
            self.sale()
        self.close(Period.DAY)
        tomorrow = on + timedelta(days=1)
        if tomorrow.month != on.month:
            self.close(Period.MONTH)
        if tomorrow.year != on.year:
            self.close(Period.YEAR)
        self.add(TillStopped(reason="signal"))


def year(seed: int, days: int = 364) -> Shop:
    """A shop that was open so many days from the second of January 2026 on, closed each of them."""
    shop = Shop(Random(seed))
    for number in range(days):
        shop.day(date(2026, 1, 2) + timedelta(days=number))
    return shop


def tickets(records: list[Record]) -> Iterator[dict[str, Any]]:
    """The bodies of closed tickets that count, read as JSON and not by the codec."""
    for record in records:
        if record.kind == "sale.closed":
            body = json.loads(record.rec)["body"]
            if body["series"] != "F":
                yield {"session": record.envelope.session, **body}
