"""What projections start from once the records before are gone: stock, vouchers, deposits. Pure.

Folded from the events, kept in the closure's opening balances. All of it is a sum, so that it can
be made again from any archive, and nothing in it was ever rounded.
"""

from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct, field

from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.balances import (
    AccountBalance,
    Balances,
    BottleBalance,
    DepositBalance,
    OrderBalance,
    StockBalance,
    UnansweredPayment,
    VoucherBalance,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.orders import OrderAgreed, OrderEnded, OrderNoted
from pos_terminal.domain.events.payment import PaymentAnswered, PaymentDecided, PaymentIntended
from pos_terminal.domain.events.prepaid import DepositMoved, VoucherMoved
from pos_terminal.domain.events.stock import BottleFinished, BottleOpened, StockMoved
from pos_terminal.domain.events.values import DepositNature, PaymentOutcome
from pos_terminal.domain.lookup import orders
from pos_terminal.domain.lookup.bottles import Bottle


class RunningBalances(Struct):
    """Counts balances up, event by event, beginning with those of an earlier purge."""

    _stock: dict[str, Fraction] = field(default_factory=dict)
    _vouchers: dict[tuple[str, str], VoucherBalance] = field(default_factory=dict)
    _deposits: dict[tuple[str, DepositNature, int], tuple[int, int]] = field(default_factory=dict)
    _unanswered: dict[str, UnansweredPayment] = field(default_factory=dict)
    _bottles: dict[str, Bottle] = field(default_factory=dict)
    _accounts: dict[str, int] = field(default_factory=dict)
    _orders: dict[str, OrderBalance] = field(default_factory=dict)

    @classmethod
    def starting(cls, balances: Balances) -> "RunningBalances":
        """Running balances that stand where these balances stood."""
        return cls(
            {b.plu: Fraction(b.numerator, b.denominator) for b in balances.stock},
            {(b.voucher, b.purpose): b for b in balances.vouchers},
            {(b.order, b.nature, b.vat): (b.amount, b.tax) for b in balances.deposits},
            {b.ref: b for b in balances.unanswered},
            {
                b.plu: Bottle(plu=b.plu, at=b.at, sold=b.sold, given=b.given)
                for b in balances.bottles
            },
            {b.person: b.amount for b in balances.accounts},
            {b.order: b for b in balances.orders},
        )

    def take(self, event: Event) -> None:
        """Count one event; most change no balance."""
        match event:
            case StockMoved():
                moved = Fraction(event.numerator, event.denominator)
                self._stock[event.plu] = self._stock.get(event.plu, Fraction(0)) + moved
                if event.poured and event.plu in self._bottles:
                    self._bottles[event.plu] = self._bottles[event.plu].after(event)
            case BottleOpened():
                self._bottles[event.plu] = Bottle(plu=event.plu, at=event.at)
            case BottleFinished():
                self._bottles.pop(event.plu, None)
            case VoucherMoved():
                self._move_voucher(event)
            case DepositMoved():
                deposit = (event.order, event.nature, event.vat)
                amount, tax = self._deposits.get(deposit, (0, 0))
                self._deposits[deposit] = amount + event.amount, tax + event.tax
            case AccountMoved():
                owed = self._accounts.get(event.person, 0)
                self._accounts[event.person] = owed + event.amount
            case OrderNoted() | OrderAgreed() | OrderEnded():
                order = orders.after(self._orders.pop(event.order, None), event)
                if order:
                    self._orders[event.order] = order
            case PaymentIntended(sale=sale, ref=ref):
                self._unanswered[ref] = UnansweredPayment(
                    sale=sale, ref=ref, tender=event.tender, amount=event.amount
                )
            case PaymentAnswered(outcome=PaymentOutcome.PAID | PaymentOutcome.REFUSED):
                self._unanswered.pop(event.ref, None)
            case PaymentDecided():
                self._unanswered.pop(event.ref, None)

    def _move_voucher(self, event: VoucherMoved) -> None:
        key = (event.voucher, event.purpose)
        had = self._vouchers.get(key, VoucherBalance(voucher=key[0], purpose=key[1], amount=0))
        self._vouchers[key] = VoucherBalance(
            voucher=event.voucher,
            purpose=event.purpose,
            amount=had.amount + event.amount,
            plu=event.plu or had.plu,
            vat=event.vat or had.vat,
            expires=event.expires or had.expires,
            tax=had.tax + event.tax,
        )

    @property
    def vouchers(self) -> tuple[VoucherBalance, ...]:
        """Every voucher that moved, those that came to nothing too."""
        return tuple(balance for _, balance in sorted(self._vouchers.items()))

    def balances(self) -> Balances:
        """Where everything stands now."""
        return Balances(
            stock=tuple(
                StockBalance(plu=plu, numerator=held.numerator, denominator=held.denominator)
                for plu, held in sorted(self._stock.items())
                if held
            ),
            vouchers=tuple(balance for balance in self.vouchers if balance.amount),
            deposits=tuple(
                DepositBalance(order=order, nature=nature, vat=vat, amount=amount, tax=tax)
                for (order, nature, vat), (amount, tax) in sorted(self._deposits.items())
                if amount or tax
            ),
            unanswered=tuple(self._unanswered[ref] for ref in sorted(self._unanswered)),
            bottles=tuple(
                BottleBalance(plu=plu, at=bottle.at, sold=bottle.sold, given=bottle.given)
                for plu, bottle in sorted(self._bottles.items())
            ),
            accounts=tuple(
                AccountBalance(person=person, amount=amount)
                for person, amount in sorted(self._accounts.items())
                if amount
            ),
            orders=tuple(order for _, order in sorted(self._orders.items())),
        )


def fold(events: Iterable[Event], start: Balances | None = None) -> Balances:
    """The balances after these events."""
    running = RunningBalances.starting(start or Balances())
    for event in events:
        running.take(event)
    return running.balances()
