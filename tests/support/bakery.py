"""A bakery with orders and deposits."""

from dataclasses import dataclass

from pos_terminal.domain.counter.steps import Input, LookedUp, LookUp, Step
from pos_terminal.domain.events.balances import DepositBalance
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.lookup.balances import fold
from pos_terminal.domain.lookup.questions import (
    Answer,
    DepositsHeld,
    DepositWanted,
    Orders,
    OrdersWanted,
)
from tests.support.bench import Bench


@dataclass
class Bakery(Bench):
    """A bench whose questions are answered from what it recorded."""

    questions: int = 0

    def put(self, given: Input) -> Step:
        step = super().put(given)
        for effect in step.effects:
            if isinstance(effect, LookUp):
                self.questions += 1
                then = self.put(LookedUp(effect.request, self.answer(effect.wanted)))
                return Step((*step.events, *then.events), (*step.effects, *then.effects))
        return step

    def answer(self, wanted: object) -> Answer | None:
        if isinstance(wanted, OrdersWanted):
            return Orders(fold(event for event, _ in self.events).orders)
        assert isinstance(wanted, DepositWanted)
        return DepositsHeld(tuple(x for x in self.held if x.order == wanted.order))

    @property
    def held(self) -> tuple[DepositBalance, ...]:
        return fold(event for event, _ in self.events).deposits

    @property
    def last(self) -> SaleClosed:
        return self.of(SaleClosed)[-1]

    def paid(self) -> list[tuple[str, int]]:
        return [(each.tender, each.amount) for each in self.last.tenders]
