"""Whatever a sale goes on without is made to fail, in every way, while a clerk sells.

The tasks are those of a terminal whose settings ask for all that there are: one that is added is
among them, or fails the test that looks for it.
"""

import asyncio
import os
import re
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from pos_terminal.domain.events.cash import DrawerOpened
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import SaleClosed, SaleOpened
from pos_terminal.journal.database import NAME
from pos_terminal.journal.verify import verify
from pos_terminal.runtime import app
from pos_terminal.runtime.app import App
from pos_terminal.tasks.groups import forever
from pos_terminal.tasks.supervise import SideTask, TaskState, TaskStatus
from pos_terminal.testing.running import PATIENCE, run
from tests.support.shop import Shop, open_shop

EVERYTHING = """
[seller]
address = ["12, rue de l'Eglise", "35000 Rennes"]
siret = "73282932000074"
vat = "FR44732829320"

[witness]
directory = "{medium}"

[backup]
directory = "{medium}"

[invoices]
directory = "factures"

[inspection]
directory = "{medium}"

[[terminals]]
device = "tpe"

[devices.counter]
class = "scanner"
driver = "evdev"
device = "/dev/input/by-id/none"
"""
"""What has a task of its own where the settings ask for it: the last is a place of a real box's."""

NAMED = re.compile(r"""["']([a-z -]+)(?: \{port.name\})?["']\]?(?: =|:) SideTask\(""")
ROOM = 60
"""File descriptors that a leak may take before there are no more."""


SILENCE = 0.4
"""Seconds without a step after which a task counts as hung here."""


class Saboteur:
    """Stands in for one side task: does its work until it is told to do something worse."""

    def __init__(self, task: SideTask) -> None:
        self._work = task.work
        self.do: Callable[[], Awaitable[object]] = task.work
        self.held: list[int] = []
        self.let_go = asyncio.Event()

    async def __call__(self) -> None:
        if self.do is not self._work:
            await self.do()
        async with asyncio.TaskGroup() as group:  # its own silences are longer than the test's
            working = group.create_task(self._work())
            while not working.done():
                await asyncio.wait((working,), timeout=SILENCE / 10)

    def mend(self) -> None:
        """Give back what was taken, and work again."""
        while self.held:
            os.close(self.held.pop())
        self.let_go.set()
        self.do = self._work

    async def raises(self) -> None:
        raise LookupError("a bug")

    async def exits(self) -> None:
        raise SystemExit(3)

    async def hangs(self) -> None:
        await forever()

    async def clings(self) -> None:
        """Hangs, and does not let itself be cancelled."""
        while not self.let_go.is_set():
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                continue

    async def leaks(self) -> None:
        """Takes every file descriptor that there is, and keeps them."""
        while True:
            self.held.append(os.open("/dev/null", os.O_RDONLY))
            await asyncio.sleep(0)


@contextmanager
def little_room() -> Iterator[None]:
    """No more than ROOM further file descriptors for this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(int(each.name) for each in Path("/proc/self/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def status(shop: Shop, name: str) -> TaskStatus:
    return next(each for each in shop.app.tasks if each.name == name)


async def comes_to(shop: Shop, name: str, state: TaskState, error: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while status(shop, name).state is not state or error not in status(shop, name).error:
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"{status(shop, name)}, not {state} with {error!r}") from None


async def said(shop: Shop, code: str, before: int) -> None:
    """Wait until the display has shown that code, though perhaps another came over it since: who
    has no file left hears of the witness too.
    """
    display = shop.bench.display
    await display.wait_for(lambda _: any(code in each.line2 for _, each in display.frames[before:]))


WAYS = {
    "raises": (TaskState.PAUSING, "LookupError: a bug"),
    "exits": (TaskState.PAUSING, "SystemExit: 3"),
    "hangs": (TaskState.PAUSING, "Silent: "),
    "clings": (TaskState.HUNG, ""),
    "leaks": (TaskState.PAUSING, "Too many open files"),
}


LONG = ("hangs", "clings")
"""Noticed by their silence, one task after the other."""


@asynccontextmanager
async def shop_with_all(
    folder: Path, prepare: Callable[[App], None] = lambda _: None
) -> AsyncIterator[Shop]:
    medium = folder / "medium"
    medium.mkdir()
    more = EVERYTHING.format(medium=medium)
    program = lambda: "cd" * 32  # noqa: E731
    async with open_shop(folder, more=more, program=program, prepare=prepare) as shop:
        yield shop


def test_no_side_task_is_left_out(tmp_path: Path) -> None:
    runtime = Path(app.__file__).parent
    named = {name for file in runtime.rglob("*.py") for name in NAMED.findall(file.read_text())}

    async def body() -> None:
        async with shop_with_all(tmp_path) as shop:
            assert shop.app.channel
            tried = {name.removesuffix(" tone") for name in shop.app.side}
            assert tried == named | set(shop.app.channel.tasks())

    run(body())


@pytest.mark.parametrize(
    "way",
    [pytest.param(each, marks=pytest.mark.slow) if each in LONG else each for each in WAYS],
)
def test_the_sale_goes_on_whatever_a_side_task_does(tmp_path: Path, way: str) -> None:
    state, error = WAYS[way]
    saboteurs: dict[str, Saboteur] = {}

    def prepare(app: App) -> None:
        for name, task in app.side.items():
            saboteurs[name] = Saboteur(task)
            silence = SILENCE if way in ("hangs", "clings") else None
            app.side[name] = SideTask(saboteurs[name], silence)

    async def sabotage(shop: Shop, name: str) -> None:
        saboteur = saboteurs[name]
        shop.app.tasks.stop(name, "the test")
        await comes_to(shop, name, TaskState.STOPPED, "")
        saboteur.do = getattr(saboteur, way)
        shop.app.tasks.start(name)
        await comes_to(shop, name, state, error)

    async def body() -> None:
        async with shop_with_all(tmp_path, prepare) as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed, 1)
            with little_room():
                for sold, name in enumerate(saboteurs, 2):
                    before = len(shop.bench.display.frames)
                    await sabotage(shop, name)
                    await said(shop, "C-106", before)
                    await shop.bench.wedge.scan("3000100028864")
                    await shop.shows("BAGUETTE")
                    await shop.type("CASH")
                    await shop.shows("1,00")
                    assert shop.app.journal
                    while shop.app.journal.running.counts.tickets["T"] < sold:
                        await asyncio.sleep(0.005)
                    saboteurs[name].mend()
                    shop.app.tasks.start(name)
        assert verify(shop.state / NAME).counts.tickets["T"] == 1 + len(saboteurs)

    run(body())


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (SaleOpened(sale=99, catalog="c0" * 32), "OutOfStep: sale 99 opened after sale 1"),
        (DrawerOpened(reason="", authority=2**60), "ValueError: "),
    ],
)
def test_a_record_that_cannot_be_is_the_trouble_of_who_made_it(
    tmp_path: Path, wrong: Event, error: str
) -> None:
    def prepare(app: App) -> None:
        async def record() -> None:
            while not (app.journal and app.journal.running.counts.sale):
                await asyncio.sleep(0.005)
            await app._record([wrong])

        app.side["closures"] = SideTask(record)

    async def body() -> None:
        async with open_shop(tmp_path, prepare=prepare) as shop:
            await shop.type("1 PLU CASH")
            await comes_to(shop, "closures", TaskState.PAUSING, error)
            await shop.type("C 1 PLU CASH")
            await shop.journaled(SaleClosed, 2)
        assert verify(shop.state / NAME).counts.tickets["T"] == 2

    run(body())
