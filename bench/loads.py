"""Scan to display beside each thing that the console and its API bear, on a whole machine and on a
quarter of one core.

The till and the agent are processes of their own; so is the program at the other end, by turns
there and away (`turns`). What is asked of the agent goes by TLS, as a program in the shop's network
asks it. Today is asked of a file such as the agent keeps, in a process beside the till: its page is
for somebody who is signed in, and none of the bench's shops has clerks.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from itertools import count
from pathlib import Path
from threading import Thread

import apsw

from bench import console
from bench.api import SETTINGS, SOCKETS, crowd, port_of, trusting
from bench.figures import Figure, Setting, latencies, quantile
from bench.shop import PROGRAM, Shop, open_shop
from bench.small_machine import PAUSE as A_CLERKS_PAUSE
from bench.small_machine import Unavailable, quarter_of_a_core, within
from bench.turns import PAUSE, Work, be_beside, turns
from pos_service_console.static.pos_api import Till
from pos_terminal.channel.api import TokenAsked
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.interface import TOKEN
from pos_terminal.domain.staff import tokens
from tests.support.agent import AgentProcess

SCANS, SCANS_OF_QUARTER = 300, 100
LONGER = 2.0
"""The bar of the 99th percentile: so many milliseconds beyond the quiet one."""

A_PAPER, A_WEIGHT, A_LOOK = 0.2, 0.1, 0.125
"""Seconds between two papers, two weights, two looks at Today: of eight windows, each once
a second.
"""

WHAT = {
    "print": "papers by the API",
    "weight": "weights by WebSocket",
    "today": "Today asked",
    "idle": f"{SOCKETS} idle connections",
}


def measure(setting: Setting) -> list[Figure]:
    """Each load, whole and by a quarter; the latter is left out, with the reason, where it must."""
    with closing(console.made(setting.directory / "loads.db", setting.rounds(console.TICKETS))):
        found = asyncio.run(_measure(setting, "loads", "", (), setting.rounds(SCANS), PAUSE))
        try:
            with quarter_of_a_core() as group:
                found += asyncio.run(_measure(
                    setting, "loads.quarter", "a quarter of a core: ", within(group),
                    setting.rounds(SCANS_OF_QUARTER), A_CLERKS_PAUSE,
                ))  # fmt: skip
        except Unavailable as reason:
            print(f"loads on a quarter of a core are left out: {reason}", file=sys.stderr)
    return found


async def _measure(
    setting: Setting, key: str, where: str, inside: Sequence[str], scans: int, pause: float
) -> list[Figure]:
    found: list[Figure] = []
    async with (
        _shop(setting.directory / key, inside) as (shop, port, secret),
        asyncio.TaskGroup() as group,
    ):
        changing = group.create_task(_weights(shop))
        for load, what in WHAT.items():
            given = (load, str(port), secret, str(setting.directory / "loads.db"))
            took = await turns(shop, "bench.loads", scans, *given, pause=pause)
            longest = quantile(took.quiet, 0.99) * 1000 + LONGER
            found += latencies(
                f"{key}.{load}", f"{where}scan to display, {what}", took.busy,
                limit=("quiet", took.quiet), p50_at_most=took.bar, p99_at_most=round(longest, 3),
            )  # fmt: skip
            found.append(Figure(key=f"{key}.{load}.times", value=took.answers, unit="",
                                what=f"{where}{what}: so often, or so many held"))  # fmt: skip
        changing.cancel()
    return found


@asynccontextmanager
async def _shop(folder: Path, inside: Sequence[str]) -> AsyncIterator[tuple[Shop, int, str]]:
    """The shop, its console's port, and a token for what is asked of it."""
    run = (*inside, str(PROGRAM), "run")
    async with open_shop(folder, more=SETTINGS) as shop, shop.started(*run) as terminal:
        await terminal.all_open(len(shop.ends.devices))
        async with AgentProcess(folder, till=shop.state, within=inside) as agent:
            await agent.start()
            port = await asyncio.to_thread(port_of, agent.log)
            asked = TokenAsked("bench", [tokens.PRINT, tokens.WEIGH], 3600)
            secret = (await AsyncClient(shop.state / "till").call(TOKEN, asked)).grant
            yield shop, port, secret
            await agent.stop()


async def _weights(shop: Shop) -> None:
    """What lies on the scale changes: whoever follows it is told."""
    for number in count():
        shop.ends.scale.grams = 100 + 5 * (number % 100)
        await asyncio.sleep(A_WEIGHT)


async def _print(till: Till, answers: list[int]) -> None:
    lines = [{"text": f"{line + 1} CROISSANT AU BEURRE", "right": "1,30"} for line in range(20)]
    for number in count():
        key = f"{os.getpid()}-{number}"
        done = await asyncio.to_thread(till.print, key, "bench", lines)
        answers[0] += done["outcome"] == "printed"
        await asyncio.sleep(A_PAPER)


async def _follow(till: Till, answers: list[int]) -> None:
    def read() -> None:
        with suppress(OSError):
            for _ in till.follow("/weight/live"):
                answers[0] += 1

    Thread(target=read, daemon=True).start()
    await asyncio.Event().wait()


async def _look(file: Path, answers: list[int]) -> None:
    with closing(apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)) as db:
        while True:
            console.today(db)
            answers[0] += 1
            await asyncio.sleep(A_LOOK)


async def _hold(held: int, answers: list[int]) -> None:
    answers[0] = held
    await asyncio.Event().wait()


def _till(port: str, secret: str) -> Till:
    till = Till(f"https://localhost:{port}", secret)
    till._tls = trusting()
    return till


def _be(load: str, port: str, secret: str, file: str) -> None:
    works: dict[str, Work] = {
        "print": lambda _, answers: _print(_till(port, secret), answers),
        "weight": lambda _, answers: _follow(_till(port, secret), answers),
        "today": lambda _, answers: _look(Path(file), answers),
        "idle": lambda _, answers: _hold(held, answers),
    }
    with ExitStack() as stack:  # all of them are there before it says that it begins
        held = crowd(stack, int(port), addresses=SOCKETS) if load == "idle" else 0
        be_beside(works[load])


if __name__ == "__main__":
    _be(*sys.argv[2:])
