"""Deposits on orders: taken, looked up, taken off net at delivery, given back, never twice."""

from collections.abc import Sequence

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.authority import Identification
from pos_terminal.domain.counter.steps import PinChecked, Train
from pos_terminal.domain.events.orders import OrderEnded
from pos_terminal.domain.events.paper import ReceiptRequested
from pos_terminal.domain.events.prepaid import DepositMoved
from pos_terminal.domain.events.sale import CardPaid, VatSum
from pos_terminal.domain.events.staff import AuthorityGiven
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.printing.ticket import code_of, receipt
from pos_terminal.domain.receipt import Barcode
from pos_terminal.domain.staff.clerks import Clerk, Clerks
from pos_terminal.domain.tender.terminals import Terminal, Terminals
from tests.support.bakery import Bakery
from tests.support.bench import counter_of, goods, moment
from tests.support.paper import TILL
from tests.support.slips import text


@pytest.fixture
def till() -> Bakery:
    return Bakery(counter_of(goods()))


def moved(till: Bakery) -> Sequence[tuple[str, str, int, int]]:
    return [(x.order, x.nature, x.amount, x.vat) for x in till.of(DepositMoved)]


def test_an_acompte_is_a_line_at_its_rate_with_the_vat_due_now(till: Bakery) -> None:
    step = till.press("2000 PRIX 123 ACOMPTE")
    assert (till.shown.line1, till.shown.line2) == ("ACOMPTE 123    20,00", "TOTAL          20,00")
    step = till.press("CASH")
    assert [event.kind for event in step.events] == [
        "tender.taken", "sale.closed", "deposit.moved", "receipt.requested",
    ]  # fmt: skip
    assert moved(till) == [("123", "acompte", 2000, 550)]
    assert till.last.vat == (VatSum(rate=550, gross=2000, net=1896, vat=104),)
    (event,) = till.of(DepositMoved)
    assert (event.series, event.number) == ("T", 1)


def test_an_acompte_is_split_by_rates(till: Bakery) -> None:
    till.press("1000 PRIX 123 ACOMPTE 20 TAUX 500 PRIX 123 ACOMPTE CASH")
    assert moved(till) == [("123", "acompte", 1000, 550), ("123", "acompte", 500, 2000)]


def test_arrhes_bear_no_vat(till: Bakery) -> None:
    till.press("1500 PRIX 7 ARRHES CARD")
    assert (till.last.vat, till.last.total, till.last.turnover) == ((), 1500, 0)
    assert moved(till) == [("7", "arrhes", 1500, 0)]


def test_an_order_that_was_noted_ends_when_all_that_is_held_for_it_is_taken_off(
    till: Bakery,
) -> None:
    till.press("7 NOTER 5 PLU NOTER 300 PRIX 7 ACOMPTE 200 PRIX 7 ARRHES CASH")
    assert till.of(OrderEnded) == []
    till.press("5 PLU 7 COMMANDE CARD")
    assert till.held == ()
    assert [each.order for each in till.of(OrderEnded)] == ["7"]


def test_an_order_goes_on_while_something_stays_held_for_it(till: Bakery) -> None:
    till.press("7 NOTER 5 PLU NOTER 2000 PRIX 7 ACOMPTE CASH 5 PLU 7 COMMANDE CASH")
    assert sum(each.amount for each in till.held) == 1200
    assert till.of(OrderEnded) == []


def test_whoever_pays_in_advance_gets_the_orders_barcode(till: Bakery) -> None:
    till.press("2000 PRIX 123 ACOMPTE CASH")
    (request,) = till.of(ReceiptRequested)
    assert (request.form, request.copy) == ("", 0)
    paper = receipt(TILL, till.last, moment(), 0)
    assert [each.data for each in paper.blocks if isinstance(each, Barcode)] == [code_of("123")]
    assert "À présenter au retrait : commande 123" in text(paper)


def test_scanning_the_order_takes_the_acompte_off_at_its_rate(till: Bakery) -> None:
    till.press("500 PRIX 123 ACOMPTE 20 TAUX 300 PRIX 123 ACOMPTE CASH")
    till.press("10 x 1 PLU")
    till.scan(code_of("123"))
    assert (till.shown.line1, till.shown.line2) == ("COMMANDE 123   -8,00", "RESTE           5,00")
    till.press("CASH")
    assert till.last.total == 500
    assert till.last.vat == (
        VatSum(rate=550, gross=800, net=758, vat=42),
        VatSum(rate=2000, gross=-300, net=-250, vat=-50),
    )
    assert till.held == ()


def test_arrhes_pay_at_delivery(till: Bakery) -> None:
    till.press("500 PRIX 7 ARRHES CASH 5 PLU 7 COMMANDE")
    assert till.shown.line2 == "RESTE           3,00"
    till.press("CARD")
    assert till.paid() == [("ARRHES", 500), ("CARD", 300)]
    assert till.last.vat == (VatSum(rate=2000, gross=800, net=667, vat=133),)
    assert till.held == ()


