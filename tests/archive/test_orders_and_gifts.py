"""What the counter's deposits and gifts come to in the accounts: debts, and no turnover."""

from collections import defaultdict

import pytest

from pos_terminal.archive.accounts import Accounts
from pos_terminal.archive.postings import Bookkeeper, Grain
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.tender.tender import TenderRules
from pos_terminal.journal.record import Running
from tests.support.bakery import Bakery
from tests.support.bench import counter_of, goods, moment
from tests.support.journaling import IDENTITY


def balances(typed: str, grain: Grain) -> dict[str, int]:
    """The accounts after a day in which these keys were pressed; debit positive."""
    rules = TenderRules(donations_to="Secours des Halles")
    till = Bakery(counter_of(goods(), tenders=rules))
    till.press(typed)
    assert till.fault is None and till.counter.desk.sale is None
    running = Running(identity=IDENTITY)
    book = Bookkeeper(Accounts(), grain, "2026-01-01", "2026-12-31")
    sums: dict[str, int] = defaultdict(int)
    events = [event for event, _ in till.events]
    for event in [*events, None]:
        closed = event or running.book.closure(Period.DAY, running.seq + 1, "2026-01-05")
        record, running = running.stamp(closed, moment())
        for entry in book.take(record):
            assert sum(cents for _, cents in entry.lines) == 0
            for account, cents in entry.lines:
                sums[account.number] += cents
    return {account: cents for account, cents in sums.items() if cents}


GRAINS = pytest.mark.parametrize("grain", list(Grain))


@GRAINS
def test_a_gift_is_owed_to_whom_it_is_for(grain: Grain) -> None:
    assert balances("1 PLU DON CARD", grain) == {
        "511500": 200, "707055": -123, "44571055": -7, "467100": -70,
    }  # fmt: skip


@GRAINS
def test_an_acompte_is_a_debt_with_its_vat_paid(grain: Grain) -> None:
    assert balances("2000 PRIX 123 ACOMPTE CASH", grain) == {
        "530000": 2000, "419100": -1896, "44571055": -104,
    }  # fmt: skip


@GRAINS
def test_an_acompte_that_is_settled_is_turnover(grain: Grain) -> None:
    typed = "500 PRIX 123 ACOMPTE CASH 10 x 1 PLU 123 COMMANDE CASH"
    assert balances(typed, grain) == {"530000": 1300, "707055": -1232, "44571055": -68}


@GRAINS
def test_arrhes_are_a_debt_until_they_pay(grain: Grain) -> None:
    assert balances("500 PRIX 7 ARRHES CASH", grain) == {"530000": 500, "419110": -500}
    assert balances("500 PRIX 7 ARRHES CASH 5 PLU 7 COMMANDE CARD", grain) == {
        "530000": 500, "511500": 300, "707200": -667, "44571200": -133,
    }  # fmt: skip
    assert balances("500 PRIX 7 ARRHES CASH RF 7 ARRHES CASH", grain) == {}
