"""When a shop is open next, against a walk minute by minute; and when a silent box is dead."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.health.opening import DAYS, next_open, next_opening, openings
from pos_terminal.domain.health.silence import CLOSED, LATE, Life, Patience, due, is_expected
from pos_terminal.domain.health.silence import nobody_calls as deaf

PARIS = ZoneInfo("Europe/Paris")
HOUR = 3_600_000_000
clocks = st.integers(0, 47).map(lambda half: f"{half // 2:02d}:{half % 2 * 30:02d}")
lines = st.builds(
    lambda day, begins, ends: f"{day} {begins}-{ends}", st.sampled_from(DAYS), clocks, clocks
)


def is_open(hours: list[str], at: datetime) -> bool:
    """By the clock on the wall alone."""
    for line in hours:
        day, _, span = line.partition(" ")
        begins, _, ends = span.partition("-")
        today, yesterday = (DAYS[(at - timedelta(days=back)).weekday()] == day for back in (0, 1))
        wall = f"{at:%H:%M}"
        night = ends <= begins
        if today and begins <= wall and (night or wall < ends):
            return True
        if yesterday and night and wall < ends:
            return True
    return False


@given(st.lists(lines, min_size=1, max_size=4), st.integers(0, 7 * 48 - 1))
def test_the_next_moment_open_is_the_first_on_the_wall(hours: list[str], half: int) -> None:
    at = datetime(2026, 6, 1, tzinfo=PARIS) + timedelta(minutes=30 * half)
    walk = (at + timedelta(minutes=30 * step) for step in range(8 * 48))
    assert next_open(openings(hours), at) == next(each for each in walk if is_open(hours, each))


def test_hours_are_read_as_they_are_written() -> None:
    hours = openings(["Mo-Fr,Su 07:00-13:00,15:00-19:30", "Sa 18:00-02:00"])
    assert len(hours) == 13
    friday = datetime(2026, 6, 5, 19, 30, tzinfo=PARIS)
    assert next_open(hours, friday) == friday.replace(day=6, hour=18, minute=0)
    assert next_open((), friday) is None
    noon = friday.replace(hour=12)
    assert next_open(hours, noon) == noon
    later = noon.replace(hour=15, minute=0)
    assert next_opening(hours, noon) == later, "who closes early opens with the next hours"
    # The night on which clocks are set back: still the wall's hours.
    night = datetime(2026, 10, 24, 23, 0, tzinfo=PARIS)
    assert next_open(openings(["Su 07:00-12:00"]), night) == datetime(2026, 10, 25, 7, tzinfo=PARIS)


@pytest.mark.parametrize(
    "line", ["", "Mo", "Lu 07:00-12:00", "Mo 7:00-12:00", "Mo 07:00-25:00", "Mo 07:00", "Mo-"]
)
def test_what_is_no_hours_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="Mo-Fr"):
        openings([line])


def test_a_closed_shop_is_due_at_its_opening_and_an_open_one_at_once() -> None:
    patience = Patience()
    assert due(Life(HOUR, 0, 0, closed=False), patience) == HOUR + LATE
    assert due(Life(HOUR, 0, None, closed=False), patience) == HOUR + LATE
    assert due(Life(HOUR, 0, None, closed=True), patience) == HOUR + CLOSED
    # Its clock stands in 1970: what counts is in how long it opens.
    closed = Life(HOUR, 5, 5 + 9 * HOUR, closed=True)
    assert due(closed, patience) == 10 * HOUR + LATE
    assert not is_expected(closed, 9 * HOUR) and is_expected(closed, 10 * HOUR)


def test_the_receiver_is_deaf_where_most_that_should_be_heard_are_not() -> None:
    assert deaf([True] * 3 + [False] * 2)
    assert not deaf([True] * 2 + [False] * 2 + [False])
    assert not deaf([True] * 4), "too few to tell"