def test_arrhes_that_pay_all_of_it_close_the_sale_and_the_rest_stays(till: Bakery) -> None:
    till.press("1000 PRIX 7 ARRHES CASH 5 PLU 7 COMMANDE")
    assert till.counter.desk.sale is None
    assert till.paid() == [("ARRHES", 800)]
    assert [each.amount for each in till.held] == [200]
    paper = receipt(TILL, till.last, moment(), 0)
    assert "ARRHES 7 8,00" in text(paper) and "Reste versé 2,00" in text(paper)
    till.press("7 COMMANDE")
    assert (till.shown.line1, till.shown.line2) == ("COMMANDE 7          ", "ARRHES          2,00")


def test_an_acompte_beyond_the_sale_stays_held(till: Bakery) -> None:
    till.press("2000 PRIX 123 ACOMPTE CASH 5 PLU 123 COMMANDE")
    assert (till.shown.line1, till.shown.line2) == ("COMMANDE 123   -8,00", "GARDE          12,00")
    till.press("CASH")
    assert till.last.total == 0
    assert [each.amount for each in till.held] == [1200]


def test_both_natures_of_one_order(till: Bakery) -> None:
    till.press("200 PRIX 9 ACOMPTE 300 PRIX 9 ARRHES CASH 9 COMMANDE")
    assert (till.shown.line1, till.shown.line2) == ("ACOMPTE         2,00", "ARRHES          3,00")
    till.press("5 PLU 9 COMMANDE CARD")
    assert till.paid() == [("ARRHES", 300), ("CARD", 300)]
    assert till.last.total == 600


def test_given_back_with_a_right(till: Bakery) -> None:
    till.press("1000 PRIX 7 ARRHES CASH RF 400 PRIX 7 ARRHES CASH")
    assert (till.last.total, [each.amount for each in till.held]) == (-400, [600])
    till.press("RF 7 ARRHES CASH")
    assert till.held == ()
    till.press("1000 PRIX 8 ACOMPTE CASH RF 8 ACOMPTE CASH")
    assert till.last.vat == (VatSum(rate=550, gross=-1000, net=-948, vat=-52),)
    assert till.held == ()


def test_who_has_not_the_right_calls_for_one(till: Bakery) -> None:
    till.press("1000 PRIX 7 ARRHES CASH")
    desk, manager = till.counter.desk, Clerk(1, "x", frozenset({Right.RETURN}))
    desk.clerks = Clerks({7: Clerk(7, "x"), 1: manager})
    desk.clerk = 7
    till.press("RF 7 ARRHES")
    asked = till.awaits(Identification)
    assert asked and asked.right is Right.RETURN


def test_what_is_due_behind_it_is_paid_by_a_slips_number(till: Bakery) -> None:
    """The till asks the past about the order behind the number, and knows the number after that."""
    till.press("500 PRIX 7 ARRHES CASH 5 PLU 7 COMMANDE")
    till.decides(terminals=Terminals((Terminal(),)))
    till.press("CARD 772211 CARD")
    assert till.paid() == [("ARRHES", 500), ("MANUAL", 300)]
    assert till.last.tenders[-1].card == CardPaid(authorisation="772211")
    assert till.held == ()


def test_a_right_is_lent_once_for_a_slip_and_what_the_past_says_behind_it(till: Bakery) -> None:
    till.press("500 PRIX 7 ARRHES CASH 5 PLU 7 COMMANDE")
    till.decides(terminals=Terminals((Terminal(),)))
    desk, manager = till.counter.desk, Clerk(1, "x", frozenset({Right.MANUAL}))
    desk.clerks = Clerks({7: Clerk(7, "x"), 1: manager})
    desk.clerk = 7
    till.press("CARD 772211 CARD 1 CLERK 1234 CLERK")
    till.put(PinChecked(desk.checks, 1, right=True))
    assert till.paid() == [("ARRHES", 500), ("MANUAL", 300)]
    assert till.of(AuthorityGiven) == [AuthorityGiven(authority=1, right=Right.MANUAL)]


def test_what_is_taken_off_can_be_taken_back(till: Bakery) -> None:
    till.press("500 PRIX 7 ARRHES CASH 5 PLU 7 COMMANDE CORR")
    assert till.counter.desk.sale and till.counter.desk.sale.due == 800
    till.press("7 COMMANDE CARD")
    assert till.paid() == [("ARRHES", 500), ("CARD", 300)]
    till.press("500 PRIX 8 ACOMPTE CASH 5 PLU 8 COMMANDE CORR CASH")
    assert till.last.total == 800
    assert [each.amount for each in till.held] == [500]


