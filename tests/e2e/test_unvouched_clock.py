"""A clock that nothing vouches for closes nothing: somebody decides, and that is on record."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain.events.paper import ReceiptPrinted
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.events.system import CommandGiven
from pos_terminal.domain.moment import Trust
from pos_terminal.domain.period.book import EARLIEST
from pos_terminal.runtime.clock import VouchedClock
from pos_terminal.testing.running import run
from tests.support.closing_days import PARIS, Hand, closures, events, sell
from tests.support.shop import Shop, open_shop

UNCOUNTED = "\n[tenders]\ncount_first = false\n"
AUTOMATIC = UNCOUNTED + "[closing]\nautomatic = true\n"
YEARS = timedelta(days=14 * 365)


def at(*when: int, boot: str = "b", trust: Trust = Trust.SYNCHRONISED) -> Hand:
    return Hand(datetime(*when, tzinfo=PARIS), boot, trust)  # type: ignore[arg-type, misc]


def leap(clock: Hand, by: timedelta) -> None:
    """Somebody sets the wall clock; the machine's own goes on."""
    clock.at += by
    clock.slip += int(by.total_seconds() * 1_000_000)
    clock.trust = Trust.UNVERIFIED


def test_one_leap_of_the_clock_closes_neither_day_month_nor_year(tmp_path: Path) -> None:
    async def scenario() -> None:
        clock = at(2026, 11, 29, 10)
        async with open_shop(tmp_path, clock=clock, more=AUTOMATIC) as shop:
            await sell(shop)
            leap(clock, YEARS)
            await sell(shop, 2)
            assert closures(tmp_path / "state") == []
        # It is set right by a server after the night: what the leap opened is over, once.
        async with open_shop(tmp_path, clock=at(2026, 11, 30, 7, boot="c"), more=AUTOMATIC) as shop:
            await sell(shop, 3)

    run(scenario())
    (closed,) = closures(tmp_path / "state")
    assert (closed.period, closed.label, closed.totals.tickets) == (Period.DAY, "2026-11-29", 2)
    assert main(["journal", "verify", "--state", str(tmp_path / "state")]) == 0


def test_a_day_that_a_wrong_clock_opened_is_of_the_right_date_once_it_is_known(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path, clock=at(2026, 11, 28, 10), more=UNCOUNTED) as shop:
            await sell(shop)
            await shop.type("Z")
            await shop.journaled(PeriodClosed, 1)
        ahead = at(2040, 3, 1, 10, boot="c", trust=Trust.UNVERIFIED)
        async with open_shop(tmp_path, clock=ahead, more=AUTOMATIC) as shop:
            await sell(shop, 2)
        async with open_shop(tmp_path, clock=at(2026, 11, 30, 7, boot="d"), more=AUTOMATIC) as shop:
            await sell(shop, 3)
            assert shop.app.journal
            assert shop.app.journal.running.book.day.opened == "2026-11-30"

    run(scenario())
    assert [each.label for each in closures(tmp_path / "state")] == ["2026-11-28"]


@pytest.mark.parametrize("first", [(1970, 1, 1, 1), (2026, 11, 29, 19)])
def test_a_machine_that_wakes_up_in_the_past_opens_today_once_it_knows_it(
    tmp_path: Path, first: tuple[int, ...]
) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path, clock=at(2026, 11, 29, 18), more=UNCOUNTED) as shop:
            await sell(shop)
            await shop.type("Z")
            await shop.journaled(PeriodClosed, 1)
        clock = at(*first, boot="c", trust=Trust.UNVERIFIED)
        async with open_shop(tmp_path, clock=clock, more=AUTOMATIC) as shop:
            await sell(shop, 2)
            assert shop.app.journal
            assert shop.app.journal.running.book.day.opened == "2026-11-29"
            leap(clock, datetime(2026, 11, 30, 7, tzinfo=PARIS) - clock.at)
            clock.trust = Trust.SYNCHRONISED
            await sell(shop, 3)
            assert shop.app.journal.running.book.day.opened == "2026-11-30"

    run(scenario())
    assert [each.period for each in closures(tmp_path / "state")] == [Period.DAY]


def test_where_nothing_vouches_for_the_date_somebody_closes_the_month(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path, clock=at(2026, 9, 30, 18), more=UNCOUNTED) as shop:
            await sell(shop)
        later = at(2026, 10, 1, 7, boot="c", trust=Trust.UNVERIFIED)
        async with open_shop(tmp_path, clock=later, more=UNCOUNTED) as shop:
            await shop.shows("DATE A CONFIRMER", "C-122")
            await shop.type("Z")
            await shop.shows("JOURNEE CLOSE")
            await shop.type("Z")
            await shop.shows("NOUS SOMMES LE", "01/10/2026 ?")
            await shop.type("C Z 1")
            await shop.shows("S-125")
            await shop.type("C Z")
            await shop.journaled(PeriodClosed, 2)
            await shop.type("Z")
            await shop.shows("S-123")

    run(scenario())
    day, month = closures(tmp_path / "state")
    assert (day.automatic, month.automatic, month.label) == (False, False, "2026-09")


