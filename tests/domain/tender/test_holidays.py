"""French public holidays and Sundays; Easter against the dates of a published table."""

from datetime import date

import pytest

from pos_terminal.domain.tender.holidays import easter, is_day_off


@pytest.mark.parametrize(
    "day",
    ["1961-04-02", "2000-04-23", "2008-03-23", "2024-03-31", "2025-04-20", "2026-04-05",
     "2027-03-28", "2038-04-25", "2285-03-22"],
)  # fmt: skip
def test_easter(day: str) -> None:
    assert easter(int(day[:4])) == date.fromisoformat(day)


def test_the_holidays_of_2026() -> None:
    off = [date(2026, m, d) for m in range(1, 13) for d in range(1, 29)]
    off += [date(2026, m, d) for m in (1, 3, 5, 7, 8, 10, 12) for d in (29, 30, 31)]
    weekdays = sorted(day for day in off if is_day_off(day) and day.weekday() != 6)
    assert [f"{day:%m-%d}" for day in weekdays] == [
        "01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-11", "12-25",
    ]  # fmt: skip
    assert is_day_off(date(2026, 11, 1)), "a Sunday as well"
    assert is_day_off(date(2026, 3, 1))
    assert not is_day_off(date(2026, 3, 2))
