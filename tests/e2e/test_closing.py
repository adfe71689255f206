"""A till that was not closed: it catches up by itself or says so, sells on, trains, and records."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain.audit import jet
from pos_terminal.domain.counter.steps import CloseDue, Train
from pos_terminal.domain.events.paper import ReceiptPrinted
from pos_terminal.domain.events.period import Period, PeriodClosed, TrainingEnded, TrainingStarted
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import (
    CatalogChanged,
    ClockJumped,
    ConfigurationChanged,
    TechnicalEvent,
    TillStarted,
    VersionChanged,
)
from pos_terminal.domain.moment import Trust
from pos_terminal.testing.running import run
from tests.support.closing_days import PARIS, Hand, closures, events, sell
from tests.support.journaled import records
from tests.support.shop import CATALOG, open_shop

AUTOMATIC = "\n[closing]\nautomatic = true\n"




def evening(day: int = 30, hour: int = 18) -> Hand:
    return Hand(datetime(2026, 9, day, hour, 0, tzinfo=PARIS))








def test_forgotten_closures_are_made_at_the_next_start(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path, clock=evening()) as shop:
            await sell(shop)
        async with open_shop(tmp_path, clock=Hand(datetime(2027, 1, 4, 7, tzinfo=PARIS)),
                             more=AUTOMATIC) as shop:  # fmt: skip
            made = await shop.journaled(PeriodClosed, 3)
            assert [each.period for each in made] == [*Period]
            assert [each.label for each in made] == ["2026-09-30", "2026-09", "2026"]
            assert {each.automatic for each in made} == {True}
            await sell(shop, 2)

    run(scenario())
    (last,) = [
        r for r in records(tmp_path / "state") if r.event == closures(tmp_path / "state")[-1]
    ]
    assert records(tmp_path / "state")[-1].envelope.session == 2 > last.envelope.session - 1


def test_a_till_that_does_not_close_by_itself_says_so_and_sells_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = Hand(datetime(2026, 9, 29, 19, tzinfo=PARIS))
        async with open_shop(tmp_path, clock=clock) as shop:
            await sell(shop)
        next_day = Hand(datetime(2026, 9, 30, 5, tzinfo=PARIS))
        uncounted = "\n[tenders]\ncount_first = false\n"
        async with open_shop(tmp_path, clock=next_day, more=uncounted) as shop:
            await shop.shows("Z A FAIRE", "S-121")
            await sell(shop, 2)

    run(scenario())
    assert closures(tmp_path / "state") == []
    assert main(["close", "day", "--state", str(tmp_path / "state"), "--json"]) == 0
    (closed,) = closures(tmp_path / "state")
    assert (closed.totals.tickets, closed.label) == (2, "2026-09-29")


def test_before_the_day_ends_and_while_a_sale_is_open_nothing_is_closed(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = evening(29)
        async with open_shop(tmp_path, clock=clock, more=AUTOMATIC) as shop:
            await sell(shop)
            clock.at += timedelta(hours=9)  # three in the morning
            shop.app.put(CloseDue())
            await sell(shop, 2)
            await shop.type("1 PLU")
            await shop.shows("TRADITION")
            clock.at += timedelta(hours=2)
            shop.app.put(CloseDue())
            await shop.type("CASH")
            await shop.journaled(SaleClosed, 3)
            shop.app.put(CloseDue())
            (closed,) = await shop.journaled(PeriodClosed, 1)
            # Whichever of the two is taken behind CASH: an earlier one would have closed over less.
            assert closed.totals.tickets == 3

    run(scenario())


def test_exercises_have_their_series_their_paper_and_no_total(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path) as shop:
            shop.app.put(Train(9))
            await shop.shows("FORMATION")
            await sell(shop)
            await shop.type("TICKET")
            await shop.journaled(ReceiptPrinted)
            assert shop.app.journal
            assert shop.app.journal.running.total.net == 0
        async with open_shop(tmp_path) as shop:
            await shop.shows("FORMATION")
            shop.app.put(Train(0))
            await shop.journaled(TrainingEnded)
            await sell(shop, 2)
            assert shop.app.journal
            assert shop.app.journal.running.total.net == 130

    run(scenario())
    state = tmp_path / "state"
    sold = [(e.series, e.number) for e in events(state) if isinstance(e, SaleClosed)]
    assert sold == [("F", 1), ("T", 1)]
    assert [e.supervisor for e in events(state) if isinstance(e, TrainingStarted)] == [9]


def test_what_changed_between_two_starts_is_on_record(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path):
            pass
        async with open_shop(tmp_path, catalog=CATALOG.replace("1,30", "1,40"), more=AUTOMATIC):
            pass

    run(scenario())
    found = events(tmp_path / "state")
    starts = [e for e in found if isinstance(e, TillStarted)]
    assert [e.after for e in starts] == ["first", "stop"]
    (changed,) = [e for e in found if isinstance(e, CatalogChanged)]
    assert changed.catalog == starts[1].catalog != starts[0].catalog
    (settings,) = [e for e in found if isinstance(e, ConfigurationChanged)]
    assert (settings.before, settings.after) == (starts[0].configuration, starts[1].configuration)
    assert not any(isinstance(e, VersionChanged) for e in found)


def test_a_clock_that_jumps_is_on_record_and_stops_nobody(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = evening()
        async with open_shop(tmp_path, clock=clock) as shop:
            await sell(shop)
            clock.at += timedelta(minutes=5)
            clock.slip = 300_000_000  # the wall clock alone was put forward
            await sell(shop, 2)

    run(scenario())
    jumps = [e.by for e in events(tmp_path / "state") if isinstance(e, ClockJumped)]
    assert jumps == [300_000_000]


@pytest.mark.parametrize("year", [1970, 2026])
def test_a_clock_of_the_past_is_said_and_selling_goes_on(tmp_path: Path, year: int) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path, clock=evening()) as shop:
            await sell(shop)
        past = Hand(datetime(year, 1, 1, 1, tzinfo=PARIS), "another", Trust.UNVERIFIED)
        async with open_shop(tmp_path, clock=past, more=AUTOMATIC) as shop:
            await shop.shows("HORLOGE DOUTEUSE")
            await sell(shop, 2)

    run(scenario())
    found = events(tmp_path / "state")
    assert [e.code for e in found if isinstance(e, TechnicalEvent)] == [jet.CLOCK_DOUBTED]
    (jumped,) = [e for e in found if isinstance(e, ClockJumped)]
    assert jumped.by < 0
    assert records(tmp_path / "state")[-1].envelope.trust is Trust.UNVERIFIED
    assert closures(tmp_path / "state") == []
    assert main(["journal", "verify", "--state", str(tmp_path / "state")]) == 0


def test_a_day_across_the_end_of_summer_time_is_one_session(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = Hand(datetime(2026, 10, 24, 23, tzinfo=PARIS))
        async with open_shop(tmp_path, clock=clock) as shop:
            for number in range(1, 7):  # half past one, half past two twice, half past three
                await sell(shop, number)
                ahead = clock.at.astimezone(ZoneInfo("UTC")) + timedelta(minutes=50)
                clock.at = ahead.astimezone(PARIS)

    run(scenario())
    found = records(tmp_path / "state")
    offsets = {r.envelope.at[-6:] for r in found if isinstance(r.event, SaleClosed)}
    assert offsets == {"+02:00", "+01:00"}
    assert {r.envelope.session for r in found} == {1}
    assert not any(isinstance(r.event, ClockJumped) for r in found)


def test_the_record_of_a_jump_does_not_disturb_a_closure(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = evening()
        async with open_shop(tmp_path, clock=clock, more=AUTOMATIC) as shop:
            await sell(shop)
            clock.at += timedelta(days=1)
            clock.slip = 7_000_000
            shop.app.put(CloseDue())
            made = await shop.journaled(PeriodClosed, 2)
            assert [each.period for each in made] == [Period.DAY, Period.MONTH]

    run(scenario())
    kinds = [record.kind for record in records(tmp_path / "state")]
    assert kinds.index("clock.jumped") + 1 == kinds.index("period.closed")
