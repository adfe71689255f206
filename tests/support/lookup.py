"""A counter whose questions about the past are answered from its own events, as by projection."""

import random
from dataclasses import dataclass
from typing import Any

from pos_terminal.domain.audit.identity import Identity, Shop
from pos_terminal.domain.codes.papers import TillName, ticket_code
from pos_terminal.domain.codes.vouchers import voucher_code
from pos_terminal.domain.counter.steps import Input, LookedUp, LookUp, Step
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.lookup.balances import fold
from pos_terminal.domain.lookup.changes import Changes
from pos_terminal.domain.lookup.questions import (
    Answer,
    Back,
    DepositsHeld,
    DepositWanted,
    TicketFound,
    TicketWanted,
    VoucherWanted,
    Wanted,
)
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.staff.clerks import Clerk, Clerks
from tests.support.bench import VOUCHER_KEY, Bench, counter_of, goods, minting

GOODS = """
plu,name,price,per,unit,vat,barcode,family,vat_on_spot,option,for,min,max,voucher,price_staff
1,TRADITION,"1,30",,,5.5,,pain,,,,,,,"1,00"
2,BAGUETTE,"1,00",,,5.5,3000100028864,pain
3,CAFE,"1,50",,,10
4,COMTE,"24,90",,kg,5.5
5,VIN ROUGE,"8,00",,,20,3010470111127
8,THE,"2,00",,,5.5,,bar,10
50,COUPE,"0,15",,,,,,,COUPE,pain
51,PETIT,"0",,,,,,,TAILLE!,bar
52,GRAND,"0,50",,,,,,,TAILLE!,bar
90,BON CADEAU 20,"20,00",,,,,bons,,,,,,multi
91,BON CADEAU,,,,,,bons,,,,"5,00","150,00",multi
92,CARTE PAIN,"20,00",,,5.5,,bons,,,,,,single
""".lstrip()
HERE = TillName("7", "2")


@dataclass
class Remembering(Bench):
    """A bench that looks up what it recorded."""

    asked: int = 0

    def put(self, given: Input) -> Step:
        step = super().put(given)
        for effect in step.effects:
            if isinstance(effect, LookUp):
                self.asked += 1
                then = self.put(LookedUp(effect.request, self.answer(effect.wanted)))
                return Step((*step.events, *then.events), (*step.effects, *then.effects))
        return step

    def answer(self, wanted: Wanted) -> Answer | None:
        changes = Changes()
        tickets: dict[tuple[str, int], tuple[SaleClosed, Moment]] = {}
        for seq, (event, when) in enumerate(self.events, 1):
            changes.take(event, seq, 1, when.at)
            if isinstance(event, SaleClosed):
                tickets[event.series, event.number] = event, when
        match wanted:
            case TicketWanted(series, number) if (series, number) in tickets:
                closed, when = tickets[series, number]
                back: dict[int, Back] = {
                    line: each
                    for (s, n, line), each in changes.returned.items()
                    if (s, n) == (series, number)
                }
                return TicketFound(closed, when, back)
            case VoucherWanted(voucher):
                found = {each.voucher: each for each in changes.balances.vouchers}
                return found.get(voucher)
            case DepositWanted(order):
                held = fold(event for event, _ in self.events).deposits
                return DepositsHeld(tuple(each for each in held if each.order == order))
            case _:
                return None

    @property
    def tickets(self) -> list[SaleClosed]:
        """All closed tickets."""
        return self.of(SaleClosed)

    def ticket(self, number: int, series: str = "T") -> str:
        """The barcode of a ticket of this till."""
        return ticket_code(HERE, series, number)

    @property
    def made(self) -> tuple[str, ...]:
        """The numbers of the vouchers that were made, the newest last."""
        mint = self.counter.desk.mint
        return tuple(mint.number(each) for each in self.of(VoucherMoved) if each.amount > 0)

    def use(self, number: str) -> Step:
        """Scan a voucher."""
        return self.scan(voucher_code(number))

    def worth(self, number: str) -> int:
        """What a voucher is worth by the records."""
        reference = VOUCHER_KEY.reference(number)
        return sum(each.amount for each in self.of(VoucherMoved) if each.voucher == reference)

    @property
    def last(self) -> SaleClosed:
        """The ticket that was closed last."""
        return self.of(SaleClosed)[-1]

    def again(self) -> "Remembering":
        """The same till after a restart: rebuilt from its records alone."""
        desk = self.counter.desk
        other = remembering(
            tenders=desk.rules.tenders,
            mint=desk.mint,
            sales=desk.rules.sales,
            promotions=desk.promotions,
        )
        for event, when in self.events:
            other.counter.desk.apply(event, when)
        other.counter.desk.clerks = self.counter.desk.clerks
        other.events, other.inputs = self.events, self.inputs
        other.screen = other.counter.desk.base()
        return other


def remembering(*, seed: int = 7, **rules: Any) -> Remembering:
    """A till of store 7, number 2."""
    shop = Shop("Boulangerie")
    identity = Identity(HERE.store, HERE.terminal, "test", simulated=False, shop=shop)
    given: dict[str, Any] = {"mint": minting(random.Random(seed)), "identity": identity, **rules}
    counter = counter_of(goods(GOODS), **given)
    return Remembering(counter)


def clerk(*rights: Right) -> Clerks:
    """A till with one clerk who has these rights, and a manager who has all."""
    all_ = frozenset(Right)
    return Clerks({7: Clerk(7, "x", frozenset(rights)), 1: Clerk(1, "x", all_)})
