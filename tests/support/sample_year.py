"""A year of a bakery that also sells wine, as events: plausible, seeded, and always the same.

Every ticket is made by domain/sale/sale.py and every closure by domain/period/book.py, so that a
journal takes all of it. Pure: `write` alone hands the events to a journal that is open.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from pos_terminal.domain.codes.vouchers import (
    CHANCE,
    CREDIT_NOTE,
    GIFT_MULTI,
    GIFT_SINGLE,
    VoucherKey,
    voucher_number,
)
from pos_terminal.domain.events.cash import CashCounted, CashMoved, DrawerOpened
from pos_terminal.domain.events.event import SERIES, TRAINING_SERIES, Event
from pos_terminal.domain.events.paper import ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.payment import PaymentAnswered, PaymentChanged, PaymentIntended
from pos_terminal.domain.events.period import Period, PeriodReported, TrainingEnded, TrainingStarted
from pos_terminal.domain.events.prepaid import DepositMoved, VoucherMoved
from pos_terminal.domain.events.sale import LineSold, SaleOpened
from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.domain.events.stock import StockMoved
from pos_terminal.domain.events.values import (
    CashMovement,
    DepositNature,
    EntryMethod,
    MovementCause,
    PaymentOutcome,
    PrintOutcome,
    VoucherPurpose,
)
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.money import divide, part
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale.sale import Sale, apply
from pos_terminal.domain.tender.tender import TenderKind
from pos_terminal.journal.catalogs import NO_TEXT
from tests.support.journaling import decided
from tests.support.sample_goods import SampleGoods

CATALOG = NO_TEXT
PARIS = ZoneInfo("Europe/Paris")
BOOT = "7d0c1c52-64c4-4d4a-9d0e-5a1f2e3b4c6d"
KEY = VoucherKey(bytes(32))
FLOAT = 15_000
"""Cents in the drawer each morning."""


class Article(NamedTuple):
    """What the shop sells: cents for a piece or a kilogram, VAT in basis points."""

    plu: str
    name: str
    family: str
    unit: Unit
    price: int
    vat: int


ARTICLES = (
    Article("1", "Baguette", "pain", Unit.PIECE, 115, 550),
    Article("2", "Tradition «à l'ancienne»", "pain", Unit.PIECE, 135, 550),
    Article("3", "Pain de campagne", "pain", Unit.KG, 620, 550),
    Article("11", "Croissant", "viennoiserie", Unit.PIECE, 125, 550),
    Article("12", "Pain au chocolat", "viennoiserie", Unit.PIECE, 140, 550),
    Article("21", "Éclair café", "pâtisserie", Unit.PIECE, 320, 550),
    Article("31", "Sandwich; jambon \"beurre\"", "traiteur", Unit.PIECE, 490, 1000),
    Article("32", "Quiche à emporter", "traiteur", Unit.PIECE, 450, 1000),
    Article("33", "=Menu+midi", "traiteur", Unit.PIECE, 990, 1000),
    Article("41", "Côtes du Rhône 75 cl", "vin", Unit.PIECE, 890, 2000),
    Article("42", "Champagne brut", "vin", Unit.PIECE, 2890, 2000),
    Article("43", "Pastis", "spiritueux", Unit.CL, 9, 2000),
)  # fmt: skip
GIFT = Article("90", "Bon cadeau", "bons", Unit.PIECE, 2000, 0)
BREAD_CARD = Article("91", "Carte de 20 baguettes", "bons", Unit.PIECE, 2000, 550)
ACOMPTE = Article("92", "Acompte commande", "commandes", Unit.PIECE, 1500, 550)
ARRHES = Article("93", "Arrhes commande", "commandes", Unit.PIECE, 1000, 0)

CASH = TenderKind("CASH", "ESPECES", gives_change=True)
CARD = TenderKind("CARD", "CARTE")
CHEQUE = TenderKind("CHEQUE", "CHEQUE")
MEAL = TenderKind("TR", "TITRE-RESTAURANT")
VOUCHER = TenderKind("VOUCHER", "BON CADEAU")
CREDIT = TenderKind("AVOIR", "AVOIR", gives_change=True)
HELD = TenderKind("ARRHES", "ARRHES")


@dataclass(frozen=True, slots=True)
class Step:
    """Events that a journal takes in one append, and when they were decided."""

    events: tuple[Event, ...]
    moment: Moment


@dataclass(slots=True)
class Shop:
    """The shop's state between two steps. `book` and `last` are as of the journal's last record."""

    chance: random.Random
    book: Book = field(default_factory=Book)
    last: int = 0
    sales: int = 0
    tickets: dict[str, int] = field(default_factory=dict)
    now: datetime = datetime(2026, 1, 1, tzinfo=PARIS)
    cash: int = 0
    sold: deque[LineSold] = field(default_factory=lambda: deque(maxlen=40))
    gifts: list[tuple[str, int]] = field(default_factory=list)
    cards: list[tuple[str, int, int]] = field(default_factory=list)
    acomptes: list[str] = field(default_factory=list)
    arrhes: list[str] = field(default_factory=list)
    orders: int = 0
    operator: int = 0
    cellar: SampleGoods = field(default_factory=SampleGoods)

    def step(self, *events: Event) -> Step:
        """These events as the next records."""
        utc = int(self.now.timestamp() * 1000) * 1000
        at = self.now.isoformat(timespec="milliseconds")
        for event in events:
            self.last += 1
            self.book = self.book.after(event, self.last, at, self.operator)
            if isinstance(event, OperatorSignedOn):
                self.operator = event.operator
        return Step(
            events, Moment(at=at, utc=utc, mono=utc % 10**13, boot=BOOT, trust=Trust.SYNCHRONISED)
        )

    def voucher(self, what: str) -> str:
        """The reference of a new voucher, which is `what` its number's first digit says."""
        return KEY.reference(voucher_number(what, self.chance.randrange(CHANCE)))

    def order(self) -> str:
        """A new order's number, as clerks give them."""
        self.orders += 1
        return str(self.orders)

    def end(self, period: Period, *, early: bool) -> Iterator[Step]:
        """Its Z; before its end by somebody's decision."""
        if early:
            yield self.step(decided(period))
        yield from self.close(period)

    def close(self, *periods: Period) -> Iterator[Step]:
        """Close these periods."""
        for period in periods:
            today = self.now.date().isoformat()
            yield self.step(self.book.closure(period, self.last + 1, today))


