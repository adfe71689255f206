"""Random days in a shop whose cards go through a terminal, with a bank that keeps its own book."""

from collections import Counter
from dataclasses import dataclass, field

from pos_terminal.domain import faults
from pos_terminal.domain.authorisation import Ending, Outcome, Reason, Scheme, Service
from pos_terminal.domain.counter.card_payments import open_payments
from pos_terminal.domain.counter.slips import SlipAsked
from pos_terminal.domain.counter.steps import (
    AskTerminal,
    CancelPayment,
    Input,
    PaymentEnded,
    RecallPayment,
    Step,
)
from pos_terminal.domain.events.payment import PaymentIntended
from pos_terminal.domain.money import Cents
from pos_terminal.domain.tender.terminals import Terminal, Terminals
from tests.support.random_days import Days

TERMINALS = Terminals((Terminal(device="tpe", tenders=("CARD", "TR")), Terminal(clerks=(2,))))
UNKNOWN = faults.PAYMENT_UNKNOWN


@dataclass
class CardDays(Days):
    """`moved` is what the bank booked, by reference: cents to the shop. `sent` are all orders.

    `decided` are the payments that a person judged from a slip, rightly.
    """

    moved: Counter[str] = field(default_factory=Counter)
    ended: dict[str, Outcome] = field(default_factory=dict)
    sent: list[PaymentIntended] = field(default_factory=list)
    decided: int = 0
    asked: list[AskTerminal | RecallPayment] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.decides(terminals=TERMINALS)

    def told(self, step: Step) -> None:
        for effect in step.effects:
            if isinstance(effect, AskTerminal):
                self.sent.append(effect.intended)
            if isinstance(effect, AskTerminal | RecallPayment):
                self.asked.append(effect)
            elif isinstance(effect, CancelPayment):
                assert effect.intended in self.sent

    def put(self, given: Input) -> None:
        super().put(given)
        slip, fault = self.counter.desk.pending, self.counter.desk.fault
        asked = isinstance(slip, SlipAsked) and not slip.typed and fault is None
        if isinstance(slip, SlipAsked) and asked and self.chance.random() < 0.6:
            self.put_keys(f"771 {slip.tender}")
        while self.asked and self.chance.random() < 0.75:
            self.answer_one()

    def answer_one(self) -> None:
        """The terminal answers an order, or its answer is lost; it tells the truth when asked."""
        asked = self.asked.pop(0)
        intended = asked.intended
        known = self.ended.get(intended.ref)
        if known is None:
            known = self.ended[intended.ref] = self._outcome(intended)
            if known.ending is Ending.APPROVED:
                sign = 1 if intended.service is Service.PURCHASE else -1
                self.moved[intended.ref] += sign * known.cents
        if self.chance.random() < 0.2:
            self.put(PaymentEnded(intended.ref, fault=UNKNOWN, unknown=True))
        elif known.reason is Reason.NETWORK:
            self.put(PaymentEnded(intended.ref, fault=faults.TERMINAL_OFFLINE))
        else:
            self.put(PaymentEnded(intended.ref, known))

    def _outcome(self, intended: PaymentIntended) -> Outcome:
        chance = self.chance.random()
        if chance < 0.15:
            return Outcome(ending=Ending.REFUSED, reason=Reason.REFUSED)
        if chance < 0.25:
            return Outcome(ending=Ending.REFUSED, reason=Reason.NETWORK)
        cents = intended.amount
        if intended.service is Service.PURCHASE:
            cents = max(1, cents + self.chance.choice((0, 0, 0, 0, 0, 0, -1, -90, 3, 200)))
        return Outcome(
            ending=Ending.APPROVED,
            cents=Cents(cents),
            scheme=self.chance.choice((Scheme.CB, Scheme.CB, Scheme.CONECS)),
            last_four="1234",
            authorisation="771",
            number=f"{len(self.ended):06d}",
        )

    def step(self) -> None:
        if self.counter.desk.sale and self.counter.desk.sale.payment and self.chance.random() < 0.5:
            self.settle()
        elif self.chance.random() < 0.1:
            self.press("C HOLD")
        super().step()

    def settle(self) -> None:
        """What is open at hand ends: by the terminal, or by a person who reads its slip."""
        while self.asked:
            self.answer_one()
        desk = self.counter.desk
        if desk.sale and desk.sale.payment:
            self.press("C C C")
            payment = desk.sale.payment
            moved = abs(self.moved[payment.ref])
            if moved in (0, payment.amount):  # a slip that says otherwise is the manager's
                self.decided += 1
                self.press(f"{'771771' if moved else '0'} {payment.tender}")
            while desk.sale and desk.sale.payment:
                self.put(PaymentEnded(payment.ref, self.ended[payment.ref]))
        self.press("C C C")

    def _free(self) -> None:
        for _ in range(40):
            self.settle()
            sale = self.counter.desk.sale
            if sale is None and not self.counter.desk.waiting:
                break
            if sale and sale.tenders:
                self.press("CORR")
                stays = self.counter.desk.sale
                if stays and stays.tenders == sale.tenders:
                    # What a slip alone tells of no terminal takes back: the sale is finished.
                    # One by one: of meal vouchers no cash is given back, and an error waits for C.
                    for tender in ("CASH", "AVOIR", "CASH"):
                        self.press(tender)
            elif sale:
                self.press("CANCEL")
            else:
                self.press("RECALL")

    def all_settled(self) -> bool:
        """Whether nothing is open any more."""
        return not open_payments(self.counter.desk) and not self.asked


def of_bank(days: CardDays) -> dict[str, int]:
    """What the bank booked, without what came to nothing."""
    return {ref: cents for ref, cents in days.moved.items() if cents}

