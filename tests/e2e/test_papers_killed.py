"""kill -9 at any moment of printing: each paper comes out once, or is known to be doubtful."""

import asyncio
import os
import re
import signal
import stat
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from pos_driver_sim.bench import SimBench
from pos_driver_sim.printer import Event
from pos_terminal.archive.export import records
from pos_terminal.domain.events.paper import ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.testing.running import PATIENCE, run
from tests.support.process import terminal
from tests.support.shop import keys, write_settings
from tests.support.waiting_papers import sent, waiting

COUNT = "COMPTE COMPTE COMPTE 1 " + "COMPTE " * 13
KILLS = 5
LONGEST = 45
"""Lines of printing, at most, before the till is killed: a ticket has fewer here."""


async def press(bench: SimBench, text: str, *words: str) -> None:
    await bench.keyboard.press(*keys(text))
    await bench.display.shows(*words)


async def until_none_waits(state: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        while waiting(state):
            await asyncio.sleep(0.02)


def without_an_end(state: Path) -> set[int]:
    """Tickets whose paper was asked for, and of which no record says how that ended."""
    events = [record.event for record in records(state)]
    asked = {event.number for event in events if isinstance(event, ReceiptRequested)}
    return asked - {event.number for event in events if isinstance(event, ReceiptPrinted)}


async def until_each_has_its_end(state: Path) -> None:
    """One that was killed before its paper came to the spool has nothing there to wait for."""
    async with asyncio.timeout(PATIENCE):
        while waiting(state) or without_an_end(state):
            await asyncio.sleep(0.02)


def printed_to_its_end(state: Path, number: int) -> bool:
    """Whether the end of that ticket's printing is on record, and it waits no more."""
    return not waiting(state) and any(
        isinstance(record.event, ReceiptPrinted) and record.event.number == number
        for record in records(state)
    )


def on_paper(bench: SimBench) -> Counter[int]:
    """How often each ticket came out whole, as the original."""
    found: Counter[int] = Counter()
    for paper in bench.printer.papers:
        number = re.search(r"Ticket 2-(\d{6})", paper.text)
        if number and "TVA" in paper.text and "DUPLICATA" not in paper.text:
            found[int(number[1])] += 1
    return found


@pytest.mark.slow
def test_whenever_it_is_killed_a_ticket_comes_once_or_is_known_to_be_doubtful(
    tmp_path: Path,
) -> None:
    (tmp_path / "wires").mkdir()
    state, chance = tmp_path / "state", Random(20)

    async def body() -> Counter[int]:
        lines = list[Event]()
        async with SimBench(tmp_path / "wires", on_print=lines.append) as bench:
            bench.printer.bytes_per_second = 20_000
            config = write_settings(tmp_path, bench.toml())
            for kill in range(KILLS):
                wanted = len(lines) + chance.choice((0, LONGEST, chance.randrange(LONGEST)))
                async with terminal(config, state) as process:
                    await press(bench, "1 PLU CASH", "TOTAL", "1,30")
                    await press(bench, "TICKET")
                    async with asyncio.timeout(PATIENCE):
                        while len(lines) < wanted and not printed_to_its_end(state, kill + 1):
                            await asyncio.sleep(0.001)
                    os.kill(process.pid, signal.SIGKILL)
            bench.printer.bytes_per_second = None
            async with terminal(config, state) as process:
                await until_each_has_its_end(state)
                process.terminate()
            return on_paper(bench)

    printed = run(body())
    events = [record.event for record in records(state)]
    outcomes = {e.number: e.outcome for e in events if isinstance(e, ReceiptPrinted)}
    assert len(outcomes) == KILLS, "each has an end on record"
    assert max(printed.values()) == 1, "and none came twice"
    for number, outcome in outcomes.items():
        if outcome is PrintOutcome.PRINTED:
            assert printed[number] == 1
        elif outcome is PrintOutcome.REFUSED:
            assert printed[number] == 0
    assert len({*outcomes.values()}) > 1, outcomes


@pytest.mark.slow
def test_a_z_waits_for_paper_over_kills_and_comes_once(tmp_path: Path) -> None:
    (tmp_path / "wires").mkdir()
    state = tmp_path / "state"

    async def body() -> list[str]:
        async with SimBench(tmp_path / "wires") as bench:
            config = write_settings(tmp_path, bench.toml())
            async with terminal(config, state) as process:
                await press(bench, "1 PLU CASH", "TOTAL", "1,30")
                await press(bench, COUNT, "COMPTAGE")
                await bench.printer.next_paper()
                bench.printer.paper_out = True
                await press(bench, "Z", "FOND QUI RESTE ?")
                await press(bench, "Z", "P-103")
                os.kill(process.pid, signal.SIGKILL)
            (waits,) = waiting(state)
            assert not sent(waits)
            assert stat.S_IMODE(waits.path.stat().st_mode) == 0o600
            assert stat.S_IMODE(waits.path.parent.stat().st_mode) == 0o700
            for _ in range(1):
                async with terminal(config, state) as process:
                    await asyncio.sleep(0.3)
                    os.kill(process.pid, signal.SIGKILL)
            bench.printer.paper_out = False
            async with terminal(config, state) as process:
                await until_none_waits(state)
                process.terminate()
            return [paper.text for paper in bench.printer.papers if "CLOTURE DU JOUR" in paper.text]

    closures = run(body())
    assert sum(isinstance(record.event, PeriodClosed) for record in records(state)) == 1
    assert len(closures) == 1
    assert "COPIE POSSIBLE" not in closures[0]
