"""Open sales that keep a day open, services, several drawers, duplicates: at a counter alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Identity, Shop
from pos_terminal.domain.counter.steps import (
    BooksReady,
    CloseDay,
    CloseService,
    CountDrawer,
    ListSales,
    LookedUp,
    LookUp,
    OpenDrawer,
    PrintClosure,
    PrintReport,
    ReadDay,
    Step,
    Trouble,
    Weigh,
    Weighed,
)
from pos_terminal.domain.events.breakdown import ServiceSum
from pos_terminal.domain.events.cash import CashCounted, CashMoved, DrawerOpened
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodCopied, ServiceClosed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import CashMovement
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.lookup.questions import ClosureFound, ClosureWanted
from pos_terminal.domain.period.book import Book, NotYet
from pos_terminal.domain.period.closing import (
    Books,
    ClosingHours,
    closures,
    refusal,
    service_refusal,
)
from pos_terminal.domain.period.drawer import Drawers, drawers_used, expected, uncounted
from pos_terminal.domain.printing.report import closure, open_sales, service
from pos_terminal.domain.receipt import Receipt, Row, Text
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.weight import Weight
from pos_terminal.journal.codec import Counts
from pos_terminal.journal.errors import OutOfStep
from pos_terminal.journal.record import Running
from tests.support.bench import (
    BAGUETTE,
    Bench,
    bench,
    book,
    counter_of,
    goods,
    moment,
    tones,
)
from tests.support.paper import TILL
from tests.support.staff import BOSS, LEA, PINS, SAM, StaffedBench, staffed

SHOP = Shop("Boulangerie")
TWO = Drawers(((BOSS, LEA), (SAM,)))


def effect(step: Step, kind: type) -> object:
    (found,) = [each for each in step.effects if isinstance(each, kind)]
    return found


def lines(paper: Receipt) -> list[str]:
    return [
        " ".join(f"{block.left} {block.right}".split()) if isinstance(block, Row) else block.text
        for block in paper.blocks
        if isinstance(block, Row | Text)
    ]


def test_a_refused_z_lists_the_open_sales() -> None:
    till = bench()
    till.press("1 PLU HOLD 3 x 2 PLU")
    step = till.press("Z")
    assert till.fault is faults.SALES_OPEN
    listed = effect(step, ListSales)
    assert isinstance(listed, ListSales)
    assert [(each.number, each.held, each.total) for each in listed.sales] == [
        (2, 0, 300),
        (1, 1, 130),
    ]
    paper = lines(open_sales(TILL, listed.sales, moment()))
    assert "VENTE 1 ATTENTE 1 1,30" in paper
    assert "TOTAL (2) 4,30 €" in paper


def test_an_x_that_the_printer_refuses_is_not_printed_later() -> None:
    """Whoever wants it presses again: what comes hours later says nothing about the drawer."""
    till = bench()
    report = effect(till.put(BooksReady(ReadDay(), Books(Book(), 0))), PrintReport)
    assert isinstance(report, PrintReport)
    assert not report.patient


def test_the_list_says_whose_the_sales_are() -> None:
    till = staffed()
    till.sign_on(LEA)
    till.press("1 PLU")
    till.sign_on(SAM)
    till.press("2 PLU HOLD")
    till.sign_on(BOSS)
    listed = effect(till.press("Z"), ListSales)
    assert isinstance(listed, ListSales)
    assert {(each.clerk, each.held, each.total) for each in listed.sales} == {
        (SAM, 1, 100),
        (LEA, 0, 130),
    }
    again = till.again()
    assert again.counter.desk.open_sales == till.counter.desk.open_sales, (
        "a restart knows them, too"
    )


def test_open_sales_are_read_one_by_one_and_carried_over() -> None:
    till = bench()
    till.press("1 PLU HOLD 2 PLU")
    step = till.press("REPORT")
    assert tones(step) == ["alarm"]
    assert till.shown == Screen("REPORTER 2 VENTES?", "Z OUI  REPORT LISTE")
    till.press("REPORT")
    assert till.shown == Screen("VENTE 2        1 ART", "VENDEUR 0       1,00")
    till.press("REPORT")
    assert till.shown == Screen("ATTENTE 1      1 ART", "VENDEUR 0       1,30")
    till.press("REPORT")
    assert till.shown.line1.strip() == "REPORTER 2 VENTES?"
    till.scan(BAGUETTE)
    assert till.fault is faults.REVIEWING
    till.press("C CASH")
    assert till.fault is faults.REVIEWING
    asked = CloseDay(0, (1, 2))
    assert till.press("C Z").effects == (asked,)
    till.books(asked)
    till.press("RECALL")
    assert till.fault is faults.SALE_AT_HAND, "the sale at hand is still there"


def test_c_leads_back_from_the_list() -> None:
    till = bench()
    till.press("1 PLU REPORT REPORT C")
    assert till.counter.desk.overlay is None
    till.press("CASH")
    assert till.of(SaleClosed)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("REPORT", faults.NOTHING_OPEN),
        ("1 PLU 50 CASH REPORT", faults.TENDER_STARTED),
        ("1 PLU 5 REPORT", faults.NOT_NOW),
        ("5 SERVICE", faults.NOT_NOW),
        ("1 PLU SERVICE", faults.NOT_NOW),
        ("TIROIR", faults.NUMBER_MISSING),
        ("0 TIROIR", faults.NO_SUCH_DRAWER),
        ("2 TIROIR", faults.NO_SUCH_DRAWER),
        ("1 TIROIR 1 TIROIR", faults.NOT_NOW),
        ("1 TIROIR 1 PLU", faults.NOT_NOW),
        ("1 PLU TIROIR", faults.NOT_NOW),
        ("1 TIROIR CASH", faults.NOT_NOW),
        ("3 x ZBIS", faults.NOT_NOW),
        ("1,5 ZBIS", faults.BAD_NUMBER),
    ],
)
def test_refused(typed: str, fault: Fault) -> None:
    till = bench()
    step = till.press(typed)
    assert till.fault is fault
    assert step.events == ()
    till.press("C C C C")
    assert till.counter.desk.overlay is None


def test_carrying_over_needs_the_right_and_names_who_has_it() -> None:
    till = staffed()
    till.sign_on(SAM)
    till.press("1 PLU REPORT")
    assert till.shown.line1.strip() == "APPEL RESPONSABLE"
    till.press(f"{BOSS} CLERK {PINS[BOSS]} CLERK")
    assert till.shown.line1.startswith("REPORTER")
    assert till.press("Z").effects == (CloseDay(BOSS, (1,)),)


def test_a_z_takes_over_the_sales_that_were_decided_on_and_no_others() -> None:
    till = bench()
    till.press("1 PLU CASH 2 PLU HOLD")
    running = book(till.events)
    assert refusal(running, (2,), count_first=False, carried=(2,)) is None
    assert refusal(running, (2, 3), count_first=False, carried=(2,)) is faults.SALES_OPEN
    assert refusal(running, (), count_first=False, carried=(2,)) is faults.SALES_OPEN
    assert refusal(running, (2,), count_first=True, carried=(2,)) is faults.COUNT_FIRST


def test_a_duplicate_is_looked_up_numbered_and_recorded() -> None:
    till = bench()
    asked = effect(till.press("12 ZBIS"), LookUp)
    assert isinstance(asked, LookUp)
    assert asked.wanted == ClosureWanted(Period.DAY, 12)
    till.press("C C")
    for typed, wanted in (
        ("ZBIS", ClosureWanted(Period.DAY)),
        ("202609 ZBIS", ClosureWanted(Period.MONTH, label="2026-09")),
        ("202600 ZBIS", ClosureWanted(Period.YEAR, label="2026")),
        ("12 ZBIS", ClosureWanted(Period.DAY, 12)),
    ):
        asked = effect(till.press(typed), LookUp)
        assert isinstance(asked, LookUp)
        assert asked.wanted == wanted
        till.press("C C") if typed != "12 ZBIS" else None
    closed = Book().after(CashMoved(movement=CashMovement.IN, amount=5), 1, moment().at)
    found = ClosureFound(
        closed.closure(Period.DAY, 2, "2026-01-05"), moment(), 2, bytes(32), copies=2
    )
    step = till.put(LookedUp(asked.request, found))
    assert step.events == (PeriodCopied(period=Period.DAY, number=1, copy=3),)
    assert effect(step, PrintClosure) == PrintClosure(found, 3)
    paper = lines(closure(TILL, found.closed, found.moment, copy=3))
    assert paper.count("DUPLICATA 3") == 2
    till.press("ZBIS")
    till.put(LookedUp(asked.request + 1, None))
    assert till.fault is faults.UNKNOWN_CLOSURE
    till.press("C ZBIS")
    till.put(LookedUp(asked.request + 2, fault=faults.CLOSURE_PURGED))
    assert till.fault is faults.CLOSURE_PURGED


def test_a_notice_over_a_weighing_takes_c_and_leaves_the_weighing() -> None:
    till = bench()
    asked = effect(till.press("4 PLU"), Weigh)
    assert isinstance(asked, Weigh)
    till.put(Trouble(faults.PAPER_OUT))
    assert till.shown.line1.startswith("PLUS DE PAPIER")
    till.press("C")
    assert till.shown == Screen("COMTE", "POSER SUR LA BALANCE")
    till.put(Weighed(asked.request, Weight(480)))
    assert till.total == 1195


def test_a_closure_made_beside_the_till_takes_away_the_notice_that_asks_for_it() -> None:
    till = bench()
    till.press("1 PLU CASH")
    till.put(Trouble(faults.Z_DUE))
    till.counter.closed((book(till.events).closure(Period.DAY, 9, "2026-01-05"),), moment())
    assert till.shown == till.screen
    till.press("1 PLU")
    assert till.fault is None


def drawered() -> StaffedBench:
    till = staffed()
    till.decides(drawers=TWO)
    return till


def test_each_clerk_has_his_drawer() -> None:
    till = drawered()
    till.sign_on(SAM)
    step = till.press("1 PLU CASH")
    assert OpenDrawer(2) in step.effects
    (closed,) = till.of(SaleClosed)
    assert closed.drawer == 2
    till.sign_on(LEA)
    assert OpenDrawer(1) in till.press("2 PLU CASH").effects
    sums = book(till.events).day.totals
    assert (expected(sums, 1), expected(sums, 2)) == (100, 130)
    assert uncounted(sums) == (2, 1) or uncounted(sums) == (1, 2)


def test_anothers_drawer_needs_a_right() -> None:
    till = drawered()
    till.sign_on(SAM)
    till.press("COMPTE")
    step = till.press(f"{BOSS} CLERK {PINS[BOSS]} CLERK")
    assert OpenDrawer(2) in step.effects
    assert till.shown == Screen("T2 500,00 x ?", "")
    last = till.press("COMPTE " * 15)
    asked = CountDrawer((0,) * 15, 0, 2)
    assert asked in last.effects
    till.books(asked)
    till.press("1 TIROIR COMPTE")
    assert till.shown.line1.strip() == "APPEL RESPONSABLE"
    step = till.press(f"{BOSS} CLERK {PINS[BOSS]} CLERK")
    assert till.shown == Screen("T1 500,00 x ?", "")
    till.press("C")
    till.sign_on(BOSS)
    step = till.press("2 TIROIR 5000 FOND")
    assert till.of(CashMoved)[-1].drawer == 2
    assert OpenDrawer(2) in step.effects
    assert till.shown.line1.split() == ["FOND", "T2", "50,00"]
    till.press("2 TIROIR #/NS")
    assert till.of(DrawerOpened)[-1].drawer == 2


def test_nobody_has_two_drawers() -> None:
    with pytest.raises(ValueError, match="le vendeur 3 a deux tiroirs"):
        Drawers(((1, 3), (3,)))
    assert [TWO.of(clerk) for clerk in (LEA, SAM, 99)] == [1, 2, 1]
    assert Drawers().number == 1


def test_a_service_asks_the_journal() -> None:
    till = bench()
    assert CloseService(0) in till.press("SERVICE").effects


class Ledger:
    """A journal's running state, and what was recorded."""

    def __init__(self) -> None:
        identity = Identity("1", "2", "test", simulated=True)
        self.running = Running(identity=identity, counts=Counts(0, {}))
        self.till = Bench(counter_of(goods()))
        self.services: list[ServiceClosed] = []

    def add(self, *events: Event) -> None:
        for event in events:
            self.running = self.running.fold(event, moment())

    def press(self, text: str) -> None:
        before = len(self.till.events)
        self.till.press(text)
        self.add(*(event for event, _ in self.till.events[before:]))

    def count(self, drawer: int, gap: int) -> None:
        should = expected(self.running.book.day.totals, drawer)
        self.add(CashCounted(counted=should + gap, expected=should, drawer=drawer))

    def service(self) -> None:
        book = self.running.book
        try:
            closed = book.service(self.running.seq + 1, ("MIDI", "SOIR"))
        except NotYet:
            assert service_refusal(book, count_first=False) is faults.SERVICE_EMPTY
            return
        self.services.append(closed)
        self.add(closed)

    def close(self) -> PeriodClosed:
        made = closures(
            self.running.books, moment(), [Period.DAY], ClosingHours(services=("MIDI", "SOIR"))
        )
        self.services += [each for each in made if isinstance(each, ServiceClosed)]
        self.add(*made)
        closed = made[-1]
        assert isinstance(closed, PeriodClosed)
        return closed


