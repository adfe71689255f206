"""A grant that a person at the counter gives by PIN to another user's program, and ends again."""

import asyncio
import os
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from pos_terminal.domain.events.grants import GrantEnded, GrantGiven, GrantUsed
from pos_terminal.testing.running import PATIENCE, run
from tests.needs import need
from tests.support.channel import ACTS, STRANGER, reach
from tests.support.process import child
from tests.support.shop import open_shop
from tests.support.shop_staff import signed_on
from tests.support.staff import BOSS, LEA, PINS


def test_it_is_given_by_pin_and_ended_by_key() -> None:
    need(os.geteuid() == 0, "another user to be", "running the tests as root")

    async def body(folder: Path) -> None:
        async with open_shop(folder) as shop, AsyncExitStack() as stack:
            shop.app.acts = ACTS
            await signed_on(shop)
            stranger = await stack.enter_async_context(child(
                sys.executable, "-m", "tests.support.stranger", reach(shop.state), str(STRANGER),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            ))  # fmt: skip
            assert stranger.stdin and stranger.stdout

            async def says() -> str:
                assert stranger.stdout
                async with asyncio.timeout(PATIENCE):
                    return (await stranger.stdout.readline()).decode().strip()

            assert await says() == "asking"
            async with asyncio.timeout(PATIENCE):
                while not (shop.app.till and shop.app.till.counter.desk.access.asked):
                    await asyncio.sleep(0.01)
            await shop.type("ACCES")
            await shop.shows("ACCES CONSOLE", "CHANGER", "60 MIN ?")
            await shop.type(f"ACCES {BOSS} CLERK {PINS[BOSS]} CLERK")
            await shop.shows("ACCES DONNE")
            assert await says() == "grant 1"
            assert await says() == '{"hello":"Eve","grant":1}'
            async with asyncio.timeout(PATIENCE):
                while not shop.app.till.counter.desk.access.standing:
                    await asyncio.sleep(0.01)
            await shop.type("1 ACCES")
            await shop.shows("ACCES FINI")
            (ended,) = await shop.journaled(GrantEnded)
            stranger.stdin.write(b"\n")
            assert await says() == "C-143"
            await stranger.wait()
            (given,), (used,) = await shop.journaled(GrantGiven), await shop.journaled(GrantUsed)
            assert (given.by, used.grant, used.act) == (BOSS, 1, "Do greet.say")
            assert (ended.why, ended.by) == ("ended", LEA)

    with tempfile.TemporaryDirectory(prefix="till-") as folder:
        run(body(Path(folder) / "shop"))
