"""Scan to display by turns quiet and beside another program: disk and machine are the same to both.

The other program is a process of its own: what it takes of its own loop is in no figure. It begins
with a line, works until its input ends, and then says how often it was answered.
"""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import quantile
from bench.shop import Ends, Shop, barcode, name
from tests.support.process import child

STRETCH = 25
"""Scans between two changes from quiet to busy and back."""

LINES = 5
PAUSE = 0.02
SETTLING = 0.2
"""Seconds that the other program has to begin, or to end, before it counts."""

SLOWER = 1.10
"""The bar of the median beside the other program, as a multiple of the quiet one."""


@dataclass(slots=True)
class Turns:
    """Seconds from scan to display, and how often the other program was answered meanwhile."""

    quiet: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    answers: int = 0

    @property
    def bar(self) -> float:
        """What the busy median may be at most, in ms."""
        return round(quantile(self.quiet, 0.5) * 1000 * SLOWER, 3)


async def turns(
    shop: Shop, module: str, count: int, *given: str, pause: float = PAUSE
) -> Turns:
    """So many scans of either kind, `pause` seconds apart; `module` is run with the till's socket,
    and what else it is given.
    """
    found = Turns()
    for _ in range(max(1, count // STRETCH)):
        found.quiet += await _scans(shop.ends, pause)
        async with _beside(module, shop.state / "till", *given) as answers:
            found.busy += await _scans(shop.ends, pause)
        found.answers += answers[0]
        await asyncio.sleep(SETTLING)
    return found


async def _scans(ends: Ends, pause: float) -> list[float]:
    taken = []
    for index in range(STRETCH):
        plu = 1 + index % 6
        before, sent = len(ends.display.frames), time.monotonic()
        await ends.scanner.scan(barcode(plu))
        taken.append(await ends.frame(before, name(plu)) - sent)
        if index % LINES == LINES - 1:
            before = len(ends.display.frames)
            await ends.type("CASH")
            await ends.frame(before, "MERCI")
        await asyncio.sleep(pause)
    return taken


@asynccontextmanager
async def _beside(module: str, till: Path, *given: str) -> AsyncIterator[list[int]]:
    """The other program, until the block ends; then how many answers it had."""
    answers: list[int] = []
    command = (sys.executable, "-m", module, str(till), *given)
    async with child(*command, stdin=PIPE, stdout=PIPE) as process:
        assert process.stdout
        await process.stdout.readline()
        await asyncio.sleep(SETTLING)
        yield answers
        told, _ = await process.communicate(b"")  # an end of its input: let go
        answers.append(int(told))


Work = Callable[[Path, list[int]], Coroutine[None, None, None]]


def be_beside(*works: Work) -> None:
    """Be the other program: all of that at once, each with the till and a count that it raises."""
    asyncio.run(_work(Path(sys.argv[1]), works))


async def _work(till: Path, works: tuple[Work, ...]) -> None:
    answers = [0]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(till, answers)) for work in works]
        print(flush=True)
        await asyncio.to_thread(sys.stdin.read)  # until whoever started it lets go
        for task in tasks:
            task.cancel()
    print(answers[0])
