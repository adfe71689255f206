"""Means of payment: what each may pay, on which day, and how it is given back."""

import re
from datetime import date
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import OpenDrawer, Train
from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.events.sale import SaleClosed, Tender, TenderReturned
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.tender.tender import TENDERS, TenderRules
from pos_terminal.domain.tender.zones import is_food
from tests.support.bench import GOODS, Bench, bench, counter_of, goods

SUNDAY, EASTER_MONDAY, MAY_DAY = 6, 91, 116
"""Days after Monday 5 January 2026, when the shop of the bench opens."""


@pytest.fixture
def till() -> Bench:
    return bench()


def with_rules(rules: TenderRules) -> Bench:
    return Bench(counter_of(goods(), tenders=rules))


def paid(till: Bench) -> list[tuple[str, int]]:
    return [(each.tender, each.amount) for each in till.of(SaleClosed)[-1].tenders]


def test_a_cheque_pays_exactly_and_opens_the_drawer(till: Bench) -> None:
    step = till.press("5 PLU CHEQUE")
    assert paid(till) == [("CHEQUE", 800)]
    assert OpenDrawer() in step.effects
    till.press("1 PLU 1000 CHEQUE")
    assert till.fault is faults.TENDER_EXACT


@pytest.mark.parametrize("how", ["CASH", "1000 CASH", "CHEQUE", "100 CASH CHEQUE"])
def test_no_drawer_opens_in_training(till: Bench, how: str) -> None:
    """An exercise takes no money: a drawer that opened for it would be a way to the real one."""
    till.put(Train(1))
    step = till.press(f"5 PLU {how}")
    assert till.of(SaleClosed)[-1].series == TRAINING_SERIES
    assert not [effect for effect in step.effects if isinstance(effect, OpenDrawer)]
    till.put(Train(0))
    assert OpenDrawer() in till.press(f"5 PLU {how}").effects


def test_a_voucher_and_then_a_card(till: Bench) -> None:
    till.press("3 x 2 PLU 1 PLU 1 PLU 500 TR")
    assert till.shown == Screen("RESTE           0,60", "")
    till.press("CARD")
    assert paid(till) == [("TR", 500), ("CARD", 60)]


@pytest.mark.parametrize(
    ("sold", "taken"),
    [
        ("2 PLU", 100),
        ("2 PLU 5 PLU", 100),
        ("30 x 2 PLU", 2500),
        ("2 x 3 PLU 5 PLU 10 x 2 PLU", 1300),
    ],
)
def test_a_voucher_alone_takes_what_is_allowed(till: Bench, sold: str, taken: int) -> None:
    till.press(f"{sold} TR")
    assert till.of(Tender)[-1].amount == taken


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("30 x 2 PLU 2600 TR", faults.MEAL_LIMIT),
        ("30 x 2 PLU 2000 TR 600 TR", faults.MEAL_LIMIT),
        ("30 x 2 PLU TR TR", faults.MEAL_LIMIT),
        ("2 PLU 5 PLU 500 TR", faults.MEAL_FOOD),
        ("2 PLU 5 PLU TR TR", faults.MEAL_FOOD),
        ("5 PLU TR", faults.MEAL_FOOD),
        ("2 PLU 200 TR", faults.TENDER_EXACT),
        ("RF 2 PLU TR", faults.REFUND_MEANS),
        ("RF 2 PLU CHEQUE", faults.REFUND_MEANS),
        ("200 x 5 PLU CASH", faults.CASH_LIMIT),
        ("200 x 5 PLU 100001 CASH", faults.CASH_LIMIT),
        ("200 x 5 PLU 60000 CASH 40001 CASH", faults.CASH_LIMIT),
        ("2 PLU 20101 CASH", faults.CHANGE_LIMIT),
    ],
)
def test_what_the_rules_refuse(till: Bench, typed: str, fault: Fault) -> None:
    till.press(typed)
    assert till.fault and till.fault.code == fault.code
    till.press("C CARD" if not typed.startswith("RF") else "C CASH")
    assert till.counter.desk.sale is None


def test_up_to_the_limits(till: Bench) -> None:
    till.press("200 x 5 PLU 100000 CASH CARD")
    assert paid(till) == [("CASH", 100_000), ("CARD", 60_000)]
    till.press("2 PLU 20100 CASH")
    assert till.of(SaleClosed)[-1].change == 20_000


