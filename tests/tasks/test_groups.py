"""Races with a clean end, and the box that holds only the newest."""

import asyncio
import threading

import pytest

from pos_terminal.tasks.groups import first, forever, to_the_end
from pos_terminal.tasks.latest import Latest
from pos_terminal.testing.running import PATIENCE, run


async def fails(error: Exception) -> None:
    await asyncio.sleep(0)
    raise error


def test_the_first_to_end_ends_the_others() -> None:
    ended: list[str] = []

    async def slow() -> None:
        try:
            await forever()
        finally:
            ended.append("slow")

    async def body() -> None:
        await first(asyncio.sleep(0), slow(), slow())

    run(body())
    assert ended == ["slow", "slow"]


def test_what_one_raises_comes_out_as_it_is() -> None:
    with pytest.raises(LookupError, match="this"):
        run(first(fails(LookupError("this")), forever()))


def test_what_two_raise_comes_out_together() -> None:
    async def at_last() -> None:
        try:
            await forever()
        finally:
            raise ValueError("second")

    with pytest.raises(ExceptionGroup) as caught:
        run(first(fails(LookupError("first")), at_last()))
    assert {type(error) for error in caught.value.exceptions} == {LookupError, ValueError}


def test_a_race_can_be_called_off() -> None:
    async def body() -> None:
        race = asyncio.create_task(first(forever(), forever()))
        await asyncio.sleep(0)
        race.cancel()
        with pytest.raises(asyncio.CancelledError):
            await race

    run(body())


def test_the_newest_value_replaces_what_nobody_took() -> None:
    async def body() -> None:
        box: Latest[int] = Latest()
        box.put(1)
        box.put(2)
        value, version = await box.newer(-1)
        assert value == 2
        box.put(3)
        assert (await box.newer(version))[0] == 3

    run(body())


def test_touching_gives_the_value_again_but_not_before_there_is_one() -> None:
    async def body() -> None:
        box: Latest[int] = Latest()
        box.touch()
        waiting = asyncio.create_task(box.newer(-1))
        await asyncio.sleep(0)
        assert not waiting.done()
        box.put(7)
        value, version = await waiting
        box.touch()
        assert (await box.newer(version))[0] == value == 7

    run(body())


def test_several_readers_each_get_it() -> None:
    async def body() -> None:
        box: Latest[int] = Latest()
        readers = [asyncio.create_task(box.newer(0)) for _ in range(3)]
        await asyncio.sleep(0)
        box.put(5)
        assert [value for value, _ in await asyncio.gather(*readers)] == [5, 5, 5]

    run(body())


def test_a_cancellation_is_not_lost_to_a_contender_that_fails_with_it() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            raise ConnectionResetError

    async def body() -> None:
        racing = asyncio.create_task(first(stubborn(), asyncio.sleep(PATIENCE)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        racing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await racing

    run(body())


def test_work_off_the_loop_is_waited_for_even_by_who_is_cancelled() -> None:
    begun, may_end = threading.Event(), threading.Event()
    done: list[str] = []

    def work() -> str:
        begun.set()
        may_end.wait(PATIENCE)
        done.append("let go")
        return "answer"

    async def body() -> None:
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(to_the_end(work))
            await asyncio.to_thread(begun.wait, PATIENCE)
            waiting.cancel()
            await asyncio.sleep(0)
            assert not (waiting.done() or done)
            may_end.set()
        assert waiting.cancelled()
        assert done == ["let go"]
        assert await to_the_end(work) == "answer"

    run(body())
