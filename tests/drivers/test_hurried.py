"""The loop that sits no wait out: it jumps over nothing that is still to come."""

import asyncio
import sys
import time
from pathlib import Path

import pytest

from pos_driver_sim.far_end import Pty
from pos_terminal.links.serial import SerialSettings, serial_link
from pos_terminal.testing.hurried import run_hurried

HOUR = 3600.0


def test_what_is_late_comes_in_its_place_over_a_real_line(tmp_path: Path) -> None:
    """Half an hour of silence, then an answer that takes an hour: all in the order of the clock."""

    async def body() -> None:
        loop = asyncio.get_running_loop()
        wire = Pty(tmp_path / "line", lambda _: None)
        wire.plug()
        async with serial_link(SerialSettings(port=str(wire.path))) as link:
            begun = loop.time()
            loop.call_later(HOUR, wire.answer, b"late")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(HOUR / 2):
                    await link.receive()
            for _ in range(20):  # what is on its way is never jumped over
                wire.answer(b"now")
                async with asyncio.timeout(HOUR / 100):
                    assert await link.receive() == b"now"
            assert await link.receive() == b"late"
            assert HOUR <= loop.time() - begun < HOUR + 60
        wire.unplug()

    run_hurried(body())


def test_threads_and_children_are_given_their_time() -> None:
    async def body() -> None:
        async with asyncio.timeout(HOUR):
            await asyncio.to_thread(time.sleep, 0.1)
        async with asyncio.timeout(HOUR):
            child = await asyncio.create_subprocess_exec(sys.executable, "-c", "pass")
            assert await child.wait() == 0

    run_hurried(body())
