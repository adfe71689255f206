"""What time it is."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pos_terminal.domain.moment import Trust
from pos_terminal.runtime.clock import SystemClock, moment

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("utc", "at"),
    [
        ("2026-01-05T07:30:00+00:00", "2026-01-05T08:30:00.000+01:00"),
        ("2026-10-25T00:30:00+00:00", "2026-10-25T02:30:00.000+02:00"),
        ("2026-10-25T01:30:00+00:00", "2026-10-25T02:30:00.000+01:00"),
        ("2026-12-31T23:30:00.999+00:00", "2027-01-01T00:30:00.999+01:00"),
    ],
)
def test_a_moment_is_the_shops_time_with_its_offset(utc: str, at: str) -> None:
    micros = round(datetime.fromisoformat(utc).timestamp() * 1_000_000)
    made = moment(micros, PARIS, boot="boot", trust=Trust.SIMULATED)
    assert (made.at, made.utc, made.boot) == (at, micros, "boot")
    assert made.day.isoformat() == at[:10]
    assert made.local == datetime.fromisoformat(utc)


def test_the_machines_clock() -> None:
    clock = SystemClock(PARIS)
    first, second = clock.now(), clock.now()
    assert first.boot == second.boot and len(first.boot) == 36
    assert first.mono <= second.mono
    assert abs(first.local.timestamp() - first.utc / 1e6) < 0.001
    assert first.trust in (Trust.SYNCHRONISED, Trust.UNVERIFIED)
