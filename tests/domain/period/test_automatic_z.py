"""The guards of a closure that nobody asked for: over no open sale, and no day without leave."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pos_terminal.domain.counter.steps import BooksReady, CatchUp, ChangePeriod
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period.closing import Books, ClosingHours
from tests.support.bench import bench
from tests.support.shopkeeping import Shop, year

EVENING = datetime(2026, 1, 2, 22, tzinfo=ZoneInfo("Europe/Paris"))
NEXT_DAY, NEXT_MONTH = EVENING + timedelta(hours=12), EVENING + timedelta(days=31)
DAY, MONTH = Period.DAY, Period.MONTH


def books(opened: tuple[int, ...] = ()) -> Books:
    """Of a day of January that has sold and was not closed."""
    shop: Shop = year(1, days=0)
    shop.start()
    shop.sale()
    running = shop.running
    return Books(running.book, running.seq, opened)


def closed(
    asked: CatchUp | ChangePeriod, now: datetime, opened: tuple[int, ...], *, automatic: bool
) -> list[Period]:
    """The periods that a counter closes when the books are ready for what was asked."""
    till = bench()
    till.decides(closing=ClosingHours(automatic=automatic))
    at, utc = now.isoformat(timespec="milliseconds"), int(now.timestamp()) * 1_000_000
    moment = Moment(at=at, utc=utc, mono=utc, boot="b", trust=Trust.SYNCHRONISED)
    step = till.counter.handle(BooksReady(asked, books(opened)), moment)
    return [event.period for event in step.events if isinstance(event, PeriodClosed)]


@pytest.mark.parametrize(
    ("now", "opened", "expected"),
    [
        (NEXT_DAY, (), [DAY]),
        (NEXT_DAY, (2,), []),
        (NEXT_MONTH, (), [DAY, MONTH]),
        (NEXT_MONTH, (2,), []),
        (EVENING, (), []),
    ],
)
def test_what_was_forgotten_is_caught_up_with_only_over_no_open_sale(
    now: datetime, opened: tuple[int, ...], expected: list[Period]
) -> None:
    assert closed(CatchUp(), now, opened, automatic=True) == expected


@pytest.mark.parametrize(
    ("now", "opened", "automatic", "expected"),
    [
        (NEXT_DAY, (), True, [DAY]),
        (NEXT_DAY, (), False, []),
        (NEXT_DAY, (2,), True, []),
        (NEXT_MONTH, (), False, [DAY, MONTH]),
        (NEXT_MONTH, (2,), False, [DAY, MONTH]),
        (EVENING, (), True, []),
    ],
)
def test_before_a_sale_a_day_is_closed_only_by_leave_and_a_month_always(
    now: datetime, opened: tuple[int, ...], automatic: bool, expected: list[Period]
) -> None:
    assert closed(ChangePeriod(), now, opened, automatic=automatic) == expected
