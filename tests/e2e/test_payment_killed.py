"""kill -9 of a whole till at a moment of a payment by card: charged once or not, and on record so.

The far end has a bank's book of its own. It kills the till as a message of the dialogue comes, or
goes; so all that a till does between two of them is cut somewhere: records, children, displays.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from pos_driver_sim.bench import SimBench
from pos_driver_sim.card.machine import Machine
from pos_driver_sim.card.nexo import NexoEnd
from pos_driver_sim.card.tls import TlsTerminal
from pos_driver_sim.card.wires import TcpTerminal
from pos_driver_sim.card.zvt import ZvtEnd
from pos_terminal.archive.export import records
from pos_terminal.domain.events.payment import PaymentAnswered, PaymentDecided, PaymentIntended
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import PaymentOutcome
from pos_terminal.journal.verify import verify
from pos_terminal.testing.running import run
from tests.support.process import terminal
from tests.support.shop import keys, write_settings

LONG = 60.0
"""Seconds for a start, and what it asks, on a machine that has other work."""


class Trap:
    """Counts the messages of a far end, and kills a process at one of them."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.pid = 0
        self.seen = 0

    def step(self) -> None:
        """A message comes or goes."""
        self.seen += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                os.kill(self.pid, signal.SIGKILL)


@contextmanager
def trapped(machine: Machine) -> Iterator[Trap]:
    """The far end, as it is, and a trap in its line: before and behind each message."""
    trap = Trap()
    received, called = machine.received, machine.called

    def comes(data: bytes) -> None:
        trap.step()
        received(data)
        trap.step()

    def is_called(send: Callable[[bytes], None], hang_up: Callable[[], None]) -> None:
        def goes(data: bytes) -> None:
            trap.step()
            send(data)
            trap.step()

        called(goes, hang_up)

    line: Any = machine
    line.received, line.called = comes, is_called
    yield trap


@asynccontextmanager
async def world(
    machine: Machine, wire: AbstractAsyncContextManager[Any], folder: Path
) -> AsyncIterator[tuple[SimBench, Path]]:
    """Everything but the till."""
    (folder / "wires").mkdir()
    async with SimBench(folder / "wires") as bench, wire as end:
        card = {"class": "payment-terminal", **end.settings}
        more = '\n[[terminals]]\ndevice = "card"\ntenders = ["CARD"]\n'
        config = write_settings(folder, bench.toml(card=card) + more)
        text = config.read_text()
        config.write_text(text.replace("plugins = [", f'plugins = ["{machine.driver}", '))
        assert config.read_text() != text
        yield bench, config


def happened(state: Path, *kinds: type[Any]) -> list[Any]:
    """The records of these kinds, as they stand now."""
    return [each.event for each in records(state) if isinstance(each.event, kinds)]


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG):
        while not what():
            await asyncio.sleep(0.05)


async def killed_at(
    at: int, trap: Trap, machine: Machine, bench: SimBench, config: Path, state: Path
) -> None:
    """A sale by card in a till that is killed at that message; the next one settles it."""
    before, sold = len(machine.moved), len(happened(state, SaleClosed))
    async with terminal(config, state) as process:
        trap.pid, trap.left = process.pid, at
        await bench.keyboard.press(*keys("5 PLU CARD"))
        await process.wait()
    asked = happened(state, PaymentIntended)[-1]
    async with terminal(config, state) as process:

        def answers() -> list[Any]:
            found = happened(state, PaymentAnswered)
            return [each for each in found if each.ref == asked.ref]

        await until(lambda: bool(answers()))
        outcome, moved = answers()[-1].outcome, machine.moved[before:]
        assert moved in ([], [800])
        if outcome is PaymentOutcome.UNKNOWN:  # the terminal's own paper says it
            await bench.keyboard.press(*keys("C 123456 CARD" if moved else "C 0 CARD"))
            await until(lambda: asked.ref in [e.ref for e in happened(state, PaymentDecided)])
        else:
            assert (outcome is PaymentOutcome.PAID) == (moved == [800])
        if not moved:
            await bench.keyboard.press(*keys("C C CASH"))
        await until(lambda: len(happened(state, SaleClosed)) == sold + 1)
        assert machine.moved[before:] == moved
        process.terminate()


def play(machine: Machine, wire: Any, folder: Path, points: int) -> None:
    """So many points of a payment, drawn by chance; a first payment says how many there are."""
    chance = random.Random(13)
    state = folder / "state"
    cut: list[int] = []

    async def body() -> None:
        with trapped(machine) as trap:
            async with world(machine, wire, folder) as (bench, config):
                async with terminal(config, state) as process:
                    await bench.keyboard.press(*keys("5 PLU CARD"))
                    await until(lambda: machine.moved == [800])
                    await until(lambda: len(happened(state, SaleClosed)) == 1)
                    process.terminate()
                cut.extend(chance.sample(range(trap.seen), min(points, trap.seen)))
                for at in cut:
                    await killed_at(at, trap, machine, bench, config, state)

    run(body())
    assert verify(state / "journal.db").unknown == 0
    tickets = happened(state, SaleClosed)
    paid = [each.amount for ticket in tickets for each in ticket.tenders if each.tender == "CARD"]
    assert sum(paid) == sum(machine.moved)
    assert len(tickets) == len(cut) + 1 > 1


@pytest.mark.slow
def test_a_till_that_is_killed_in_a_payment_charges_once_or_not(tmp_path: Path) -> None:
    machine = ZvtEnd()
    play(machine, TcpTerminal(machine), tmp_path, 12)


@pytest.mark.slow
def test_a_till_that_is_killed_with_its_child_in_a_payment_charges_once_or_not(
    tmp_path: Path,
) -> None:
    machine = NexoEnd()
    play(machine, TlsTerminal(machine, tmp_path), tmp_path, 4)
