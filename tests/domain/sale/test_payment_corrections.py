"""A wrong means of payment, corrected after the sale: at the counter, in the sums, on paper."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain import faults
from pos_terminal.domain.audit.jet import PAYMENT, jet_line
from pos_terminal.domain.counter.steps import LookedUp, LookUp, OpenDrawer, Print
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.events.sale import RefundOpened, SaleClosed
from pos_terminal.domain.events.staff import AuthorityGiven
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.period.drawer import expected
from pos_terminal.domain.printing.digital import digital
from pos_terminal.domain.printing.papers import paper
from pos_terminal.domain.receipt import Row, Text
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.tender.tender import TENDERS, TenderRules
from tests.support.bench import Bench, bench, counter_of, goods, moment
from tests.support.clerk_machine import answered
from tests.support.paper import TILL
from tests.support.staff import BOSS, LEA, SAM, staffed

NAMES = ("CASH", "CARD", "CHEQUE", "TR")


def changed(till: Bench) -> list[PaymentChanged]:
    return till.of(PaymentChanged)


def book(till: Bench) -> Book:
    """The book that the journal would keep."""
    running = Book()
    for seq, (event, when) in enumerate(till.events, 1):
        running = running.after(event, seq, when.at)
    return running


def paid(till: Bench) -> dict[str, int]:
    """The day's sums by means, without those that came to nothing."""
    return {each.tender: each.amount for each in book(till).day.totals.tenders if each.amount}


def test_the_right_key_is_asked_about_and_pressed_again_it_corrects() -> None:
    till = bench()
    till.press("5 PLU 2000 CASH")
    assert till.press("CARD").events == ()
    assert till.shown == Screen("CORRIGER ?      8,00", "ESPECES > CARTE")
    step = till.press("CARD")
    (change,) = step.events
    assert change == PaymentChanged(
        series="T", number=1, from_tender="CASH", to_tender="CARD", amount=800
    )
    assert OpenDrawer(1) in step.effects
    assert till.shown == Screen("CORRIGE         8,00", "ESPECES > CARTE")
    line = jet_line(change)
    assert line
    assert (line.code, line.detail) == (PAYMENT, "ticket T-1, CASH vers CARD 8,00 €")
    assert paid(till) == {"CARD": 800}
    assert expected(book(till).day.totals) == 0
    assert till.counter.desk.parting is None, "no change is due any more"


def test_what_was_corrected_may_be_corrected_again() -> None:
    till = bench()
    till.press("5 PLU CARD CASH CASH CARD CARD CHEQUE CHEQUE")
    assert [each.to_tender for each in changed(till)] == ["CASH", "CARD", "CHEQUE"]
    assert paid(till) == {"CHEQUE": 800}


@pytest.mark.parametrize("goes_on", ["C", "1 PLU", "3 x", "TICKET"])
def test_any_other_key_goes_on_as_ever(goes_on: str) -> None:
    asked, never = bench(), bench()
    asked.press(f"5 PLU CASH CARD {goes_on}")
    never.press(f"5 PLU CASH {goes_on}")
    assert [event for event, _ in asked.events] == [event for event, _ in never.events]
    assert asked.counter.desk.pending is None
    assert asked.fault is None


def test_the_next_customers_article_is_scanned_over_the_question() -> None:
    till = bench()
    till.press("5 PLU CASH CARD")
    till.scan("3000100028864")
    assert till.total == 100


def test_of_several_means_it_is_the_last_that_may_have_been_meant() -> None:
    till = bench()
    till.press("5 PLU 300 CHEQUE 200 CASH CARD TR")
    assert till.fault is faults.MEAL_FOOD, "wine"
    till.press("C CASH CASH")
    assert changed(till)[-1].from_tender == "CARD"
    till.press("CARD CARD CARD CARD")
    assert [each.amount for each in changed(till)] == [300, 300, 200]
    assert paid(till) == {"CARD": 500, "CHEQUE": 300}


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("CARD", faults.NOTHING_SOLD),
        ("1 PLU CASH CASH", faults.NOTHING_SOLD),
        ("1 PLU CASH 130 CARD", faults.NOTHING_SOLD),
        ("RF 5 PLU CASH CARD", faults.NOTHING_SOLD),
        ("200 x 5 PLU CARD CASH", faults.CASH_LIMIT),
        ("5 PLU CARD TR", faults.MEAL_FOOD),
        ("20 x 1 PLU CARD TR", faults.MEAL_LIMIT),
        ("1 PLU CARD 2 PLU CANCEL CASH CASH", None),
    ],
)
def test_what_may_be_corrected(typed: str, fault: Fault | None) -> None:
    till = bench()
    till.press(typed)
    assert till.fault is fault
    assert bool(changed(till)) is (fault is None)


