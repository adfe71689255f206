"""The page of closures: that of any day is found, however long ago it was."""

import re
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from pos_service_console import sales_of
from pos_service_console.pages.closures import SHOWN, ClosurePages
from pos_terminal.agent.console_pages import Asked, Html, NoSuchPage, Visitor
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodTotals
from pos_terminal.domain.events.values import ConsoleRole
from pos_terminal.testing.running import run
from tests.support.service_world import world

FIRST = date(2023, 9, 1)
DAYS = 800
"""More than the page lists; each has its Z but Sundays, and one that ran on for a day."""

FORGOTTEN = date(2023, 12, 5)


def closures() -> list[tuple[str, PeriodClosed]]:
    """When each was made, and it; a fiscal year begins in October."""
    made: list[tuple[str, Period, str]] = []
    for day in (FIRST + timedelta(each) for each in range(DAYS)):
        after = day + timedelta(1)
        if day.weekday() != 6 and day != FORGOTTEN:
            late = day + timedelta(1) == FORGOTTEN
            made.append((f"{after if late else day}T20:00:00", Period.DAY, day.isoformat()))
        if after.day == 1:
            made.append((f"{after}T08:00:00", Period.MONTH, day.isoformat()[:7]))
        if (after.month, after.day) == (10, 1):
            made.append((f"{after}T08:00:01", Period.YEAR, str(day.year - 1)))
    return [
        (at, PeriodClosed(
            period=period, number=number, label=label, first=1, last=2, sessions=(1, 1),
            totals=PeriodTotals(), net_ever=0, absolute_ever=0, year_begins=10,
        ))
        for number, (at, period, label) in enumerate(made, 1)
    ]  # fmt: skip


def test_that_of_any_day_is_found_with_its_month_s_and_its_fiscal_year_s(tmp_path: Path) -> None:
    rows = [
        (seq, at, made.period.value, made.number, made.label, msgspec.json.encode(made))
        for seq, (at, made) in enumerate(closures(), 1)
    ]
    visitor = Visitor(ConsoleRole.MANAGER, 1, "grant", "key")

    async def body() -> None:
        async with world(tmp_path, {}, "console") as (agent, _):
            sales = sales_of(agent)
            sql = "INSERT INTO closure VALUES (?, ?, ?, ?, ?, ?)"
            await sales.ask(lambda db: db.executemany(sql, rows))

            async def shown(on: str) -> list[str]:
                asked = Asked(visitor, "", query={"on": on} if on else {})
                page = await ClosurePages(agent, sales).answer(asked)
                assert isinstance(page, Html)
                text = re.sub("<[^>]+>", " ", page.body)
                return [" ".join(each) for each in re.findall(r"(jour|mois|année) +([\d-]+)", text)]

            assert len(rows) > SHOWN and len(await shown("")) == SHOWN
            assert "jour 2023-10-02" not in await shown("")
            for day, wanted in (
                ("2023-10-02", ["année 2023", "mois 2023-10", "jour 2023-10-02"]),
                ("2023-09-30", ["année 2022", "mois 2023-09", "jour 2023-09-30"]),
                ("2023-10-01", ["année 2023", "mois 2023-10"]),  # a Sunday
                ("2023-12-05", ["année 2023", "mois 2023-12", "jour 2023-12-04"]),
                ("1999-01-01", []),
            ):
                assert await shown(day) == wanted, day
            with pytest.raises(NoSuchPage):
                await shown("2023-02-30")

    run(body())
