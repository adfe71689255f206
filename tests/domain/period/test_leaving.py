"""What stays in the drawers after a Z: asked or set, the rest to the safe, the next day goes on."""

from random import Random

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.leaving import Leaving
from pos_terminal.domain.counter.steps import BooksReady, CountDrawer
from pos_terminal.domain.events.cash import CashMoved
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.events.values import CashMovement
from pos_terminal.domain.period.closing import ClosingHours
from pos_terminal.domain.period.drawer import drawers_used, uncounted
from pos_terminal.domain.printing.report_sums import sums
from pos_terminal.domain.receipt import Row
from pos_terminal.domain.tender.tender import TenderRules
from tests.support.random_days import Days


@pytest.fixture
def shop() -> Days:
    """Drawer 1 of clerk 1, drawer 2 of clerk 2."""
    return Days(Random(0))


def count(shop: Days, drawer: int, cents: int) -> None:
    shop.put(BooksReady(CountDrawer((), cents, drawer), shop.running.books))


def closed(shop: Days) -> list[PeriodClosed]:
    return [r.event for r in shop.records if isinstance(r.event, PeriodClosed)]


def drops(shop: Days) -> list[tuple[int, int]]:
    moved = [r.event for r in shop.records if isinstance(r.event, CashMoved)]
    return [(each.drawer, each.amount) for each in moved if each.movement is CashMovement.DROP]


def rows(shop: Days, number: int) -> dict[str, str]:
    event = closed(shop)[number]
    blocks = sums(event.totals, of_day=event.period is Period.DAY)
    return {block.left: block.right for block in blocks if isinstance(block, Row)}


def test_each_counted_drawer_is_asked_and_the_next_day_begins_with_what_stays(shop: Days) -> None:
    shop.press("10000 FOND 2 TIROIR 5000 FOND 3 PLU CASH")
    count(shop, 1, 9150)
    count(shop, 2, 5200)
    shop.press("Z")
    assert isinstance(shop.counter.desk.pending, Leaving) and closed(shop) == []
    shop.press("5000 Z Z")
    assert drops(shop) == [(1, -4150)]
    (z,) = closed(shop)
    assert z.totals.parts
    assert [(d.gap, d.left) for d in z.totals.parts.drawers] == [(-1000, 5000), (200, 5200)]
    begun = drawers_used(shop.running.book.day.totals)
    assert [(d.drawer, d.brought, d.holds) for d in begun] == [(1, 5000, 5000), (2, 5200, 5200)]
    assert rows(shop, 0)["Reste en caisse 1"] == "50,00"
    shop.press("3 PLU CASH")
    assert uncounted(shop.running.book.day.totals) == (1, 2), "money that lies there is counted"
    count(shop, 1, 5150)
    count(shop, 2, 5200)
    shop.press("Z Z Z")
    assert closed(shop)[1].totals.parts and drops(shop) == [(1, -4150)]


def test_more_than_there_is_does_not_stay_and_c_gives_the_z_up(shop: Days) -> None:
    shop.press("3 PLU CASH")
    count(shop, 1, 150)
    shop.press("Z")
    shop.put_keys("151 Z")
    assert shop.counter.desk.fault is faults.MORE_THAN_COUNTED
    shop.press("C C")
    assert shop.counter.desk.pending is None and closed(shop) == []


def test_a_setting_answers_and_a_drawer_that_holds_less_keeps_all(shop: Days) -> None:
    hours = ClosingHours(stays=50)
    shop.decides(closing=hours)
    shop.press("10000 FOND 2 TIROIR 2000 FOND 3 PLU CASH")
    count(shop, 1, 10150)
    count(shop, 2, 2000)
    shop.press("Z")
    assert drops(shop) == [(1, -5150)]
    assert [d.brought for d in drawers_used(shop.running.book.day.totals)] == [5000, 2000]


def test_what_nobody_counted_stays_where_it_is(shop: Days) -> None:
    shop.decides(closing=ClosingHours(stays=0), tenders=TenderRules(count_first=False))
    shop.press("3 PLU CASH Z")
    assert len(closed(shop)) == 1 and drops(shop) == []
    assert [d.brought for d in drawers_used(shop.running.book.day.totals)] == [150]


def test_a_month_has_the_sum_of_its_gaps_and_no_contents(shop: Days) -> None:
    for gap in (-30, 10):
        shop.press("3 PLU CASH")
        (drawer,) = drawers_used(shop.running.book.day.totals)
        count(shop, 1, drawer.holds + gap)
        shop.press("Z Z")
    month = shop.running.book.closure(Period.MONTH, shop.running.seq + 1, "2026-01-31")
    shop.record([month])
    said = rows(shop, -1)
    assert said["Total des écarts"] == "-0,20"
    assert not any("Tiroir" in name or "caisse" in name for name in said)
