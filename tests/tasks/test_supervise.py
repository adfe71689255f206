"""A supervised task: started again, its pauses, its status; what ends it and what does not."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import pytest

from pos_terminal.tasks.groups import forever
from pos_terminal.tasks.supervise import Supervisor, TaskState, TaskStatus, Work
from pos_terminal.testing.running import run

RUNNING, HUNG, PAUSING, STOPPED = TaskState


class Watch:
    """A clock that stands still until it is set."""

    time = 0.0

    def __call__(self) -> float:
        return self.time


class Pauseless(Supervisor):
    """Supervises without taking time over it; `asked` has the pauses that it should have made."""

    def __init__(self, now: Callable[[], float] | None = None) -> None:
        super().__init__(now=now or Watch())
        self.asked: list[float] = []

    def pause(self, failures: int) -> float:
        self.asked.append(super().pause(failures))
        return 0.0


def supervising(
    made: Supervisor,
    work: Work,
    during: Callable[[], Awaitable[object]],
    *,
    silence: float | None = None,
) -> list[TaskStatus]:
    """Supervise `work` while `during` runs; all statuses that observers were told of."""
    told: list[TaskStatus] = []
    made.observers.add(told.append)

    async def body() -> None:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(made.supervised("side", work, silence=silence))
            await asyncio.sleep(0)
            await during()
            task.cancel()

    run(body())
    return told


def fails_with(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("end", ["raise", "return", "exit", "cancelled"])
def test_whatever_ends_it_it_is_started_again_after_growing_pauses(end: str) -> None:
    made = Pauseless()
    began: list[int] = []
    enough = asyncio.Event()

    async def work() -> None:
        began.append(1)
        if len(began) == 7:
            enough.set()
            await forever()
        await asyncio.sleep(0)
        if end == "raise":
            raise LookupError("a\nbug")
        if end == "exit":
            sys.exit(3)
        if end == "cancelled":
            raise asyncio.CancelledError

    async def during() -> None:
        await enough.wait()
        [status] = made
        says = {
            "raise": "LookupError: a bug",
            "return": "Ended: it returned",
            "exit": "SystemExit: 3",
            "cancelled": "Ended: what it waited for was cancelled",
        }[end]
        assert (status.state, status.restarts, status.error) == (RUNNING, 6, says)

    told = supervising(made, work, during)
    assert made.asked == [1.0, 5.0, 30.0, 300.0, 300.0, 300.0]
    assert [each.state for each in told] == [PAUSING, RUNNING] * 6


@pytest.mark.parametrize(("up", "pauses"), [(299.0, [1.0, 5.0]), (300.0, [1.0, 1.0])])
def test_the_pauses_begin_anew_once_it_has_stayed_up(up: float, pauses: list[float]) -> None:
    watch = Watch()
    made = Pauseless(watch)
    enough = asyncio.Event()

    async def work() -> None:
        if len(made.asked) == 2:
            enough.set()
            await forever()
        await asyncio.sleep(0)
        watch.time += up if made.asked else 0.0
        raise LookupError

    supervising(made, work, enough.wait)
    assert made.asked == pauses


def test_its_steps_are_seen_and_their_end_too() -> None:
    watch = Watch()
    made = Pauseless(watch)
    go_on = asyncio.Event()

    async def work() -> None:
        await go_on.wait()
        await forever()

    async def during() -> None:
        watch.time = 40.0
        assert [(each.since, each.stepped) for each in made] == [(0.0, 0.0)]
        go_on.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        watch.time = 90.0
        assert [(each.since, each.stepped) for each in made] == [(0.0, 40.0)]

    assert supervising(made, work, during) == []


def test_one_that_is_silent_for_too_long_is_hung_and_started_again() -> None:
    made = Pauseless()
    enough = asyncio.Event()
    began: list[int] = []

    async def work() -> None:
        began.append(1)
        if len(began) == 2:
            enough.set()
        for _ in range(3):  # alive: each step begins its time anew
            await asyncio.sleep(0.01)
        await forever()

    async def during() -> None:
        await enough.wait()
        assert [each.error for each in made] == ["Silent: it did nothing for 0 s"]

    told = supervising(made, work, during, silence=0.02)
    assert [each.state for each in told][:3] == [HUNG, PAUSING, RUNNING]


def test_one_that_cannot_be_thrown_out_is_said_to_hang() -> None:
    made = Pauseless()
    let_go = asyncio.Event()

    async def work() -> None:
        while not let_go.is_set():
            try:
                await forever()
            except asyncio.CancelledError:
                await let_go.wait()

    async def during() -> None:
        while [each.state for each in made] != [HUNG]:
            await asyncio.sleep(0)
        let_go.set()

    told = supervising(made, work, during, silence=0.001)
    assert told[0].state is HUNG


def test_a_time_out_of_its_own_is_no_silence() -> None:
    made = Pauseless()
    enough = asyncio.Event()

    async def work() -> None:
        if any(each.restarts for each in made):
            enough.set()
        async with asyncio.timeout(0):
            await forever()

    told = supervising(made, work, enough.wait, silence=60.0)
    assert told[0].error == "TimeoutError"


def test_it_can_be_stopped_by_somebody_and_started_again() -> None:
    made = Pauseless()
    ended: list[str] = []

    async def work() -> None:
        try:
            await forever()
        finally:
            ended.append("ended")

    async def during() -> None:
        made.stop("side", "the technician")
        made.stop("side", "somebody later")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [(each.state, each.by) for each in made] == [(STOPPED, "the technician")]
        assert ended == ["ended"]
        made.start("side")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [(each.state, each.by, each.restarts) for each in made] == [(RUNNING, "", 1)]

    supervising(made, work, during)
    assert (made.asked, ended) == ([], ["ended", "ended"])


def test_stopped_and_started_in_one_breath_it_runs() -> None:
    made = Pauseless()

    async def during() -> None:
        made.stop("side", "the technician")
        made.start("side")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [(each.state, each.restarts) for each in made] == [(RUNNING, 1)]

    supervising(made, forever, during)


def test_stopped_it_can_be_called_off() -> None:
    made = Pauseless()

    async def during() -> None:
        made.stop("side", "the technician")

    supervising(made, forever, during)
    assert list(made) == []


def test_a_start_cuts_the_pause_short() -> None:
    made = Supervisor()
    enough = asyncio.Event()

    async def work() -> None:
        if any(each.restarts for each in made):
            enough.set()
            await forever()
        raise LookupError

    async def during() -> None:
        assert [each.state for each in made] == [PAUSING]
        made.start("side")
        await enough.wait()

    supervising(made, work, during)


def test_names_are_unique_and_known() -> None:
    made = Pauseless()

    async def during() -> None:
        with pytest.raises(ValueError, match="side"):
            await made.supervised("side", forever)
        with pytest.raises(KeyError):
            made.stop("other", "somebody")

    supervising(made, forever, during)


def test_an_observer_that_fails_disturbs_nobody() -> None:
    made = Pauseless()
    made.observers.add(lambda status: fails_with(LookupError("an observer's bug")))
    ends = made.observers.add(lambda status: fails_with(AssertionError("it was taken away")))
    ends()

    async def during() -> None:
        made.stop("side", "the technician")

    assert [each.state for each in supervising(made, forever, during)] == [STOPPED]