class Basket:
    """One sale on its way: collects the events that make it."""

    def __init__(self, shop: Shop, series: str = SERIES) -> None:
        shop.sales += 1
        self.shop = shop
        self.series = series
        self.number = shop.tickets.get(series, 0) + 1
        self.events: list[Event] = []
        self.sale = Sale(shop.sales, CATALOG)
        self.take(SaleOpened(sale=shop.sales, catalog=CATALOG))

    def take(self, event: Event) -> None:
        """One event more."""
        self.events.append(event)
        after = apply(self.sale, event)
        self.sale = after or self.sale

    def sell(
        self, article: Article, quantity: int = ONE, price: int | None = None, **more: Any
    ) -> None:
        """A line; a price below the list's is a discount. `more` are further fields of it."""
        asked = article.price if price is None else price
        line = LineSold(
            sale=self.sale.number, line=0, plu=article.plu, name=article.name, unit=article.unit,
            family=article.family, quantity=quantity, price=asked, per=ONE,
            list_price=article.price, list_per=ONE, vat=article.vat,
            gross=divide(asked * quantity, ONE), entry=EntryMethod.KEY, **more,
        )  # fmt: skip
        self.take(self.sale.sell(line))

    def pay(self, kind: TenderKind, most: int | None = None, given: int | None = None) -> None:
        """Pay what is due, or `most` of it."""
        due = self.sale.due
        if due:
            handed = given if most is None else min(most, due)
            self.take(self.sale.pay(kind, handed))

    @property
    def tax(self) -> int:
        """The VAT in the last line of the ticket that it will be."""
        return self.sale.ticket_lines()[-1].vat_amount

    def close(self) -> list[Event]:
        """The closing record, and what the drawer holds then."""
        closed = self.sale.close(self.series, self.number)
        self.events.append(closed)
        self.shop.tickets[self.series] = self.number
        if self.series != TRAINING_SERIES:
            self.shop.cash += sum(t.amount for t in self.sale.tenders if t.tender == "CASH")
            self.shop.cash -= sum(t.change for t in self.sale.tenders if t.tender != "CASH")
        return self.events

    @property
    def where(self) -> dict[str, Any]:
        """The ticket, as movements name it."""
        return {"series": self.series, "number": self.number}