def test_after_a_restart_the_open_sale_knows(till: Bakery) -> None:
    till.press("500 PRIX 7 ARRHES CASH 200 PRIX 8 ACOMPTE CASH 5 PLU 8 COMMANDE 7 COMMANDE")
    again = Bakery(counter_of(goods()))
    for event, when in till.events:
        again.counter.desk.apply(event, when)
    again.events = list(till.events)
    assert again.counter.desk.sale == till.counter.desk.sale
    again.press("7 COMMANDE")
    assert again.fault is faults.DEPOSIT_IN_USE
    again.press("C CASH")
    assert again.paid() == [("ARRHES", 500), ("CASH", 100)]
    assert again.held == ()


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("5 PLU 99 COMMANDE", faults.NOTHING_DEPOSITED),
        ("99 COMMANDE", faults.NOTHING_DEPOSITED),
        ("RF 99 ARRHES", faults.NOTHING_DEPOSITED),
        ("RF 7 ACOMPTE", faults.NOTHING_DEPOSITED),
        ("RF 2000 PRIX 7 ARRHES", faults.DEPOSIT_TOO_SMALL),
        ("5 PLU 7 COMMANDE 7 COMMANDE", faults.DEPOSIT_IN_USE),
        ("5 PLU 7 COMMANDE", None),
        ("3 x 5 PLU 8 COMMANDE HOLD 5 PLU 8 COMMANDE", faults.DEPOSIT_IN_USE),
        ("3 x 5 PLU 8 COMMANDE HOLD RF 8 ACOMPTE", faults.DEPOSIT_IN_USE),
        ("3 x 5 PLU 8 COMMANDE 100 PRIX 8 ACOMPTE", faults.DEPOSIT_IN_USE),
        ("3 x 5 PLU 8 COMMANDE RF 8 ACOMPTE", faults.DEPOSIT_IN_USE),
        ("5 PLU 100 CASH 7 COMMANDE", None),
        ("5 PLU 100 CASH 8 COMMANDE", faults.TENDER_STARTED),
        ("RF 2 PLU 7 COMMANDE", faults.NOTHING_DUE),
        ("7 ACOMPTE", faults.DEPOSIT_AMOUNT),
        ("0 PRIX 7 ARRHES", faults.DEPOSIT_AMOUNT),
        ("100 PRIX ACOMPTE", faults.NUMBER_MISSING),
        ("100 PRIX 0 ACOMPTE", faults.BAD_NUMBER),
        ("100 PRIX 10000000 ACOMPTE", faults.BAD_NUMBER),
        ("10000000 PRIX 7 ACOMPTE", faults.AMOUNT_TOO_LARGE),
        ("3 x 100 PRIX 7 ACOMPTE", faults.NOT_NOW),
        ("5,5 TAUX 100 PRIX 7 ARRHES", faults.NOT_NOW),
        ("5,5 TAUX RF 8 ACOMPTE", faults.NOT_NOW),
        ("5,5 TAUX 1 PLU", faults.NOT_NOW),
        ("3 TAUX", faults.RATE_UNKNOWN),
        ("TAUX", faults.NUMBER_MISSING),
        ("20 TAUX 20 TAUX", faults.NOT_NOW),
        ("COMMANDE", faults.NUMBER_MISSING),
        ("100 PRIX 7 COMMANDE", faults.NOT_NOW),
    ],
)
def test_refused(till: Bakery, typed: str, fault: faults.Fault | None) -> None:
    till.press("500 PRIX 7 ARRHES 800 PRIX 8 ACOMPTE CASH")
    till.press(typed)
    assert till.fault is fault
    for _ in range(5):
        till.press("C")
    assert till.counter.desk.overlay is None


def test_no_deposit_in_an_exercise(till: Bakery) -> None:
    till.put(Train(1))
    till.press("500 PRIX 7 ARRHES")
    assert till.fault is faults.NOT_IN_TRAINING


def test_a_discount_leaves_a_deposit_alone(till: Bakery) -> None:
    till.press("500 PRIX 7 ACOMPTE 5 PLU ST 10 % CASH")
    assert till.last.total == 500 + 720
    assert moved(till) == [("7", "acompte", 500, 550)]


def test_meal_vouchers_pay_no_deposit(till: Bakery) -> None:
    till.press("500 PRIX 7 ACOMPTE TR")
    assert till.fault is faults.MEAL_FOOD


def test_the_day_says_what_was_taken_and_settled(till: Bakery) -> None:
    till.press("500 PRIX 7 ARRHES 800 PRIX 8 ACOMPTE CASH 3 x 5 PLU 7 COMMANDE CASH")
    book = Book()
    for seq, (event, when) in enumerate(till.events, 1):
        book = book.after(event, seq, when.at)
    parts = book.day.totals.parts
    assert parts
    assert [(x.what, x.count, x.amount) for x in parts.deposits] == [
        ("arrhes taken", 1, 500), ("acompte taken", 1, 800), ("arrhes deducted", 1, 500),
    ]  # fmt: skip
    assert (parts.returned, parts.returned_lines) == (0, 0)
