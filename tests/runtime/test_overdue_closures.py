"""When the clerk is told of a forgotten closure, and when the till is asked to catch up."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import CloseDue, Input, Trouble
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period.closing import ClosingHours
from pos_terminal.journal.record import Running
from pos_terminal.runtime.overdue_closures import Closing
from tests.support.shopkeeping import Shop, year

PARIS = ZoneInfo("Europe/Paris")


@dataclass
class Bench:
    """A look-out over a made-up shop whose clock the test sets."""

    automatic: bool = False
    running: Running | None = None
    at: datetime = datetime(2026, 1, 2, 22, tzinfo=PARIS)
    said: list[Input] = field(default_factory=list)

    def __post_init__(self) -> None:
        hours = ClosingHours(automatic=self.automatic)
        self.lookout = Closing(hours, lambda: self.running, self.now, self.said.append)

    def now(self) -> Moment:
        utc = int(self.at.timestamp() * 1_000_000)
        at = self.at.isoformat(timespec="milliseconds")
        return Moment(at=at, utc=utc, mono=utc, boot="b", trust=Trust.SYNCHRONISED)

    def look(self) -> list[Input]:
        self.said.clear()
        self.lookout.look()
        return list(self.said)


def open_day() -> Running:
    shop: Shop = year(1, days=0)
    shop.start()
    shop.sale()
    return shop.running


def test_nothing_is_said_while_nothing_is_overdue() -> None:
    bench = Bench(running=open_day())
    assert bench.look() == []
    bench.at += timedelta(hours=5)  # three in the morning of the next date
    assert bench.look() == []


def test_the_clerk_is_told_once_and_again_after_an_hour() -> None:
    bench = Bench(running=open_day())
    bench.at += timedelta(hours=7)
    assert bench.look() == [Trouble(faults.Z_DUE)]
    bench.at += timedelta(minutes=59)
    assert bench.look() == []
    bench.at += timedelta(minutes=1)
    assert bench.look() == [Trouble(faults.Z_DUE)]


def test_a_closed_year_that_no_archive_holds_is_said_once_a_day() -> None:
    running = year(1, days=2).running
    bench = Bench(running=replace(running, setup=replace(running.setup, year_closed=running.seq)))
    for hours, said in ((0, True), (23, False), (1, True)):
        bench.at += timedelta(hours=hours)
        assert (Trouble(faults.ARCHIVE_DUE) in bench.look()) is said, hours
    bench.running = replace(running, setup=replace(running.setup, archived=running.seq))
    bench.at += timedelta(days=2)
    assert Trouble(faults.ARCHIVE_DUE) not in bench.look()


@pytest.mark.parametrize("opened", [{}, {9: 1}])
def test_what_is_closed_by_itself_with_a_new_month_is_not_left_to_the_clerk(
    opened: dict[int, int]
) -> None:
    bench = Bench(running=replace(open_day(), opened=opened))
    bench.at = datetime(2026, 1, 31, 22, tzinfo=PARIS)
    bench.look()
    assert bench.look() in ([Trouble(faults.SALES_OPEN)], [])
    bench.at = datetime(2026, 2, 1, 5, tzinfo=PARIS)
    assert bench.look() == [CloseDue()]


def test_a_till_that_may_closes_by_itself() -> None:
    bench = Bench(automatic=True, running=open_day())
    bench.at += timedelta(hours=7)
    assert bench.look() == bench.look() == [CloseDue()]


def test_nobody_is_disturbed_while_a_sale_is_open_or_the_journal_is_away() -> None:
    bench = Bench(automatic=True, running=replace(open_day(), opened={9: 1}))
    bench.at += timedelta(days=2)
    assert bench.look() == []
    bench.running = None
    assert bench.look() == []


def test_a_sale_that_stays_open_is_what_keeps_the_day_from_being_closed() -> None:
    bench = Bench(automatic=True, running=replace(open_day(), opened={9: 1}))
    bench.at += timedelta(days=2)
    assert bench.look() == [], "somebody may be being served"
    assert bench.look() == [Trouble(faults.SALES_OPEN)]
    assert bench.look() == []
    bench.at += timedelta(hours=1)
    assert bench.look() == [Trouble(faults.SALES_OPEN)]
    bench.running = replace(open_day(), opened={10: 1})
    assert bench.look() == [], "another sale"
    bench.running = open_day()
    assert bench.look() == [CloseDue()]