def test_not_on_a_day_without_meal_vouchers() -> None:
    till = bench()
    till.decides(tenders=TenderRules(legal_limits=False))
    till.press("20 x 1 PLU CARD TR TR")
    assert paid(till) == {"TR": 2600}
    assert date.fromisoformat(moment().at[:10]).weekday() == 0


def test_a_ticket_that_is_in_a_z_stays_as_it_is() -> None:
    till = bench()
    till.press("5 PLU CASH")
    day = book(till).closure(Period.DAY, 9, "2026-01-05")
    till.counter.closed((day,), moment())
    till.press("CARD")
    assert till.fault is faults.PAYMENT_IN_Z
    till.press("C 1 PLU CASH CARD CARD")
    assert changed(till)[-1].number == 2


def test_who_lacks_the_right_asks_for_it_and_both_are_named() -> None:
    till = staffed()
    till.sign_on(SAM)
    till.press("5 PLU CASH CARD CARD")
    assert till.shown == Screen("APPEL RESPONSABLE", "")
    till.press(f"{BOSS} CLERK 5930 CLERK")
    given, change = (event for event, _ in till.events[-2:])
    assert given == AuthorityGiven(authority=BOSS, right=Right.PAYMENT)
    assert isinstance(change, PaymentChanged)
    assert change.authority == BOSS
    till.sign_on(LEA)
    till.press("CASH CASH C")
    assert len(changed(till)) == 1, "the question was given up with the call"


def test_an_exercise_is_corrected_like_a_sale_and_opens_nothing() -> None:
    till = staffed()
    till.sign_on(14)
    till.press("5 PLU CASH CARD CARD 1 CLERK 593")
    step = till.press("0 CLERK")
    assert not [each for each in step.effects if isinstance(each, OpenDrawer)]
    assert [(each.series, each.to_tender) for each in changed(till)] == [("F", "CARD")]
    assert paid(till) == {}


def test_paper_says_what_was_recorded_and_what_was_corrected() -> None:
    till = bench()
    effects = till.press("5 PLU 2000 CASH CARD CARD TICKET").effects
    (printed,) = [each for each in effects if isinstance(each, Print)]
    blocks = paper(TILL, printed.asked).blocks
    place = blocks.index(Row("PAIEMENT CORRIGE", "8,00", bold=True))
    assert blocks[place + 1] == Text("  ESPECES > CARTE")
    assert Row("RENDU", "12,00") in blocks[:place]
    assert "PAIEMENT CORRIGE ESPECES > CARTE 8,00" in digital(TILL, printed.asked)


def test_a_refund_goes_by_what_was_really_paid() -> None:
    till = bench()
    till.press("1 PLU TR CARD CARD")
    (asked,) = till.press("RF 1 TICKET").effects
    assert isinstance(asked, LookUp)
    till.put(LookedUp(asked.request, answered(asked.wanted, till.events)))
    (opened,) = till.of(RefundOpened)
    assert [(each.tender, each.amount) for each in opened.paid] == [("CARD", 130)]


@given(
    st.lists(st.tuples(st.integers(1, 700), st.sampled_from(NAMES)), min_size=1, max_size=4),
    st.lists(st.sampled_from(NAMES), max_size=6),
)
def test_whatever_is_corrected_the_sums_stay_and_each_cent_is_where_the_keys_put_it(
    parts: list[tuple[int, str]], keys: list[str]
) -> None:
    """By hand: a list of means and amounts, of which each key moves the last that is another."""
    till = Bench(counter_of(goods(), tenders=TenderRules(legal_limits=False)))
    due = sum(cents for cents, _ in parts)
    till.press(f"{due} PRIX 1 PLU")
    for cents, name in parts:
        till.press(f"{cents} {name}")
    mine = [(name, cents) for cents, name in parts]
    for name in keys:
        others = [place for place, (other, _) in enumerate(mine) if other != name]
        till.press(f"{name} {name} C")
        if others:
            mine[others[-1]] = name, mine[others[-1]][1]
    wanted = {name: sum(c for n, c in mine if n == name) for name in NAMES}
    assert paid(till) == {name: cents for name, cents in wanted.items() if cents}
    (closed,) = till.of(SaleClosed)
    assert closed.total == due
    totals = book(till).day.totals
    assert expected(totals) == wanted["CASH"]
    assert {each.tender for each in totals.tenders} <= TENDERS.keys()