def test_a_month_that_goes_on_is_closed_for_a_reason_that_is_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> None:
        async with open_shop(tmp_path, more=UNCOUNTED) as shop:
            await sell(shop)

    def close(*words: str) -> int:
        return main(["close", *words, "--state", str(tmp_path / "state"), "--json"])

    run(scenario())
    assert close("day") == 0
    assert (close("month"), close("month", "--because", " ")) == (1, 1)
    assert capsys.readouterr().out.count("S-126") == 2
    assert close("month", "--because", "cessation") == 0
    assert close("month", "--because", "encore") == 1
    assert close("year", "--because", "cessation") == 0
    given = [event.command for event in events(tmp_path / "state") if type(event) is CommandGiven]
    assert given[-2:] == [f"close {each}, avant sa fin : cessation" for each in ("month", "year")]
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["period"] == "year"


def vouched(clock: Hand, battery: Callable[[], int | None]) -> VouchedClock:
    return VouchedClock(clock, battery)


def test_what_vouches_for_a_clock_holds_until_somebody_sets_it() -> None:
    clock = at(2026, 11, 29, 10)
    trusted = vouched(clock, lambda: None)
    trusted.recall(None, EARLIEST)
    assert trusted.now().trust is Trust.SYNCHRONISED
    clock.trust = Trust.UNVERIFIED  # the network is away for the night
    clock.at += timedelta(hours=20)
    assert trusted.now().trust is Trust.SYNCHRONISED
    leap(clock, timedelta(seconds=50))
    assert trusted.now().trust is Trust.UNVERIFIED
    leap(clock, -timedelta(seconds=50))
    assert trusted.now().trust is Trust.SYNCHRONISED
    # The same boot, another process: the journal's last record remembers.
    again = vouched(clock, lambda: None)
    again.recall(trusted.now(), "2026-11-29")
    assert again.now().trust is Trust.SYNCHRONISED
    clock.boot = "c"
    again = vouched(clock, lambda: None)
    again.recall(trusted.now(), "2026-11-29")
    assert again.now().trust is Trust.UNVERIFIED


@pytest.mark.parametrize(
    ("apart", "closed_for", "trust"),
    [
        (0, timedelta(hours=14), Trust.KEPT),
        (59, timedelta(days=61), Trust.KEPT),
        (61, timedelta(hours=14), Trust.UNVERIFIED),
        (0, timedelta(days=63), Trust.UNVERIFIED),
        (0, -timedelta(minutes=1), Trust.UNVERIFIED),
    ],
)
def test_a_battery_vouches_for_a_date_that_can_be(
    apart: int, closed_for: timedelta, trust: Trust
) -> None:
    last = at(2026, 11, 29, 18, boot="before").now()
    clock = at(2026, 11, 29, 18, trust=Trust.UNVERIFIED)
    clock.at += closed_for
    trusted = vouched(clock, lambda: int(clock.at.timestamp()) + apart)
    trusted.recall(last, "2026-11-29")
    assert trusted.now().trust is trust
    clock.at += timedelta(hours=1)
    assert trusted.now().trust is trust
    leap(clock, timedelta(hours=1))
    assert trusted.now().trust is Trust.UNVERIFIED


@pytest.mark.slow
def test_a_paper_says_of_its_time_what_its_record_does_whatever_the_clock_says_by_then(
    tmp_path: Path,
) -> None:
    async def printed(shop: Shop, keys: str, count: int) -> bool:
        """Whether the paper that is asked for says that nothing vouches for its time."""
        await shop.type(keys)
        await shop.journaled(ReceiptPrinted, count)
        return "Heure non vérifiée" in shop.bench.printer.papers[-1].text

    async def scenario() -> None:
        clock = at(2026, 11, 29, 10, trust=Trust.UNVERIFIED)
        async with open_shop(tmp_path, clock=clock, more=UNCOUNTED) as shop:
            assert await printed(shop, "1 PLU CASH TICKET", 1)
            clock.trust = Trust.SYNCHRONISED
            assert await printed(shop, "TICKET", 2)
            assert not await printed(shop, "1 PLU CASH TICKET", 3)
            assert await printed(shop, "1 TICKET", 4)
        # Of another till's memory, and of the projection alone.
        async with open_shop(tmp_path, clock=at(2026, 11, 29, 18), more=UNCOUNTED) as shop:
            assert await printed(shop, "1 TICKET", 5)
            assert not await printed(shop, "2 TICKET", 6)

    run(scenario())
