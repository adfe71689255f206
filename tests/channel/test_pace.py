"""The channel's share of the loop, by a clock that only sleep and work move."""

import asyncio

import pytest

from pos_terminal.channel import pace
from pos_terminal.channel.pace import REST, SAVED, Pace


class Time:
    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(pace, "monotonic", lambda: made.now)
    monkeypatch.setattr(asyncio, "sleep", made.sleep)
    return made


async def work(one: Pace, time: Time, slices: int, seconds: float) -> None:
    for _ in range(slices):
        async with one.turn():
            time.now += seconds


def test_one_call_rests_nowhere_and_the_next_one_neither_once_it_was_quiet(time: Time) -> None:
    async def body() -> None:
        one = Pace()
        for _ in range(3):
            await work(one, time, slices=5, seconds=0.0003)
            time.now += 10 * SAVED
        assert time.slept == [0.0] * 15  # each through the loop once, all the same

    asyncio.run(body())


@pytest.mark.parametrize("seconds", [0.0001, 0.003])
def test_a_flood_has_a_tenth_of_the_time_whatever_was_saved_before_it(
    time: Time, seconds: float
) -> None:
    async def body() -> None:
        one, slices = Pace(), 500
        time.now += 3600
        begun = time.now
        await work(one, time, slices, seconds)
        worked = slices * seconds
        assert time.now - begun >= (1 + REST) * (worked - seconds) - SAVED

    asyncio.run(body())
