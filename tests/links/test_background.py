"""Work beside an open device."""

import asyncio

import pytest

from pos_terminal.links.background import background
from pos_terminal.testing.running import PATIENCE, run


def test_work_ends_with_its_block() -> None:
    async def body() -> None:
        ended = []

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)

        async with background(work()):
            await asyncio.sleep(0)
            assert not ended
        assert ended

    run(body())


def test_an_error_of_the_block_passes_as_it_is() -> None:
    async def body() -> None:
        error = KeyError("block")
        with pytest.raises(KeyError) as raised:
            async with background(asyncio.sleep(PATIENCE)):
                raise error
        assert raised.value is error

    run(body())


def test_an_error_of_the_work_takes_the_place_of_the_block() -> None:
    async def body() -> None:
        async def work() -> None:
            raise KeyError("work")

        with pytest.raises(KeyError, match="work"):
            async with background(work()):
                await asyncio.sleep(PATIENCE)

    run(body())


def test_a_cancelled_block_stays_cancelled() -> None:
    async def body() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), background(asyncio.sleep(PATIENCE)):
                await asyncio.sleep(PATIENCE)

    run(body())