def test_limits_hold_from_their_date_on() -> None:
    assert TENDERS["CASH"].most.on(date(2015, 8, 31)) is None
    assert TENDERS["CASH"].most.on(date(2015, 9, 1)) == 100_000
    assert TENDERS["TR"].most.on(date(2022, 9, 30)) is None
    assert TENDERS["TR"].most.on(date(2022, 10, 1)) == 2500


def on(till: Bench, days: int, text: str) -> None:
    till.inputs = days * 86_400
    till.press(text)


@pytest.mark.parametrize("days", [SUNDAY, EASTER_MONDAY, MAY_DAY])
def test_no_voucher_on_a_sunday_or_a_holiday(till: Bench, days: int) -> None:
    on(till, days, "2 PLU 50 TR")
    assert till.fault is faults.MEAL_DAY
    lifted = with_rules(TenderRules(meal_vouchers_every_day=True))
    on(lifted, days, "2 PLU TR")
    assert paid(lifted) == [("TR", 100)]


def test_the_catalogue_says_what_is_food() -> None:
    extended = GOODS.replace("barcode,from", "barcode,from,meal_voucher").replace(
        '1,TRADITION,"1,30",,,5.5,,', '1,TRADITION,"1,30",,,5.5,,,non'
    )
    extended = extended.replace("3010470111127,", "3010470111127,,oui")
    till = bench(goods(extended))
    till.press("1 PLU TR")
    assert till.fault is faults.MEAL_FOOD
    till.press("C CARD 5 PLU TR")
    assert paid(till) == [("TR", 800)]


@pytest.mark.parametrize(
    ("zone", "rates"),
    [
        ("metropole", {550, 1000}),
        ("corse", {210, 550, 1000}),
        ("guadeloupe", {210}),
        ("mayotte", set()),
        ("sans_tva", set()),
    ],
)
def test_the_zone_says_which_rates_are_food(zone: str, rates: set[int]) -> None:
    every = (0, 105, 175, 210, 550, 850, 1000, 2000)
    assert {rate for rate in every if is_food(rate, zone, date(2026, 1, 5))} == rates


@pytest.mark.parametrize("zone", ["metropole", "reunion"])
def test_rum_is_no_meal_overseas(zone: str) -> None:
    rum = GOODS.replace('1,TRADITION,"1,30",,,5.5,,', '1,RHUM,"18,00",,,8.5,,')
    till = with_rules(TenderRules(vat_zone=zone))
    till.counter.desk.present = goods(rum)
    till.press("1 PLU TR")
    assert till.fault is faults.MEAL_FOOD


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="vat_zone"):
        TenderRules(vat_zone="atlantide")


def test_change_up_to_the_shops_limit() -> None:
    till = with_rules(TenderRules(change_limit=10))
    till.press("2 PLU 2000 CASH")
    assert till.fault is faults.CHANGE_LIMIT
    till.press("C 1100 CASH")
    assert till.of(SaleClosed)[-1].change == 1000
    with pytest.raises(ValueError, match="change_limit 0"):
        TenderRules(change_limit=0)


def test_a_tender_is_taken_back(till: Bench) -> None:
    till.press("5 PLU 300 CARD 200 CASH CORR")
    assert till.of(TenderReturned) == [
        TenderReturned(sale=1, tender="CASH", amount=-200, given=-200, change=0)
    ]
    assert till.shown == Screen("REPRIS ESPECES -2,00", "RESTE           5,00")
    till.press("CORR")
    assert till.shown == Screen("REPRIS CARTE   -3,00", "RESTE           8,00")
    till.press("2 PLU CORR CASH")
    assert paid(till) == [("CASH", 800)]
    till.press("CORR")
    assert till.fault is faults.NOTHING_TO_CORRECT


def test_the_page_has_the_limits_of_the_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "tenders.md").read_text()
    rows = re.findall(r"^\| .+? for one sale \| (\S+) \| (\S+) \|", page, re.M)
    starts = [start for kind in TENDERS.values() for start in kind.most.starts]
    assert rows == [(day.isoformat(), f"{cents / 100:.2f}") for day, cents in starts]
    keys = re.findall(r"^\| `([A-Z]+)` \| ([A-Z -]+) \|", page, re.M)
    assert keys == [(kind.name, kind.label) for kind in TENDERS.values()]


def test_without_the_legal_limits_a_recorded_sale_is_paid_as_it_was() -> None:
    till = with_rules(TenderRules(legal_limits=False))
    till.press("200 x 5 PLU CASH")
    assert till.counter.desk.last is not None
    assert till.counter.desk.last.ticket.total == 160_000