STEPS = st.one_of(
    st.sampled_from(["1 PLU CASH", "2 PLU CARD", "3 x 3 PLU 50 CASH CARD", "RF 2 PLU CASH"]),
    st.sampled_from(["1 PLU 10 % CASH", "1 MOTIF 500 SORTIE", "10000 FOND", "1 PLU CANCEL"]),
    st.tuples(st.sampled_from([1, 2]), st.sampled_from([-10, 0, 5])),
    st.none(),
)


@given(st.lists(STEPS, min_size=1, max_size=25))
def test_the_z_is_the_sum_of_its_services_and_of_its_drawers(
    steps: list[str | tuple[int, int] | None],
) -> None:
    ledger = Ledger()
    for number, step in enumerate(steps):
        ledger.till.decides(drawers=Drawers(((), (0,))) if number % 2 else Drawers())
        if step is None:
            ledger.service()
        elif isinstance(step, str):
            ledger.press(step)
        else:
            ledger.count(*step)
    if not ledger.running.book.day.opened:
        return
    z = ledger.close().totals
    assert z.parts
    if ledger.services:
        parts = [each.totals for each in ledger.services]
        assert sum(each.net for each in parts) == z.net
        assert sum(each.tickets for each in parts) == z.tickets
        assert sum(each.cash for each in parts) == z.cash
        for rate in z.vat:
            mine = [vat for each in parts for vat in each.vat if vat.rate == rate.rate]
            assert sum(vat.gross for vat in mine) == rate.gross
            assert sum(vat.vat for vat in mine) == rate.vat
        assert sum(each.gap for each in z.parts.services) == z.parts.gap
        assert sum(each.count for each in z.parts.services) == len(ledger.services)
        firsts = [each.first for each in ledger.services]
        lasts = [each.last for each in ledger.services]
        assert firsts[1:] == [last + 1 for last in lasts[:-1]]
    taken = sum(each.amount for each in z.tenders if each.tender == "CASH")
    assert sum(each.holds for each in z.parts.drawers) == taken + z.cash
    assert sum(each.net for each in z.parts.operators) == z.net
    assert sum(each.gross for each in z.parts.families) == z.net
    assert ledger.running.book.section.number == 0


