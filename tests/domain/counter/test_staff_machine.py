"""Several clerks who press anything: each finds his sale again, and the journal takes it all."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.counter.authority import Identification
from pos_terminal.domain.counter.steps import LookUp, NewClerks, Step
from pos_terminal.domain.events.sale import LineVoided, SaleAbandoned
from pos_terminal.domain.events.staff import AuthorityGiven
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.staff.clerks import Clerks
from pos_terminal.journal.codec import Counts
from pos_terminal.journal.record import Running
from tests.support.bench import counter_of, keys
from tests.support.clerk_machine import Clerk
from tests.support.staff import BADGES, BOSS, PINS, STAFF, StaffedBench, staffed

IDENTITY = Identity("1", "2", "test", simulated=True)
WORK = [
    *("1 PLU", "1 PLU 2 PLU VOID 2 PLU", "1 PLU CANCEL", "1 PLU HOLD", "3 PLU CASH"),
    "2 PLU 50 CASH",
    *("RF 2 PLU", "120 PRIX 1 PLU", "VOID 1 PLU", "CANCEL", "HOLD", "RECALL", "CASH", "0 CLERK"),
]
PEOPLE = st.sampled_from(sorted(STAFF))


class Staff(Clerk):
    """As one clerk, and with others who come, go, ask for a manager and forget their PINs."""

    till: StaffedBench

    @initialize(sales=st.integers(0, 99), tickets=st.integers(0, 99), each_sale=st.booleans())
    def open_the_shop(self, sales: int, tickets: int, each_sale: bool = False) -> None:
        self.start = (sales, tickets)
        self.till = staffed(each_sale=each_sale)
        self.till.counter.desk.resume(sales, {"T": tickets})
        self.asked: list[int] = []
        self.looked: list[LookUp] = []
        self.running = Running(identity=IDENTITY, counts=Counts(sales, {"T": tickets}))
        self.folded: list[int] = []

    @rule(number=PEOPLE, slip=st.booleans())
    def sign_on(self, number: int, slip: bool) -> None:
        pin = "0000" if slip else PINS[number]
        for key in keys(f"{number} CLERK {pin} CLERK"):
            self.note(self.till.put(key))

    @rule(
        number=PEOPLE,
        work=st.lists(st.sampled_from(WORK), min_size=1, max_size=4),
        manager=st.sampled_from(["", str(BOSS), "13"]),
    )
    def serve(self, number: int, work: list[str], manager: str) -> None:
        """What mostly happens: somebody signs on, sells, and now and then asks for a manager."""
        self.till.lag = False
        who = f"{manager} CLERK {PINS[int(manager)]} CLERK" if manager else "C"
        for text in (f"C C C C {number} CLERK {PINS[number]} CLERK", *work):
            for key in keys(text):
                self.note(self.till.put(key))
            if self.till.awaits(Identification) and not self.till.fault:
                for key in keys(who):
                    self.note(self.till.put(key))

    @rule()
    def sign_off(self) -> None:
        for key in keys("0 CLERK"):
            self.note(self.till.put(key))

    @rule(number=PEOPLE)
    def badge(self, number: int) -> None:
        self.note(self.till.scan(BADGES[number]))

    @precondition(lambda self: self.till.awaits(Identification) and not self.till.fault)
    @rule(number=PEOPLE)
    def a_manager_comes(self, number: int) -> None:
        asking = self.till.awaits(Identification)
        who = "" if asking and asking.clerk else f"C {number} CLERK "
        for key in keys(f"{who}{PINS[number]} CLERK"):
            self.note(self.till.put(key))

    @rule(lag=st.booleans())
    def a_slow_check(self, lag: bool) -> None:
        self.till.lag = lag
        waiting, self.till.asked = self.till.asked, ()
        for asked in waiting:
            self.note(self.till.answer(asked))

    @rule(gone=st.none() | PEOPLE, alone=st.booleans())
    def others_work_here(self, gone: int | None, alone: bool) -> None:
        of = {} if alone else {n: clerk for n, clerk in STAFF.items() if n != gone}
        rules = self.till.counter.desk.clerks.rules
        self.note(self.till.put(NewClerks(Clerks(of, rules, 7))))

    @rule()
    def time_goes_by(self) -> None:
        self.till.inputs += 4000

    def note(self, step: Step) -> None:
        super().note(step)
        self.fold()

    def fold(self) -> None:
        """The journal takes each event; OutOfStep would fail here."""
        for event, when in self.till.events[len(self.folded) :]:
            self.running = self.running.fold(event, when)
            self.folded.append(self.running.operator)

    @invariant()
    def the_journal_knows_the_open_sales(self) -> None:
        self.fold()
        mine = self.till.counter.desk
        opened = [*mine.waiting, *([mine.sale] if mine.sale else [])]
        assert sorted(sale.number for sale in opened) == sorted(self.running.opened)
        assert self.running.wrong == mine.wrong
        if self.folded:
            assert self.running.operator == mine.clerk

    @invariant()
    def the_records_from_the_base_on_rebuild_the_counter(self) -> None:
        self.fold()
        mine, base = self.till.counter.desk, max(self.running.base, 1)
        if not self.folded:
            return
        again = counter_of(mine.present).desk
        again.resume(mine.sales, mine.tickets, training=mine.training)
        again.resume_clerks(mine.clerks, self.folded[base - 1], self.running.wrong)
        for event, when in self.till.events[base - 1 :]:
            again.apply(event, when)
        again.kept = mine.kept
        assert (again.sale, again.held, again.parked) == (mine.sale, mine.held, mine.parked)
        assert (again.clerk, again.wrong) == (mine.clerk, mine.wrong)
        assert (again.last, again.training) == (mine.last, mine.training)
        assert again.base() == mine.base()

    @invariant()
    def what_was_not_allowed_did_not_happen(self) -> None:
        """Each void and cancel is by somebody who may, or with the authority of who may."""
        allowed = sum(isinstance(event, AuthorityGiven) for event, _ in self.till.events)
        lent = 0
        for number, (event, _) in zip(self.folded, self.till.events, strict=False):
            if isinstance(event, LineVoided) and event.how == "correct":
                continue
            if isinstance(event, LineVoided | SaleAbandoned):
                right = Right.VOID if isinstance(event, LineVoided) else Right.CANCEL
                who = event.authority or number
                assert who not in STAFF or right in STAFF[who].rights
                lent += bool(event.authority)
        assert lent <= allowed

    def teardown(self) -> None:
        """A few C lead back; a manager finishes what is open, and then the shop sells."""
        if not hasattr(self, "till"):
            return
        self.till.lag = False
        for asked in self.till.asked:
            self.till.answer(asked)
        for _ in range(4):
            self.till.press("C")
        assert self.till.counter.desk.overlay is None
        self.till.inputs += 4000
        self.finish()
        self.till.put(NewClerks(Clerks(STAFF, self.till.counter.desk.clerks.rules, 7)))
        for number in sorted(STAFF):
            self.till.inputs += 4000
            if number in self.till.counter.desk.parked:
                self.till.sign_on(number)
                self.finish()
        while self.till.counter.desk.held:
            self.till.sign_on(BOSS)
            assert self.till.fault is None or self.till.counter.desk.training
            if self.till.fault:
                self.till.press("C")
                self.till.sign_on(next(n for n, clerk in STAFF.items() if clerk.training))
            self.till.press("RECALL")
            self.finish()
        assert self.till.counter.desk.waiting == ()
        self.till.sign_on(BOSS)
        self.till.press("1 PLU CASH")
        assert self.till.counter.desk.sale is None
        self.fold()
        assert not self.running.opened

    def finish(self) -> None:
        sale = self.till.counter.desk.sale
        if sale and sale.tenders:
            self.till.press("CASH")
        elif sale:
            self.till.press("CANCEL")
            if self.till.awaits(Identification):
                self.till.press(f"{BOSS} CLERK {PINS[BOSS]} CLERK")
        assert self.till.counter.desk.sale is None


TestStaff = Staff.TestCase
TestStaff.settings = settings(max_examples=20, stateful_step_count=50, deadline=None)

FOR_LONG = settings(max_examples=240, stateful_step_count=50, deadline=None)
TestStaffForLong = pytest.mark.slow(
    type("TestStaffForLong", (Staff.TestCase,), {"settings": FOR_LONG})
)
del Clerk
