"""A month that was forgotten: what is over is closed before anything of the new one is recorded."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.events.sale import SaleClosed, SaleOpened
from pos_terminal.domain.moment import Trust
from pos_terminal.runtime.port import PortState
from pos_terminal.testing.running import run
from tests.support.closing_days import PARIS, Hand, closures, sell
from tests.support.journaled import records
from tests.support.printed import papers
from tests.support.shop import Shop, open_shop

When = tuple[int, int, int, int]


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> Hand:
    return Hand(datetime(year, month, day, hour, minute, tzinfo=PARIS))


def story(state: Path) -> list[str]:
    """The sales and closures of a journal, in their order; and it verifies."""
    assert main(["journal", "verify", "--state", str(state)]) == 0
    said = {SaleOpened: "sale", SaleClosed: "ticket"}
    return [
        record.event.period.value
        if isinstance(record.event, PeriodClosed)
        else said[type(record.event)]
        for record in records(state)
        if isinstance(record.event, SaleOpened | SaleClosed | PeriodClosed)
    ]


@pytest.mark.parametrize(
    ("began", "next_start", "closed"),
    [
        ((2026, 9, 30, 18), (2026, 10, 1, 7), ["day", "month"]),
        ((2026, 9, 30, 18), (2026, 12, 24, 7), ["day", "month"]),
        ((2026, 12, 31, 18), (2027, 1, 2, 7), ["day", "month", "year"]),
        ((2026, 9, 30, 18), (2028, 5, 5, 7), ["day", "month", "year"]),
        ((2026, 10, 1, 2), (2026, 10, 1, 7), []),
        ((2026, 9, 29, 18), (2026, 9, 30, 7), []),
        ((2026, 9, 30, 18), (2026, 10, 1, 3), []),
    ],
)
def test_whatever_was_forgotten_the_new_month_begins_with_its_own_sales(
    tmp_path: Path, began: When, next_start: When, closed: list[str]
) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path, clock=at(*began)) as shop:
            await sell(shop)
        async with open_shop(tmp_path, clock=at(*next_start)) as shop:
            await sell(shop, 2)

    run(scenario())
    state = tmp_path / "state"
    assert story(state) == ["sale", "ticket", *closed, "sale", "ticket"]
    assert all(each.automatic and each.totals.tickets == 1 for each in closures(state))


def test_a_fiscal_year_that_begins_in_july(tmp_path: Path) -> None:
    more = "\n[closing]\nyear_begins = 7\n"

    async def scenario() -> None:
        async with open_shop(tmp_path, clock=at(2026, 6, 30, 18), more=more) as shop:
            await sell(shop)
        async with open_shop(tmp_path, clock=at(2026, 7, 1, 7), more=more) as shop:
            await sell(shop, 2)

    run(scenario())
    state = tmp_path / "state"
    assert story(state) == ["sale", "ticket", "day", "month", "year", "sale", "ticket"]
    assert [each.label for each in closures(state)] == ["2026-06-30", "2026-06", "2025"]


def test_open_sales_are_taken_over_into_the_new_month(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = at(2026, 9, 30, 18)
        async with open_shop(tmp_path, clock=clock) as shop:
            await sell(shop)
            await shop.type("1 PLU HOLD 2 PLU")
            await shop.shows("BAGUETTE")
            clock.at += timedelta(hours=13)
            await shop.type("CASH")
            await shop.journaled(SaleClosed, 2)
            await shop.type("RECALL CASH")
            await shop.journaled(SaleClosed, 3)

    run(scenario())
    state = tmp_path / "state"
    assert story(state) == ["sale", "ticket", "sale", "sale", "day", "month", "ticket", "ticket"]
    day, _ = closures(state)
    assert (day.carried, day.authority, day.totals.tickets) == ((2, 3), 0, 1)


def test_a_ticket_that_is_being_paid_is_of_the_month_in_which_that_began(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = at(2026, 10, 1, 3, 59)
        async with open_shop(tmp_path, clock=at(2026, 9, 30, 18)) as shop:
            await sell(shop)
        async with open_shop(tmp_path, clock=clock) as shop:
            await shop.type("2 PLU 50 CASH")
            await shop.shows("RESTE")
            clock.at += timedelta(hours=1)
            await shop.type("50 CASH")
            await shop.journaled(SaleClosed, 2)
            await sell(shop, 3)

    run(scenario())
    state = tmp_path / "state"
    assert story(state)[-4:] == ["day", "month", "sale", "ticket"]
    assert closures(state)[0].totals.tickets == 2


def test_a_clock_that_leaps_a_month_is_on_record_before_the_closures(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = at(2026, 9, 30, 18)
        async with open_shop(tmp_path, clock=clock) as shop:
            await sell(shop)
            clock.at += timedelta(days=31)
            clock.slip = 31 * 86_400_000_000
            await sell(shop, 2)

    run(scenario())
    kinds = [record.kind for record in records(tmp_path / "state")]
    assert kinds[kinds.index("clock.jumped") + 1] == "period.closed", kinds
    assert story(tmp_path / "state") == ["sale", "ticket", "day", "month", "sale", "ticket"]


def test_a_clock_that_is_surely_wrong_closes_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path, clock=at(2026, 9, 30, 18)) as shop:
            await sell(shop)
        wrong = at(2025, 1, 1, 1)
        wrong.boot, wrong.trust = "another", Trust.UNVERIFIED
        async with open_shop(tmp_path, clock=wrong) as shop:
            await sell(shop, 2)

    run(scenario())
    assert closures(tmp_path / "state") == []


def test_what_is_closed_by_itself_is_printed(tmp_path: Path) -> None:
    async def scenario(more: str, *wanted: tuple[str, ...]) -> None:
        async with open_shop(tmp_path / more[:5], clock=at(2026, 9, 30, 18)) as shop:
            await sell(shop)
        async with open_shop(tmp_path / more[:5], clock=at(2026, 10, 1, 7), more=more) as shop:
            await _ready(shop)
            await sell(shop, 2)
            for words in wanted:
                await papers(shop, *words)
            await shop.type("TICKET")
            await papers(shop, "TRADITION")
            assert len(shop.bench.printer.papers) == len(wanted) + 1

    day, month = ("CLOTURE DU JOUR", "Clôture automatique"), ("CLOTURE DU MOIS",)
    run(scenario("", day, month))
    run(scenario("\n[closing]\nprint_automatic = false\n"))


async def _ready(shop: Shop) -> None:
    """Every device is open, the printer among them."""
    for port in shop.app.equipment.ports.values():
        while port.state is not PortState.IDLE:
            await asyncio.sleep(0.01)



def test_a_month_and_a_year_are_printed_once_more(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path, clock=at(2026, 12, 31, 18)) as shop:
            await sell(shop)
        async with open_shop(tmp_path, clock=at(2027, 1, 2, 7)) as shop:
            await _ready(shop)
            await sell(shop, 2)
            await papers(shop, "CLOTURE ANNUELLE")
            for typed, title in (
                ("202612 ZBIS", "CLOTURE DU MOIS 12/2026"),
                ("202600 ZBIS", "CLOTURE ANNUELLE 2026"),
                ("ZBIS", "CLOTURE DU JOUR 31/12/2026"),
            ):
                await shop.type(typed)
                await papers(shop, title, "DUPLICATA 1")
            await shop.type("202611 ZBIS")
            await shop.shows("Z INCONNU", "S-262")

    run(scenario())