def test_a_corrected_payment_leaves_the_drawer_or_comes_into_it() -> None:
    ledger = Ledger()
    ledger.press("1 PLU CASH CARD CARD 2 PLU CARD CASH CASH")
    assert len(ledger.till.of(PaymentChanged)) == 2
    z = ledger.close()
    assert z.totals.parts
    assert [each.taken for each in z.totals.parts.drawers] == [130 - 130 + 100]


def test_a_service_on_paper_and_in_the_z() -> None:
    ledger = Ledger()
    ledger.press("10000 FOND 1 PLU CASH 2 PLU 10 % CARD RF 3 PLU CASH 5000 PRELEV")
    ledger.count(1, -10)
    ledger.service()
    (midday,) = ledger.services
    paper = lines(service(TILL, midday, moment()))
    for row in ("SERVICE MIDI", "CA TTC 0,70 €", "Remises GESTE COMMERCIAL (1) -0,10",
                "Retours (1) -1,50", "VENDEUR 0 (3) 0,70", "Ecart -0,10",
                "dont remboursements 1"):  # fmt: skip
        assert row in paper
    (drop,) = (row for row in paper if row.startswith("Prélèvement"))
    assert re.fullmatch("Prélèvement [0-9]{2}:[0-9]{2} -50,00", drop), "and no sum beside it"
    ledger.press("1 PLU CARD")
    z = ledger.close()
    assert z.totals.parts
    assert z.totals.parts.services == (
        ServiceSum(name="MIDI", count=1, tickets=3, net=70, gap=-10),
        ServiceSum(name="SOIR", count=1, tickets=1, net=130, gap=0),
    )
    assert "MIDI (3) 0,70" in lines(closure(TILL, z, moment()))


