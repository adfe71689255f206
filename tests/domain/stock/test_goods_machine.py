"""A clerk who presses anything, in a shop that follows its stock: no count is ever off."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from pos_terminal.domain import faults
from pos_terminal.domain.counter.lookup import Search
from pos_terminal.domain.counter.steps import (
    LookedUp,
    LookUp,
    NewCatalog,
    Pressed,
    PrintList,
    Show,
    Step,
)
from pos_terminal.domain.events.sale import LineSold, SaleClosed
from pos_terminal.domain.events.stock import BottleFinished, BottleOpened, StockMoved
from pos_terminal.domain.events.values import EntryMethod, TareKind
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.keyboard.keys import GOODS_KEYS, Key, parse_key
from pos_terminal.domain.keyboard.movement_keys import MOVEMENTS
from pos_terminal.domain.lookup.questions import BottlesWanted, SoldWanted, StockWanted
from tests.support.bench import counter_of, goods, keys, minting, tones
from tests.support.clerk_machine import Clerk, answered
from tests.support.stock import GOODS, Stockroom

SHOP = goods(GOODS)
ALTERED = goods(GOODS.replace('"1,30"', '"1,40"'))
GOODS_PRESSED = [
    *map(parse_key, (*GOODS_KEYS, "g", "TARE", "VERSE", "PROD")),
    *(Key(parse_key("article 1").function, plu) for plu in ("1", "2", "41", "42", "46", "50")),
]
WORK = [
    "42 PLU", "3 x 42 PLU CASH", "2 x 41 PLU CASH", "RF 42 PLU CASH", "44 PLU CARD", "46 PLU",
    "0,5 x 2 PLU CASH", "480 g 4 PLU", "20 TARE 480 g 4 PLU CASH", "TARE", "600 TARE 4 PLU",
    "2 MOTIF 480 g 4 PLU", "42 PLU CORR", "VOID 42 PLU", "CANCEL", "HOLD", "RECALL", "CASH",
    "3 PERTE 1 PLU", "12 LIVRE 41 PLU", "RF 2 INVENDU 1 PLU", "DEGUST 42 PLU", "PERTE 4 PLU",
    "7 INVENT 41 PLU", "0 INVENT 1 PLU", "STOCK 42 PLU", "STOCK STOCK", "ALLERG 50 PLU",
    "ALLERG ALLERG", "OUVRIR 41 PLU", "FINIR 41 PLU", "2 OUVRIR 41 PLU", "3 MOTIF 1 FINIR 41 PLU",
    "OUVRIR 45 PLU", "VERSE", "PROD", "1 PROD", "3 FABRIQUE 50 PLU 2 x 50 PLU CASH",
]  # fmt: skip

SHARES = {
    "2": ("1", Fraction(1, 2)), "42": ("41", Fraction(1, 6)), "43": ("41", Fraction(2, 3)),
    "44": ("41", Fraction(6)), "46": ("45", Fraction(2)),
}  # fmt: skip
KEPT = {"1", "4", "41", "45", "47", "50"}


class Keeper(Clerk):
    """As one clerk, where bottles are opened and goods are lost."""

    till: Stockroom

    @initialize(sales=st.integers(0, 99), tickets=st.integers(0, 99))
    def open_the_shop(self, sales: int, tickets: int) -> None:
        self.start = (sales, tickets)
        self.till = Stockroom(counter_of(SHOP), silent=True)
        self.till.counter.desk.mint = minting(Random(sales))
        self.till.counter.desk.resume(sales, {"T": tickets})
        self.asked: list[int] = []
        self.looked: list[LookUp] = []

    @rule(key=st.sampled_from(GOODS_PRESSED))
    def press_for_goods(self, key: Key) -> None:
        self.note(self.till.put(Pressed(key)))

    @rule(work=st.lists(st.sampled_from(WORK), min_size=1, max_size=4), answer=st.booleans())
    def work(self, work: list[str], answer: bool) -> None:
        """What mostly happens: keys that make sense, and answers at once."""
        for text in ("C C C", *work):
            for key in keys(text):
                step = self.till.put(key)
                self.note(step)
                while answer and (wanted := [e for e in step.effects if isinstance(e, LookUp)]):
                    step = self.till.put(self.answer(wanted[0], None))
                    self.note(step)

    def answer(self, asked: LookUp, fault: Fault | None) -> LookedUp:
        if fault:
            return LookedUp(asked.request, fault=fault)
        if isinstance(asked.wanted, StockWanted | BottlesWanted | SoldWanted):
            return LookedUp(asked.request, self.till.answer(asked.wanted))
        return LookedUp(asked.request, answered(asked.wanted, self.till.events))

    @precondition(lambda self: self.looked)
    @rule(pick=st.integers(0, 9), fault=st.none() | st.just(faults.PROJECTION_BEHIND))
    def answer_from_the_projection(self, pick: int, fault: Fault | None) -> None:
        asked = self.looked[-1 - pick % len(self.looked)]
        self.note(self.till.put(self.answer(asked, fault)))

    @precondition(lambda self: self.till.awaits(Search))
    @rule()
    def answer_at_once(self) -> None:
        self.note(self.till.put(self.answer(self.looked[-1], None)))

    @rule(altered=st.booleans())
    def another_stock_catalogue(self, altered: bool) -> None:
        self.note(self.till.put(NewCatalog(ALTERED if altered else SHOP)))

    def note(self, step: Step) -> None:
        low = [e.screen.line2 for e in step.effects if isinstance(e, Show)][-1:]
        if "alarm" in tones(step) and low and low[0].startswith(("PLUS QUE", "EPUISE")):
            return  # the display says why
        super().note(step)

    @invariant()
    def sales_move_what_an_independent_count_finds(self) -> None:
        held: dict[str, Fraction] = {}
        known = {SHOP.sha256, ALTERED.sha256}
        for ticket in self.till.of(SaleClosed):
            for line in ticket.lines if ticket.catalog in known and ticket.series != "F" else ():
                whole, share = SHARES.get(line.plu, (line.plu, Fraction(1)))
                labelled = line.plu == "4" and line.unit.value != "kg"
                if whole in KEPT and not line.voided and not labelled:
                    amount = Fraction(line.quantity, 1000) * share
                    held[whole] = held.get(whole, Fraction(0)) - amount
        moved: dict[str, Fraction] = {}
        for each in self.till.of(StockMoved):
            if each.cause == "sale":
                amount = Fraction(each.numerator, each.denominator)
                moved[each.plu] = moved.get(each.plu, Fraction(0)) + amount
        assert {p: n for p, n in moved.items() if n} == {p: n for p, n in held.items() if n}

    @invariant()
    def a_bottle_is_all_accounted_for(self) -> None:
        opened = self.till.of(BottleOpened)
        done = self.till.of(BottleFinished)
        assert len(opened) - len(done) in (0, 1, 2)
        for each in done:
            parts = (each.sold, each.given, each.left, each.missing)
            assert sum((part.fraction for part in parts), Fraction(0)) == each.content.fraction

    @invariant()
    def no_weight_is_less_than_nothing(self) -> None:
        for line in self.till.of(LineSold)[-1:]:
            assert line.quantity != 0
            assert line.tare >= 0
            # How much the scale took off itself it does not say.
            known = line.tare_kind not in (TareKind.NONE, TareKind.SCALE)
            assert bool(line.tare) == known
            assert bool(line.reason) == (line.entry is EntryMethod.MANUAL)

    @invariant()
    def every_movement_has_its_cause(self) -> None:
        causes = {"sale", "unrung", *(each.cause for each in MOVEMENTS.values())}
        assert {each.cause for each in self.till.of(StockMoved)} <= causes
        assert all(each.denominator > 0 for each in self.till.of(StockMoved))

    @invariant()
    def lists_are_never_empty(self) -> None:
        assert all(isinstance(each, PrintList) and each.listing.blocks for each in self.till.lists)


TestKeeper = Keeper.TestCase
TestKeeper.settings = settings(max_examples=20, stateful_step_count=50, deadline=None)

FOR_LONG = settings(max_examples=240, stateful_step_count=50, deadline=None)
TestKeeperForLong = pytest.mark.slow(
    type("TestKeeperForLong", (Keeper.TestCase,), {"settings": FOR_LONG})
)
