"""Days at the real counter, key by key, with whatever customers want; stamped as a journal does."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.codes.vouchers import voucher_code
from pos_terminal.domain.counter.counter import Counter
from pos_terminal.domain.counter.steps import (
    BooksReady,
    CloseDay,
    CloseService,
    CountDrawer,
    Input,
    LookedUp,
    LookUp,
    Pressed,
    Print,
    ReadDay,
    Scanned,
    Step,
    Train,
)
from pos_terminal.domain.events.breakdown import DrawerSum
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.lookup.changes import Changes
from pos_terminal.domain.lookup.customers import Customer, CustomerWanted
from pos_terminal.domain.lookup.questions import (
    AccountWanted,
    Answer,
    ArticleSold,
    BestSold,
    BestSoldWanted,
    CustomerAccount,
    DepositsHeld,
    DepositWanted,
    Orders,
    OrdersWanted,
    StockHeld,
    StockWanted,
    TicketFound,
    TicketWanted,
    VoucherWanted,
    Wanted,
)
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period.drawer import Drawers, drawers_used
from pos_terminal.domain.sale.promotions import Promotion
from pos_terminal.journal.record import Record, Running
from tests.support.bench import counter_of, goods, keys, minting
from tests.support.journaling import decided

IDENTITY = Identity("7", "2", "0.1.0", simulated=False)
PARIS = ZoneInfo("Europe/Paris")
GOODS = """plu,name,price,per,unit,vat,family,vat_on_spot,option,for,min,max,voucher,discount,\
returnable,stock
1,TRADITION,"1,30",,,5.5,pain,,,,,,,,,yes
2,BAGUETTE,"1,00",,,5.5,pain
3,CAFE,"1,50",,,10,bar
5,VIN ROUGE,"8,00",,,20,vin,,,,,,,,,yes
7,OEUFS,"2,00",6,,5.5,frais
8,THE,"2,00",,,5.5,bar,10
9,CONSIGNE,"0,30",,,,,,,,,,,,yes
10,LIVRE,"9,99",,,5.5,livres,,,,,,,no
20,JAMBON,"5,50",,,10,sandwich
21,EAU,"2,05",,,5.5,boisson
22,TARTE,"3,55",,,5.5,dessert
23,CROISSANT,"1,20",,,5.5,vienn
50,COUPE,"0,15",,,,,,COUPE,pain
91,BON CADEAU,,,,,bons,,,,"5,00","150,00",multi
92,CARTE PAIN,"20,00",,,5.5,bons,,,,,,single
"""


def of(*names: str) -> frozenset[str]:
    return frozenset(names)


PROMOTIONS = (
    Promotion("FORMULE", (of("sandwich"), of("boisson"), of("dessert")), price=950),
    Promotion("3+1", (of("vienn"),), count=4, free=1),
    Promotion("2 CAFES", (of("3"),), count=2, price=250),
    Promotion("PAIN", (of("pain"),), percent=700),
)
SOLD = (
    "1 PLU", "2 PLU", "3 x 2 PLU", "3 PLU", "2 x 3 PLU", "5 PLU", "3 x 7 PLU", "0,5 x 1 PLU",
    "8 PLU", "9 PLU", "4 x 9 PLU", "10 PLU", "20 PLU", "21 PLU", "22 PLU", "5 x 23 PLU", "23 PLU",
    "1 PLU 50 PLU", "210 PRIX 5 PLU", "RF 2 PLU", "RF 9 PLU", "RF 5 PLU", "RF 23 PLU", "CORR",
    "VOID 2 PLU", "ST 10 %", "7 %", "ST 100 REMISE", "35 REMISE", "PLACE", "ST", "ST CORR",
    "4 REGLE", "500 PRIX 5 REGLE", "2000 PRIX 91 PLU", "92 PLU", "1500 PRIX 7 ARRHES",
    "700 PRIX 8 ACOMPTE", "20 TAUX 333 PRIX 8 ACOMPTE", "7 COMMANDE", "8 COMMANDE",
    "RF 8 ACOMPTE", "RF 7 ARRHES", "RF 100 PRIX 8 ACOMPTE", "CANCEL", "HOLD", "RECALL",
)  # fmt: skip
PAID = (
    "CASH", "CARD", "CHEQUE", "TR CARD", "TR CASH", "200 CARD CASH", "2000 CASH", "5000 CASH",
    "4 ENCOMPTE", "5 ENCOMPTE",
    "AVOIR", "DON CARD", "CASH", "CARD", "CARD CASH CASH", "2000 CASH CARD CARD", "CASH TR TR",
    "CHEQUE CARD CARD CASH CASH", "200 TR CASH CARD CARD",
)  # fmt: skip
BACK = ("1 PLU", "2 PLU", "5 PLU", "23 PLU", "TICKET", "0,5 x 1 PLU", "10 PLU", "20 PLU", "9 PLU")
BESIDE = (
    "10000 FOND", "1 MOTIF 500 ENTREE", "1 MOTIF 300 SORTIE", "2000 PRELEV", "#/NS",
    "2 TIROIR 500 FOND", "7 NOTER 2 x 1 PLU 4 CLIENT NOTER", "9 NOTER 5 PLU 3 x 23 PLU NOTER",
    "7 NOTER RF 1 PLU 24121700 NOTER NOTER", "RF 9 NOTER", "X", "5 X",
)  # fmt: skip


@dataclass
class Days:
    """A shop that never rests. `records` are all that its journal would hold.

    `printed` is the last paper of a sale.
    """

    goods: ClassVar[str] = GOODS
    sold_keys: ClassVar[tuple[str, ...]] = SOLD
    paid_keys: ClassVar[tuple[str, ...]] = PAID
    back_keys: ClassVar[tuple[str, ...]] = BACK
    beside_keys: ClassVar[tuple[str, ...]] = BESIDE

    chance: Random
    running: Running = field(default_factory=lambda: Running(identity=IDENTITY))
    records: list[Record] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    tickets: dict[tuple[str, int], tuple[SaleClosed, Moment]] = field(default_factory=dict)
    corrected: dict[tuple[str, int], list[PaymentChanged]] = field(default_factory=dict)
    vouchers: list[str] = field(default_factory=list)
    now: datetime = datetime(2026, 1, 5, 8, 0, tzinfo=PARIS)
    steps: int = 0
    printed: Print | None = None

    def __post_init__(self) -> None:
        self.counter: Counter = counter_of(
            goods(self.goods), identity=IDENTITY, mint=minting(self.chance), promotions=PROMOTIONS,
            drawers=Drawers(((0, 1), (2,))),
        )  # fmt: skip
        self.record([OperatorSignedOn(operator=1)])

    @property
    def moment(self) -> Moment:
        utc = int(self.now.timestamp()) * 1_000_000
        at = self.now.isoformat(timespec="milliseconds")
        return Moment(at=at, utc=utc, mono=utc, boot="b", trust=Trust.SYNCHRONISED)

    def record(self, events: list[Event] | tuple[Event, ...], *, apply: bool = True) -> None:
        """These events are the next records."""
        for event in events:
            if apply:
                self.counter.desk.apply(event, self.moment)
            record = self.stamp(event)
            self.records.append(record)
            self.changes.take(event, record.seq, record.envelope.session, self.moment.at)
            if isinstance(event, SaleClosed):
                self.tickets[event.series, event.number] = event, self.moment
            if isinstance(event, PaymentChanged):
                self.corrected.setdefault((event.series, event.number), []).append(event)
            if isinstance(event, VoucherMoved) and event.amount > 0:
                self.vouchers.append(self.counter.desk.mint.number(event))

    def stamp(self, event: Event) -> Record:
        """The event as the next record, on no disk."""
        record, self.running = self.running.stamp(event, self.moment)
        return record

    def told(self, step: Step) -> None:
        """What the counter answered; for who wants to know."""

    def put(self, given: Input) -> None:
        step = self.counter.handle(given, self.moment)
        self.told(step)
        self.record(step.events, apply=False)
        for effect in step.effects:
            if isinstance(effect, LookUp):
                self.put(LookedUp(effect.request, self.answer(effect.wanted)))
            elif isinstance(effect, Print):
                self.printed = effect
            elif isinstance(effect, ReadDay | CloseDay | CloseService):
                self.put(BooksReady(effect, self.running.books))

    def answer(self, wanted: Wanted) -> Answer | None:
        balances = self.changes.balances
        match wanted:
            case TicketWanted(series, number) if (series, number) in self.tickets:
                closed, when = self.tickets[series, number]
                found = {(series, number, line.line): line.line for line in closed.lines}
                back = {found[p]: b for p, b in self.changes.returned.items() if p in found}
                changed = tuple(self.corrected.get((series, number), ()))
                return TicketFound(closed, when, back, changed=changed)
            case VoucherWanted(voucher):
                return next((v for v in balances.vouchers if v.voucher == voucher), None)
            case DepositWanted(order):
                held = balances.balances().deposits
                return DepositsHeld(tuple(each for each in held if each.order == order))
            case CustomerWanted(number):
                return Customer(number, f"person-{number}") if number < 6 else None
            case AccountWanted(person):
                return CustomerAccount(sum(
                    moved.amount for _, moved, _ in self.changes.accounts if moved.person == person
                ))  # fmt: skip
            case OrdersWanted():
                return Orders(balances.balances().orders)
            case StockWanted(plus):
                stock = balances.balances().stock
                return StockHeld(tuple(each for each in stock if not plus or each.plu in plus))
            case BestSoldWanted(most):
                day = self.changes.session
                rows = [(-cents, plu) for (session, plu), cents in self.changes.takings.items()
                        if session == day and cents]  # fmt: skip
                return BestSold(tuple(
                    ArticleSold(plu, self.changes.sold[day, plu], -cents)
                    for cents, plu in sorted(rows)[:most]
                ))  # fmt: skip
            case _:
                return None

    def decides(self, **rules: Any) -> None:
        """The shop has other rules from now on."""
        self.counter.desk.rules = replace(self.counter.desk.rules, **rules)

    def put_keys(self, text: str) -> None:
        """Some keys."""
        for key in keys(text):
            self.put(key)

    def press(self, text: str) -> None:
        """Some keys; an error is cleared."""
        self.put_keys(text)
        while self.counter.desk.fault:
            self.put(Pressed(Key(Function.CLEAR)))

    def step(self) -> None:
        """One thing more that happens."""
        self.steps += 1
        self.now += timedelta(seconds=self.chance.randint(1, 40))
        what = self.chance.random()
        if what < 0.60:
            self.press(self.chance.choice(self.sold_keys))
        elif what < 0.85:
            self.press(f"C C C {self.chance.choice(self.paid_keys)}")
        elif what < 0.91:
            self._refund()
        elif what < 0.93 and self.vouchers:
            self.put(Scanned(voucher_code(self.chance.choice(self.vouchers[-6:])), ""))
            self.press("C C")
        elif what < 0.97:
            self.press(f"C C C {self.chance.choice(self.beside_keys)}")
        else:
            self._free()
            self._between()

    def _refund(self) -> None:
        numbers = [number for series, number in self.tickets if series == "T"]
        if numbers:
            number = self.chance.choice(numbers[-15:])
            if any(p.account for p in self.tickets["T", number][0].tenders):
                self._free()
            self.press(f"C C C RF {number} TICKET {self.chance.choice(self.back_keys)} RF")
            on_account = any(p.account for p in self.tickets["T", number][0].tenders)
            if on_account or self.chance.random() < 0.1:
                self.press("4 ENCOMPTE C 5 ENCOMPTE")

    def _between(self) -> None:
        """Nobody is served: another clerk, an exercise, a closure."""
        self.press("C C C")
        match self.chance.randrange(8):
            case 0 | 1:
                self.record([OperatorSignedOn(operator=self.chance.randint(1, 2))])
            case 2:
                self._exercise()
            case 3:
                self._service()
            case 4:
                self._expire()
            case 5:
                self._breakdown()
            case _:
                self.close_day()

    def _expire(self) -> None:
        """A voucher that was not used up in time is worth nothing any more."""
        held = [v for v in self.changes.balances.vouchers if v.amount > 0]
        if held:
            voucher = self.chance.choice(held)
            self.record([VoucherMoved(
                voucher=voucher.voucher, purpose=voucher.purpose, amount=-voucher.amount,
                vat=voucher.vat, tax=-voucher.tax, expires=voucher.expires,
            )])  # fmt: skip

    def _exercise(self) -> None:
        self.put(Train(9))
        self.press("2 x 1 PLU 5 PLU VOID 5 PLU CASH")
        self.press("C C C CANCEL C")
        self.put(Train(0))

    def _breakdown(self) -> None:
        """What was sold by hand in the last hour and a half is entered."""
        ago = [f"{self.now - timedelta(minutes=m):%H%M}" for m in (90, 60, 30)]
        self.press(f"{ago[0]} PANNE")
        self.press(f"{ago[1]} PANNE 2 x 1 PLU 10 % CASH")
        self.press(f"2 PLU CARD {ago[2]} PANNE 5 PLU CARD")
        self.press("CASH C CANCEL C PANNE")

    def count(self) -> None:
        """Every drawer is counted; some are off."""
        used = drawers_used(self.running.book.day.totals)
        for drawer in used or (DrawerSum(drawer=1),):
            gap = self.chance.choice((0, 0, 0, -5, 10, -120))
            counted = CountDrawer((), max(0, drawer.holds + gap), drawer.drawer)
            self.put(BooksReady(counted, self.running.books))

    def _service(self) -> None:
        self.count()
        self.press("SERVICE")

    def close_day(self) -> None:
        """The Z, and now and then that of the month."""
        self.count()
        self.press("Z")
        while self.counter.desk.pending:  # what stays in this drawer?
            self.press(self.chance.choice(("Z", "Z", "0 Z", "5000 Z", "123 Z")))
        today = self.moment.at[:10]
        if self.running.book.day.opened or not self.running.book.month.first:
            return
        if self.chance.random() < 0.2:
            self.record([decided(Period.MONTH)])
            self.record([self.running.book.closure(Period.MONTH, self.running.seq + 1, today)])
        self.now += timedelta(hours=10)

    def end(self) -> None:
        """Whatever is open is given up, and the day is closed."""
        self._free()
        assert not self.counter.desk.sale and not self.counter.desk.waiting
        self.close_day()

    def _free(self) -> None:
        """No sale is open or on hold."""
        for _ in range(40):
            self.press("C C C C")
            sale = self.counter.desk.sale
            if sale is None and not self.counter.desk.waiting:
                break
            while self.counter.desk.sale and self.counter.desk.sale.tenders:
                self.press("CORR")
            self.press("CANCEL" if self.counter.desk.sale else "RECALL")