def test_a_service_that_does_not_add_up_is_refused_by_the_journal() -> None:
    ledger = Ledger()
    ledger.press("1 PLU CASH")
    closed = ledger.running.book.service(ledger.running.seq + 1)
    wrong = ServiceClosed(**{
        field: getattr(closed, field) for field in closed.__struct_fields__ if field != "number"
    }, number=2)  # fmt: skip
    with pytest.raises(OutOfStep, match="service"):
        ledger.add(wrong)
    ledger.add(closed)
    with pytest.raises(OutOfStep, match="rien n'a été vendu"):
        ledger.add(closed)


def test_a_day_that_an_earlier_version_began_has_one_drawer_and_no_parts() -> None:
    ledger = Ledger()
    ledger.press("1 PLU CASH 10000 FOND")
    totals = ledger.running.book.day.totals
    old = type(totals)(**{
        field: getattr(totals, field) for field in totals.__struct_fields__ if field != "parts"
    })  # fmt: skip
    assert drawers_used(old) == ()
    closed = ledger.running.book.closure(Period.DAY, ledger.running.seq + 1, moment().at[:10])
    plain = PeriodClosed(**{
        field: getattr(closed, field) for field in closed.__struct_fields__ if field != "totals"
    }, totals=old)  # fmt: skip
    ledger.add(plain)
    assert ledger.running.book.month.totals.parts is None, "nothing makes it known again"
    ledger.press("2 PLU CASH")
    assert ledger.close().totals.parts


def test_who_opens_the_drawer_to_count_it_needs_the_right_and_leaves_a_record() -> None:
    till = staffed()
    till.sign_on(LEA)
    step = till.press("COMPTE")
    assert OpenDrawer() not in step.effects
    step = till.press(f"{BOSS} CLERK {PINS[BOSS]} CLERK")
    assert OpenDrawer() in step.effects
    till.press("C")
    (opened,) = till.of(DrawerOpened)
    assert (opened.reason, opened.authority) == ("COMPTAGE DU TIROIR", BOSS)