def year(
    seed: int = 1,
    *,
    opened: date = date(2026, 1, 1),
    days: int = 365,
    tickets: int = 8,
    book: Book | None = None,
    last: int = 0,
    sales: int = 0,
    numbers: Mapping[str, int] | None = None,
) -> Iterator[Step]:
    """`days` from `opened` on with about so many tickets each, closed on Mondays.

    `book`, `last`, `sales` and `numbers` (the last ticket of each series) are where the journal
    stands that will take the events. Every day, month and calendar year ends with its Z, and the
    last day closes what is open of all three.
    """
    shop = Shop(random.Random(seed), book or Book(), last, sales, dict(numbers or {}))
    final = opened + timedelta(days=days - 1)
    for day in (opened + timedelta(days=n) for n in range(days)):
        shop.now = datetime.combine(day, time(6, 45), PARIS)
        if day.weekday() != 0:
            yield from _day(shop, tickets)
        tomorrow = day + timedelta(days=1)
        shop.now = datetime.combine(day, time(20, 30), PARIS)
        ends = day == final
        if shop.book.month.first and (ends or tomorrow.month != day.month):
            yield from shop.end(Period.MONTH, early=tomorrow.month == day.month)
        if shop.book.year.first and (ends or tomorrow.year != day.year):
            yield from shop.end(Period.YEAR, early=tomorrow.year == day.year)


