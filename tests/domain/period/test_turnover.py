"""Money that is only held, and what was booked once: in the day's sums and in the accounts."""

import pytest

from pos_terminal.archive.accounts import Accounts
from pos_terminal.archive.postings import Bookkeeper, Grain
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.period import Period, PeriodTotals
from pos_terminal.domain.period.book import Book
from pos_terminal.journal.record import Running
from tests.support.bench import moment
from tests.support.lookup import Remembering, remembering

IDENTITY = Identity("7", "2", "0.1.0", simulated=False)


@pytest.fixture
def till() -> Remembering:
    return remembering()


def book(till: Remembering) -> Book:
    running = Book()
    for seq, (event, when) in enumerate(till.events, 1):
        running = running.after(event, seq, when.at, operator=3)
    return running


def accounts(till: Remembering, grain: Grain) -> dict[str, int]:
    """What each account holds once the day is closed, debit positive."""
    running, keeper = Running(identity=IDENTITY), Bookkeeper(Accounts(), grain, "0000", "9999")
    sums: dict[str, int] = {}
    events = [event for event, _ in till.events]
    for number in range(len(events) + 1):
        if number < len(events):
            event = events[number]
        else:
            event = running.book.closure(Period.DAY, running.seq + 1, moment().at[:10])
        record, running = running.stamp(event, moment(number))
        for entry in keeper.take(record):
            for account, cents in entry.lines:
                sums[account.number] = sums.get(account.number, 0) + cents
    return {number: cents for number, cents in sums.items() if cents}


def day(till: Remembering) -> PeriodTotals:
    return book(till).day.totals


def test_what_is_held_is_no_turnover(till: Remembering) -> None:
    till.press("3000 PRIX 91 PLU CARD 5 PLU")
    till.use(till.made[0])
    till.press("1000 PRIX 7 ARRHES CASH 2 x 5 PLU 7 COMMANDE CARD")
    said, running = day(till), book(till)
    assert (said.tickets, said.net, said.absolute) == (4, 2400, 2400)
    assert [(rate.rate, rate.gross) for rate in said.vat] == [(2000, 2400)]
    assert (running.net, running.absolute) == (2400, 2400)
    assert said.parts
    assert [(each.operator, each.net) for each in said.parts.operators] == [(3, 2400)]
    assert sum(each.gross for each in said.parts.families) == 2400
    assert [(x.what, x.amount) for x in said.parts.vouchers] == [("issued", 3000), ("used", 800)]
    assert [(x.what, x.amount) for x in said.parts.deposits] == [
        ("arrhes taken", 1000), ("arrhes deducted", 1000),
    ]  # fmt: skip
    assert (said.refunds, said.parts.returned_lines) == (0, 0)
    for grain in Grain:
        assert accounts(till, grain) == {
            "511500": 3600, "530000": 1000, "419700": -2200, "707200": -2000, "44571200": -400,
        }  # fmt: skip


def test_an_acompte_is_turnover_when_it_is_settled_and_taxed_when_it_is_taken(
    till: Remembering,
) -> None:
    till.press("20 TAUX 600 PRIX 7 ACOMPTE CASH")
    assert (day(till).net, [rate.vat for rate in day(till).vat]) == (0, [100])
    till.press("5 PLU 7 COMMANDE CARD")
    assert (day(till).net, [rate.vat for rate in day(till).vat]) == (800, [133])


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("parts", [(500, 500), (333, 333, 334), (1, 999), (7,) * 10])
def test_an_acompte_leaves_nothing_behind(
    till: Remembering, parts: tuple[int, ...], grain: Grain
) -> None:
    for cents in parts:
        till.press(f"10 TAUX {cents} PRIX 7 ACOMPTE CASH")
    till.press("10 x 3 PLU 7 COMMANDE CARD")
    held = accounts(till, grain)
    assert "419100" not in held
    assert held["707100"] + held["44571100"] == -1500


def test_an_acompte_given_back_in_parts_takes_its_vat_along(till: Remembering) -> None:
    till.press("10 TAUX 500 PRIX 7 ACOMPTE 10 TAUX 500 PRIX 7 ACOMPTE CASH")
    for cents in (1, 333, 333, 333):
        till.press(f"RF {cents} PRIX 7 ACOMPTE CASH")
    assert accounts(till, Grain.DAY) == {}
    said = day(till)
    assert [(rate.gross, rate.net, rate.vat) for rate in said.vat] == [(0, 0, 0)]
    assert said.parts
    assert [(x.what, x.count, x.amount) for x in said.parts.deposits] == [
        ("acompte taken", 2, 1000), ("acompte returned", 4, 1000),
    ]  # fmt: skip


def test_what_was_booked_comes_back_to_the_cent(till: Remembering) -> None:
    till.press("2 x 90 PRIX 1 PLU CASH RF TICKET 1 PLU CASH RF 1 TICKET 1 PLU CASH")
    assert [[rate.vat for rate in each.vat] for each in till.tickets] == [[9], [-5], [-4]]
    assert accounts(till, Grain.DAY) == {}


def test_a_bread_card_takes_its_vat_back_and_is_no_return(till: Remembering) -> None:
    till.press("92 PLU CARD")
    for _ in range(15):
        till.press("1 PLU")
        till.use(till.made[0])
        assert till.total == 0
        till.press("CASH")
    till.press("5 x 1 PLU")
    till.use(till.made[0])
    till.press("CARD")
    assert till.worth(till.made[0]) == 0
    said = day(till)
    assert said.net == 2600
    assert said.parts and said.parts.returned_lines == 0
    taken = [line for each in till.tickets for line in each.lines if line.voucher]
    assert sum(line.vat_amount for line in taken) == -104
