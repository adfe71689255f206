"""A card dies: the till is restored from its archive, sells on, and says on record what it lost."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.__main__ import main
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import CommandGiven, KeyReplaced, ProgramFound
from pos_terminal.journal.continuation import MARGIN
from pos_terminal.journal.state_directory import read_mark
from pos_terminal.journal.witness import Witness
from pos_terminal.testing.running import run
from tests.support.journaled import Line, records
from tests.support.process import terminal
from tests.support.season import checked
from tests.support.shop import keys, write_settings

WITNESSED = '\n[witness]\ndirectory = "{}"\n[tenders]\ncount_first = false\n'


class Counter:
    """A till's process, and who stands at it."""

    def __init__(self, bench: SimBench, process: asyncio.subprocess.Process) -> None:
        self.bench = bench
        self.process = process

    async def sell(self) -> None:
        """One article, paid, and its ticket durable: its change stands on the display."""
        for words, shown in (("1 PLU", "TRADITION"), ("CASH", "MERCI")):
            for chord in keys(words):
                await self.bench.keyboard.stroke(tuple(chord.split("+")))
            await self.bench.display.wait_for(
                lambda screen, shown=shown: shown in f"{screen.line1}{screen.line2}".upper()  # type: ignore[misc]
            )


@asynccontextmanager
async def selling(folder: Path, state: Path, medium: Path) -> AsyncIterator[Counter]:
    """A till's process over that state; it is killed, as a card that dies kills it."""
    wires = folder / "wires"
    wires.mkdir(exist_ok=True)
    async with SimBench(wires) as bench:
        config = write_settings(folder, bench.toml() + WITNESSED.format(medium))
        async with terminal(config, state) as process:
            try:
                yield Counter(bench, process)
            finally:
                process.kill()


async def seen(medium: Path, state: Path, size: int) -> None:
    """Wait until the witness has seen so many records of this till."""
    mark = read_mark(state)
    assert mark
    while True:
        last = Witness(medium).seen(mark.store, mark.terminal)
        if last and last.size >= size:
            return
        await asyncio.sleep(0.01)


def tickets(state: Path) -> list[int]:
    found = (record.event for record in records(state))
    return [event.number for event in found if isinstance(event, SaleClosed)]


@pytest.mark.slow
def test_a_till_whose_card_died_sells_on_and_says_what_it_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, new, medium = (tmp_path / name for name in ("state", "new", "medium"))
    medium.mkdir()
    line, archive, later = Line(new, capsys), tmp_path / "a.zip", tmp_path / "b.zip"

    async def told(*words: str | Path, state: Path = new) -> tuple[int, Any]:
        return await asyncio.to_thread(line, *words, state=state)

    async def body() -> None:
        async with selling(tmp_path, state, medium) as shop:
            await shop.sell()
            assert (await told("journal", "archive", "--out", archive, state=state))[0] == 0
            await shop.sell()
            status, z = await told("close", "day", state=state)
            assert status == 0
            await seen(medium, state, z["seq"])

    run(body())
    assert tickets(state) == [1, 2]
    shutil.rmtree(state)
    assert line("journal", "restore", "--from", archive)[0] == 0
    status, said = line("close", "day")
    assert (status, said["code"]) == (1, "J-109")
    status, told_so = line("journal", "continue", "--because", "carte morte", "--witness", medium)
    assert status == 0 and told_so["lost"] > 0 and told_so["lost_cents"] == 130
    again = line("journal", "continue", "--because", "encore", "--witness", medium)
    assert (again[0], again[1]["code"]) == (1, "J-116")

    async def on() -> None:
        async with selling(tmp_path, new, medium) as shop:
            await shop.sell()
            status, z = await told("close", "day")
            assert (status, z["number"]) == (0, 2)
            await seen(medium, new, z["seq"])
            while not any(isinstance(record.event, ProgramFound) for record in records(new)):
                await asyncio.sleep(0.01)
            assert [*medium.glob("*.lost-*")], "what was lost stays known"

    run(on())
    assert tickets(new) == [1, 2 + MARGIN + 1]
    assert line("journal", "verify")[0] == 0
    given = next(r for r in records(new) if isinstance(r.event, KeyReplaced))
    assert isinstance(given.event, KeyReplaced) and given.event.lost == told_so["lost"]
    assert isinstance(records(new)[given.seq].event, CommandGiven)
    assert line("journal", "archive", "--out", later)[0] == 0
    status, said = checked(later)
    assert status == 0, said
    assert "PERDUES" in said and given.event.old in said
    assert main(["archive", "verify", str(later), "--key", given.event.key]) == 0
    assert main(["archive", "verify", str(later), "--key", given.event.old]) == 1