def _day(shop: Shop, tickets: int) -> Iterator[Step]:
    chance = shop.chance
    yield shop.step(OperatorSignedOn(operator=chance.randint(1, 4)))
    shop.cash = FLOAT
    yield shop.step(CashMoved(movement=CashMovement.FLOAT, amount=FLOAT, reason="ouverture"))
    for _ in range(max(1, round(chance.gauss(tickets, tickets / 5)))):
        shop.now += timedelta(milliseconds=chance.randint(30_000, 40_000_000 // tickets))
        yield from chance.choices(_HAPPENINGS, _WEIGHTS)[0](shop)
    yield from _evening(shop)


def _evening(shop: Shop) -> Iterator[Step]:
    chance = shop.chance
    shop.now = shop.now.replace(hour=19, minute=45) if shop.now.hour < 19 else shop.now
    yield shop.step(*shop.cellar.day(shop.now.isoformat(timespec="milliseconds")))
    if shop.cash > 2 * FLOAT:
        shop.cash -= FLOAT
        yield shop.step(CashMoved(movement=CashMovement.DROP, amount=-FLOAT, authority=1))
    gap = chance.choice((0, 0, 0, 0, -5, 10, -120, 50))
    yield shop.step(CashCounted(counted=shop.cash + gap, expected=shop.cash))
    yield shop.step(
        CashMoved(movement=CashMovement.BANK, amount=FLOAT - shop.cash - gap, reason="remise"),
        CashMoved(movement=CashMovement.FLOAT, amount=-FLOAT, reason="fermeture"),
        PeriodReported(session=shop.book.session, totals=shop.book.day.totals),
    )
    yield from shop.close(Period.DAY)


def _goods(basket: Basket) -> None:
    chance = basket.shop.chance
    for article in chance.choices(ARTICLES, k=chance.choice((1, 1, 2, 3, 5))):
        pieces = article.unit is Unit.PIECE
        quantity = ONE * chance.choice((1, 1, 2, 3)) if pieces else chance.randint(200, 2000)
        price = article.price * 9 // 10 if chance.random() < 0.1 else None
        basket.sell(article, quantity * (25 if article.unit is Unit.CL else 1), price)


def _ticket(shop: Shop) -> Iterator[Step]:
    """Goods, now and then a line taken back, paid in one of the usual ways."""
    chance = shop.chance
    basket = Basket(shop)
    _goods(basket)
    if len(basket.sale.live) > 1 and chance.random() < 0.1:
        basket.take(basket.sale.correct())
    due = basket.sale.due
    match chance.randrange(8):
        case 0 | 1 | 2:
            basket.pay(CASH, given=due + chance.choice((0, 5, 50, 300)))
        case 3 | 4 | 5:
            basket.pay(CARD)
        case 6:
            basket.pay(MEAL, most=chance.choice((900, 1150)))
            basket.pay(CARD)
        case _:
            basket.pay(CHEQUE)
    shop.sold.extend(basket.sale.live)
    card = next((t for t in basket.sale.tenders if t.tender == "CARD"), None)
    if card:
        ref = f"A{shop.sales:07d}01"
        asked = PaymentIntended(sale=shop.sales, ref=ref, tender="CARD", amount=card.amount)
        paid = PaymentAnswered(ref=ref, outcome=PaymentOutcome.PAID, amount=card.amount)
        yield shop.step(*basket.events[:-1], asked)
        yield shop.step(paid, basket.events[-1], *basket.close()[-1:])
    else:
        yield shop.step(*basket.close())
    yield from _after(shop, basket)


def _after(shop: Shop, basket: Basket) -> Iterator[Step]:
    """Paper, a payment found wrong, stock."""
    chance = shop.chance
    copies = chance.choice((0, 0, 1, 2))
    for copy in range(copies):
        yield shop.step(
            ReceiptRequested(copy=copy, **basket.where),
            ReceiptPrinted(copy=copy, outcome=PrintOutcome.PRINTED, **basket.where),
        )
    if basket.sale.tenders[0].tender == "CHEQUE" and chance.random() < 0.3:
        amount = basket.sale.tenders[0].amount
        yield shop.step(
            PaymentChanged(
                from_tender="CHEQUE", to_tender="CARD", amount=amount,
                authority=1, **basket.where,
            )
        )  # fmt: skip
    line = basket.sale.live[0]
    yield shop.step(
        StockMoved(
            plu=line.plu, numerator=-line.quantity, denominator=ONE, cause=MovementCause.SALE,
            sale=line.sale, line=line.line,
        )
    )  # fmt: skip


def _refund(shop: Shop) -> Iterator[Step]:
    """A line brought back: a ticket of negative total, in cash or as a credit note."""
    if not shop.sold:
        return
    basket = Basket(shop)
    line = shop.sold.pop()
    back = replace(line, quantity=-line.quantity, gross=-line.gross)
    basket.take(basket.sale.sell(back))
    if shop.chance.random() < 0.5:
        basket.pay(CASH)
        yield shop.step(*basket.close())
    else:
        basket.pay(CREDIT)
        name = shop.voucher(CREDIT_NOTE)
        purpose = VoucherPurpose.MULTI
        credit = VoucherMoved(voucher=name, purpose=purpose, amount=line.gross, **basket.where)
        yield shop.step(*basket.close(), credit)
        shop.gifts.append((name, line.gross))


def _exchange(shop: Shop) -> Iterator[Step]:
    """A line brought back against goods of the same worth at another rate: nothing to pay."""
    basket = Basket(shop)
    basket.sell(ARTICLES[6], price=890)
    basket.sell(ARTICLES[9], quantity=-ONE)
    yield shop.step(*basket.close())


def _abandoned(shop: Shop) -> Iterator[Step]:
    basket = Basket(shop)
    _goods(basket)
    yield shop.step(*basket.events)
    yield shop.step(basket.sale.abandon(), DrawerOpened(reason="monnaie", authority=1))


def _petty(shop: Shop) -> Iterator[Step]:
    movement, sign = shop.chance.choice(((CashMovement.IN, 1), (CashMovement.OUT, -1)))
    amount = sign * shop.chance.randint(100, 3000)
    shop.cash += amount
    yield shop.step(
        CashMoved(movement=movement, amount=amount, reason="Épicerie\tlait", authority=1)
    )


def _gift(shop: Shop) -> Iterator[Step]:
    """A gift voucher, for anything (no VAT yet) or for bread (VAT at once)."""
    basket = Basket(shop)
    multi = shop.chance.random() < 0.6
    purpose = VoucherPurpose.MULTI if multi else VoucherPurpose.SINGLE
    basket.sell(ARTICLES[0])
    basket.sell(GIFT if multi else BREAD_CARD, issues=purpose)
    tax = basket.tax
    basket.pay(CARD)
    name = shop.voucher(GIFT_MULTI if multi else GIFT_SINGLE)
    issued = VoucherMoved(voucher=name, purpose=purpose, amount=2000, tax=tax, **basket.where)
    yield shop.step(*basket.close(), issued)
    if multi:
        shop.gifts.append((name, 2000))
    else:
        shop.cards.append((name, 2000, tax))


def _use_gift(shop: Shop) -> Iterator[Step]:
    """A voucher for anything is a means of payment; one for bread takes its bread off."""
    basket = Basket(shop)
    _goods(basket)
    if shop.gifts:
        name, left = shop.gifts.pop(0)
        used = min(left, basket.sale.due)
        basket.pay(VOUCHER, most=used)
        purpose = VoucherPurpose.MULTI
        moved = VoucherMoved(voucher=name, purpose=purpose, amount=-used, **basket.where)
        basket.pay(CASH)
        yield shop.step(*basket.close(), moved)
        if left > used:
            shop.gifts.append((name, left - used))
    elif shop.cards:
        name, left, held = shop.cards.pop(0)
        basket.sell(ARTICLES[0])
        card = ARTICLES[0]._replace(plu="91", name="Carte de baguettes")
        tax = -part(held, left, 115)
        basket.sell(card, quantity=-ONE, voucher=name, tax=tax)
        purpose = VoucherPurpose.SINGLE
        moved = VoucherMoved(voucher=name, purpose=purpose, amount=-115, tax=tax, **basket.where)
        if left > 115:
            shop.cards.append((name, left - 115, held + tax))
        basket.pay(CASH)
        yield shop.step(*basket.close(), moved)
    else:
        basket.pay(CASH)
        yield shop.step(*basket.close())


def _expire(shop: Shop) -> Iterator[Step]:
    if shop.gifts:
        name, left = shop.gifts.pop(0)
        yield shop.step(VoucherMoved(voucher=name, purpose=VoucherPurpose.MULTI, amount=-left))


def _order(shop: Shop) -> Iterator[Step]:
    """Money on an order: taken, or when there is one already, taken off or given back."""
    acompte = shop.chance.random() < 0.5
    held = shop.acomptes if acompte else shop.arrhes
    tax = 0
    part, earnest = (ACOMPTE, DepositNature.PART, 550), (ARRHES, DepositNature.EARNEST, 0)
    what, nature, vat = part if acompte else earnest
    if not held:
        basket, name, amount = Basket(shop), shop.order(), what.price
        basket.sell(what, order=name, deposit=nature)
        tax = basket.tax
        held.append(name)
    else:
        basket, name, amount = Basket(shop), held.pop(), -what.price
        basket.sell(ARTICLES[5], quantity=12 * ONE)
        if acompte:
            tax = -divide(what.price * vat, 10_000 + vat)
            basket.sell(what, quantity=-ONE, order=name, deposit=nature, tax=tax)
        else:
            basket.pay(HELD, most=what.price)
    basket.pay(CASH)
    moved = DepositMoved(
        order=name, nature=nature, amount=amount, vat=vat, tax=tax, **basket.where
    )
    yield shop.step(*basket.close(), moved)


def _training(shop: Shop) -> Iterator[Step]:
    yield shop.step(TrainingStarted(supervisor=1))
    basket = Basket(shop, TRAINING_SERIES)
    _goods(basket)
    basket.take(basket.sale.correct())
    basket.sell(ARTICLES[1])
    basket.pay(CASH)
    yield shop.step(*basket.close())
    yield shop.step(TrainingEnded())


_HAPPENINGS: tuple[Callable[[Shop], Iterator[Step]], ...] = (
    _ticket, _refund, _exchange, _abandoned, _petty, _gift, _use_gift, _expire, _order, _training,
)  # fmt: skip
_WEIGHTS = (100, 4, 1, 2, 2, 3, 4, 1, 4, 1)


async def write(
    append: "Callable[[Sequence[Event], Moment], asyncio.Future[Any]]", steps: Iterator[Step]
) -> int:
    """Hand every step to `append` (a journal's), some at a time; how many events that were."""
    waiting: deque[asyncio.Future[Any]] = deque()
    count = 0
    for step in steps:
        count += len(step.events)
        waiting.append(append(step.events, step.moment))
        if len(waiting) > 512:
            await waiting.popleft()
    for future in waiting:
        await future
    return count
