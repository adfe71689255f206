"""Each right guards its effect at every door: a clerk without any presses whatever there is.

And whoever opens a drawer leaves a record of it.
"""

from collections.abc import Callable
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from pos_terminal.domain.audit.inspection import InspectionRules
from pos_terminal.domain.counter.steps import (
    CloseDay,
    CloseService,
    CountDrawer,
    Effect,
    OpenDrawer,
    ReadDay,
    Step,
    WriteEvidence,
)
from pos_terminal.domain.events.adjustment import DiscountGiven
from pos_terminal.domain.events.cash import CashCounted, CashMoved, DrawerOpened
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.outage import OutageEnded, OutageStarted
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import PeriodClosed, PeriodCopied, PeriodReported
from pos_terminal.domain.events.prepaid import VoucherCopied
from pos_terminal.domain.events.sale import (
    LineSold,
    LineVoided,
    RefundOpened,
    SaleAbandoned,
    SaleClosed,
    Tender,
)
from pos_terminal.domain.events.stock import StockMoved
from pos_terminal.domain.events.values import MovementCause, Right
from pos_terminal.domain.staff.clerks import Clerks
from pos_terminal.domain.tender.tender import MANUAL
from pos_terminal.domain.tender.terminals import Terminal, Terminals
from tests.support.random_days import BACK, BESIDE, PAID, SOLD, Days
from tests.support.staff import SAM, STAFF

DOORS = (
    *SOLD, *PAID, *BESIDE, "Z", "SERVICE", "COMPTE", "ZBIS", "REPORT Z", "BON", "LISTE", "2 LISTE",
    "4 ENCOMPTE", "5 ENCOMPTE", "5 PERTE 1 PLU", "2 INVENT 1 PLU", "RETRAIT 5 PLU", "CARD",
    "CHEQUE", "100 % ST", "ST 100 %", "PERSO", "PRO", "0 PRIX 1 PLU",
    "1200 PANNE", "PANNE", "CONTROLE", "2 PLU CARD 771 CARD", "771 CARD",
)  # fmt: skip


def returns(line: LineSold) -> bool:
    """Whether something goes back to the customer, or money of an order does."""
    loose = line.quantity < 0 and not (line.of or line.order or line.voucher)
    return loose or line.back


def cheaper(line: LineSold) -> bool:
    """Whether somebody else's price was charged."""
    listed = line.list_price
    return not line.of and listed is not None and line.price != listed


GUARDED: dict[Right, Callable[[Event], bool]] = {
    Right.VOID: lambda e: isinstance(e, LineVoided) and e.how == "void",
    Right.CANCEL: lambda e: isinstance(e, SaleAbandoned),
    Right.RETURN: lambda e: isinstance(e, LineSold) and returns(e),
    Right.REFUND: lambda e: isinstance(e, RefundOpened | VoucherCopied),
    Right.OVERRIDE: lambda e: isinstance(e, LineSold) and cheaper(e),
    Right.DISCOUNT: lambda e: isinstance(e, DiscountGiven),
    Right.NO_SALE: lambda e: isinstance(e, DrawerOpened | CashCounted),
    Right.CASH: lambda e: isinstance(e, CashMoved),
    Right.CLOSE: lambda e: isinstance(e, PeriodClosed | PeriodReported | PeriodCopied),
    Right.STOCK: lambda e: isinstance(e, StockMoved) and e.cause is not MovementCause.SALE,
    Right.PAYMENT: lambda e: isinstance(e, PaymentChanged),
    Right.OUTAGE: lambda e: isinstance(e, OutageStarted | OutageEnded),
    Right.MANUAL: lambda e: isinstance(e, Tender) and e.tender == MANUAL.name and e.amount > 0,
    Right.ACCOUNT: lambda e: isinstance(e, Tender) and bool(e.account) and e.amount > 0,
}
"""What may not happen by somebody who lacks the right, and whom nobody helped."""


class Watched(Days):
    """A shop of which each step is kept; its terminal cannot be asked: a card goes by its slip."""

    def told(self, step: Step) -> None:
        """One more step."""
        self.steps_taken.append(step)

    def __post_init__(self) -> None:
        self.steps_taken: list[Step] = []
        super().__post_init__()
        by_slip = Terminals((Terminal(tenders=("CARD",)),))
        self.decides(inspection=InspectionRules("/media/stick"), terminals=by_slip)


def unguarded(effect: Effect) -> bool:
    return isinstance(effect, ReadDay | CloseDay | CloseService | CountDrawer | WriteEvidence)


def lived(seed: int) -> tuple[Watched, int]:
    """Some hours without clerks, then some of one who may do nothing; and where he begins."""
    shop = Watched(Random(seed))
    for _ in range(120):
        shop.step()
    shop.press("C C C C")
    shop.counter.desk.resume_clerks(Clerks(STAFF), SAM, {})
    begins = len(shop.steps_taken)
    for _ in range(150):
        number = shop.chance.randint(1, 20)
        refund = f"RF {number} TICKET {shop.chance.choice(BACK)}"
        shop.press(shop.chance.choice((*DOORS, refund)))
        while shop.counter.desk.pending:
            shop.press("C")
    return shop, begins


@settings(max_examples=10)
@given(st.integers(0, 2**32))
def test_who_has_no_right_does_nothing_that_needs_one(seed: int) -> None:
    shop, begins = lived(seed)
    mine = shop.steps_taken[begins:]
    events = [event for step in mine for event in step.events]
    assert any(isinstance(event, SaleClosed) for event in events)
    for right, happened in GUARDED.items():
        assert [event for event in events if happened(event)] == [], right
    assert not any(unguarded(effect) for step in mine for effect in step.effects)


@settings(max_examples=10)
@given(st.integers(0, 2**32))
def test_no_drawer_opens_without_a_record(seed: int) -> None:
    shop, _ = lived(seed)
    free = Watched(Random(seed))
    for door in ("COMPTE", *free.chance.sample(DOORS, len(DOORS))):
        free.press(door)
        while free.counter.desk.pending:
            free.press("C")
    steps = (*shop.steps_taken, *free.steps_taken)
    opened = [s for s in steps if any(isinstance(e, OpenDrawer) for e in s.effects)]
    assert opened
    for step in opened:
        traces = (SaleClosed, DrawerOpened, CashMoved, PaymentChanged)
        assert any(isinstance(event, traces) for event in step.events), step


def test_without_clerks_all_of_it_happens() -> None:
    """Else the doors that were tried say nothing."""
    seen: set[Right] = set()
    for seed in range(40):
        if seen == set(GUARDED):
            break
        shop = Watched(Random(seed))
        for _ in range(500):
            shop.press(shop.chance.choice(DOORS))
            if shop.chance.random() < 0.1:
                shop.step()
        events = [event for step in shop.steps_taken for event in step.events]
        seen |= {right for right, happened in GUARDED.items() if any(map(happened, events))}
    assert seen == set(GUARDED)
