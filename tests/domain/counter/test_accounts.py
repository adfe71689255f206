"""Customers on account: to buy and pay later, to have credited, to pay, within a limit."""

from random import Random

import pytest

from pos_terminal.archive.accounts import Accounts
from pos_terminal.archive.postings import Bookkeeper, Grain
from pos_terminal.domain import faults
from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.tender.tender import AccountRules
from tests.support.random_days import Days


@pytest.fixture
def shop() -> Days:
    """Customers 4 and 5 are on file; article 3 costs 1.50, a book (10) 9.99."""
    return Days(Random(0))


def moved(shop: Days) -> list[tuple[str, str, int]]:
    events = [r.event for r in shop.records if isinstance(r.event, AccountMoved)]
    return [(each.person, each.move.value, each.amount) for each in events]


def owed(shop: Days) -> dict[str, int]:
    return {each.person: each.amount for each in shop.changes.balances.balances().accounts}


def test_what_is_bought_on_account_is_turnover_at_once_and_its_payment_none(shop: Days) -> None:
    shop.press("3 PLU 4 ENCOMPTE 10 PLU 500 CASH 4 ENCOMPTE")
    assert owed(shop) == {"person-4": 649}
    assert shop.running.total.net == 1149
    shop.press("4 REGLE CARD")
    assert moved(shop)[-1] == ("person-4", "settled", -649) and owed(shop) == {}
    assert shop.running.total.net == 1149
    totals = shop.running.book.day.totals
    assert totals.parts and totals.parts.held == 0
    assert sum(rate.gross for rate in totals.vat) == 1149


def test_each_customer_has_an_auxiliary_account(shop: Days) -> None:
    shop.press("3 PLU 4 ENCOMPTE 10 PLU 5 ENCOMPTE 100 PRIX 4 REGLE CASH")
    shop.end()
    keeper = Bookkeeper(Accounts(), Grain.DAY, "0000", "9999")
    posted = [line for r in shop.records for entry in keeper.take(r) for line in entry.lines]
    assert {(a.person, cents) for a, cents in posted if a.number == "411000"} == {
        ("person-4", 50), ("person-5", 999),
    }  # fmt: skip


def test_a_part_is_paid_and_never_more_than_is_owed(shop: Days) -> None:
    shop.press("3 PLU 4 ENCOMPTE 100 PRIX 4 REGLE CASH")
    assert owed(shop) == {"person-4": 50}
    shop.put_keys("51 PRIX 4 REGLE")
    assert shop.counter.desk.fault is faults.MORE_THAN_OWED


def test_an_account_is_paid_in_one_sale_at_a_time(shop: Days) -> None:
    shop.press("3 PLU 4 ENCOMPTE 4 REGLE HOLD")
    shop.put_keys("4 REGLE")
    assert shop.counter.desk.fault is faults.ACCOUNT_IN_USE


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("4 ENCOMPTE", faults.NOTHING_SOLD),
        ("3 PLU 9 ENCOMPTE", faults.CUSTOMER_UNKNOWN),
        ("3 PLU ENCOMPTE", faults.NUMBER_MISSING),
        ("5 REGLE", faults.NOTHING_OWED),
        ("0 PRIX 4 REGLE", faults.NOTHING_OWED),
        ("2000 PRIX 91 PLU 4 ENCOMPTE", faults.VOUCHER_FOR_ADVANCE),
        ("500 PRIX 8 ACOMPTE 4 ENCOMPTE", faults.VOUCHER_FOR_ADVANCE),
        ("4 REGLE 4 ENCOMPTE", faults.VOUCHER_FOR_ADVANCE),
        ("4 REGLE 5 ENCOMPTE", faults.VOUCHER_FOR_ADVANCE),
        ("2 x 10 PLU 4 ENCOMPTE", faults.ACCOUNT_LIMIT),
        ("RF 1 TICKET TICKET 5 ENCOMPTE", faults.ACCOUNT_OF_ANOTHER),
        ("RF 1 TICKET TICKET CASH", faults.REFUND_MEANS),
        ("4 REGLE CASH RF TICKET TICKET", faults.NOTHING_TO_REFUND),
    ],
)
def test_refused(shop: Days, typed: str, fault: Fault) -> None:
    shop.decides(accounts=AccountRules(limit=20))
    shop.press("3 PLU 4 ENCOMPTE")
    shop.put_keys(typed)
    assert shop.counter.desk.fault and shop.counter.desk.fault.code == fault.code


def test_what_comes_back_is_credited_and_makes_the_shop_owe_once_it_was_paid(shop: Days) -> None:
    shop.press("3 PLU 4 ENCOMPTE 4 REGLE CASH RF 1 TICKET TICKET 4 ENCOMPTE")
    assert moved(shop)[-1] == ("person-4", "credited", -150)
    assert owed(shop) == {"person-4": -150}
    shop.press("10 PLU 4 ENCOMPTE")
    assert owed(shop) == {"person-4": 849}
