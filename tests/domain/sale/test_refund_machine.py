"""Customers who bring things back and pay with vouchers, in any order: nothing is worth twice."""

from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from pos_terminal.domain.codes.papers import TillName, ticket_code
from pos_terminal.domain.codes.vouchers import voucher_code
from pos_terminal.domain.counter.lookup import Search
from pos_terminal.domain.counter.steps import LookedUp, LookUp, Step
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.sale import RefundOpened, SaleClosed
from pos_terminal.domain.lookup.questions import TicketWanted
from tests.support.bench import GOODS, bench, goods, keys, minting
from tests.support.clerk_machine import PROMOTIONS, VOUCHERS, Clerk, answered

BASKETS = (
    "3 x 1 PLU 10 %", "4 x 2 PLU 5 PLU", "2 PLU 2 PLU 2 PLU 2 PLU 3 PLU", "5 PLU ST PLACE",
    "1 PLU 1 PLU ST 100 REMISE", "0,5 x 1 PLU 7 PLU", "3 x 5 x 7 PLU", "PERSO 1 PLU",
    "210 PRIX 1 PLU 8 PLU ST 5 %", "2 x 90 PLU", "91 PLU 2 PLU", "350 PRIX 92 PLU",
)  # fmt: skip
BACK = (
    "1 PLU", "2 PLU", "2 x 2 PLU", "0,5 x 1 PLU", "5 PLU", "7 PLU", "TICKET", "CORR", "VOID 2 PLU",
)  # fmt: skip
PAID = ("CARD", "CASH", "AVOIR", "HOLD", "RF 3 PLU", "RF 2 x 5 PLU CARD", "C", "ST 10 %")


class Customers(Clerk):
    """Whole visits, with whatever else a clerk presses between them."""

    @initialize(seed=st.integers(0, 99))
    def open_the_shop(self, seed: int) -> None:
        self.start = (0, 0)
        catalog = goods(GOODS.replace(",from\n", ",from,voucher\n", 1) + VOUCHERS)
        self.till = bench(catalog)
        self.till.counter.desk.promotions = PROMOTIONS
        self.till.counter.desk.mint = minting(Random(seed))
        self.till.counter.desk.resume(0, {"T": 0})
        self.asked, self.looked = [], []

    def note(self, step: Step) -> None:
        """The projection answers at once."""
        super().note(step)
        for asked in step.effects:
            if isinstance(asked, LookUp) and self.till.awaits(Search):
                found = answered(asked.wanted, self.till.events)
                self.note(self.till.put(LookedUp(asked.request, found)))

    def do(self, text: str) -> None:
        for key in keys(text):
            self.note(self.till.put(key))

    def free_the_counter(self) -> None:
        """No error, nothing typed, no sale at hand, and no Z that keeps what follows waiting."""
        while self.books:
            self.answer_with_the_books()
        self.do("C C C C")
        desk = self.till.counter.desk
        while desk.sale and desk.sale.tenders:
            self.do("CORR")
        if desk.sale:
            self.do("CANCEL")
        assert desk.sale is None and desk.overlay is None

    @rule(basket=st.sampled_from(BASKETS), paid=st.sampled_from(("CARD", "CASH")))
    def buy(self, basket: str, paid: str) -> None:
        self.free_the_counter()
        self.do(f"{basket} {paid}")

    @precondition(lambda self: self.till.of(SaleClosed))
    @rule(
        pick=st.integers(0, 9),
        back=st.lists(st.sampled_from(BACK), min_size=1, max_size=4),
        paid=st.lists(st.sampled_from(PAID), max_size=3),
        held=st.booleans(),
    )
    def bring_back(self, pick: int, back: list[str], paid: list[str], held: bool) -> None:
        self.free_the_counter()
        if held:
            self.do("RECALL C")
        tickets = self.till.of(SaleClosed)
        ticket = tickets[-1 - pick % len(tickets)]
        self.do("RF")
        self.note(self.till.scan(ticket_code(TillName(), ticket.series, ticket.number)))
        for text in (*back, *paid):
            self.do(f"C {text}" if self.till.fault else text)

    @precondition(lambda self: self.till.of(VoucherMoved))
    @rule(
        pick=st.integers(0, 9),
        basket=st.sampled_from(BASKETS),
        typed=st.sampled_from(("", "100", "3000")),
        then=st.sampled_from(("CARD", "CORR CARD", "CORR HOLD", "VOID 1 PLU CARD", "BON", "")),
    )
    def spend(self, pick: int, basket: str, typed: str, then: str) -> None:
        self.free_the_counter()
        made = [each for each in self.till.of(VoucherMoved) if each.amount > 0]
        self.do(f"{basket} {typed}")
        number = self.till.counter.desk.mint.number(made[-1 - pick % len(made)])
        self.note(self.till.scan(voucher_code(number)))
        self.do(f"C {then}" if self.till.fault else then)

    def teardown(self) -> None:
        if hasattr(self, "till"):
            for opened in self.till.of(RefundOpened)[-1:]:
                assert answered(TicketWanted(opened.series, opened.number), self.till.events)
        super().teardown()


TestCustomers = Customers.TestCase
TestCustomers.settings = settings(max_examples=10, stateful_step_count=40, deadline=None)

FOR_LONG = settings(max_examples=160, stateful_step_count=40, deadline=None)
TestCustomersForLong = pytest.mark.slow(
    type("TestCustomersForLong", (Customers.TestCase,), {"settings": FOR_LONG})
)
