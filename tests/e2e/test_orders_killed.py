"""kill -9 while a deposit is taken, and while it is deducted: nothing counts twice."""

import os
import signal
from pathlib import Path

import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.archive.export import records
from pos_terminal.domain.events.prepaid import DepositMoved
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.journal.verify import verify
from pos_terminal.testing.running import run
from tests.support.process import terminal
from tests.support.shop import keys, write_settings


async def press(bench: SimBench, text: str, *words: str) -> None:
    await bench.keyboard.press(*keys(text))
    await bench.display.shows(*words)


@pytest.mark.slow
def test_kill_9_with_a_deposit_on_its_way(tmp_path: Path) -> None:
    (tmp_path / "wires").mkdir()
    state = tmp_path / "state"

    async def body() -> None:
        async with SimBench(tmp_path / "wires") as bench:
            config = write_settings(tmp_path, bench.toml())
            async with terminal(config, state) as process:
                await press(bench, "500 PRIX 123 ACOMPTE", "ACOMPTE 123", "5,00")
                os.kill(process.pid, signal.SIGKILL)
            async with terminal(config, state) as process:
                await press(bench, "1000 PRIX 123 ARRHES", "ARRHES 123", "15,00")
                await press(bench, "CASH", "MERCI")
                await press(bench, "3 x 5 PLU", "24,00")
                await press(bench, "123 COMMANDE", "-15,00", "9,00")
                os.kill(process.pid, signal.SIGKILL)
            async with terminal(config, state) as process:
                await press(bench, "123 COMMANDE", "COMMANDE EN COURS")
                await press(bench, "C CARD", "MERCI")
                await press(bench, "123 COMMANDE", "RIEN DE VERSE")
                process.terminate()

    run(body())
    events = [record.event for record in records(state)]
    moved = [(x.nature, x.amount) for x in events if isinstance(x, DepositMoved)]
    assert moved == [("acompte", 500), ("arrhes", 1000), ("acompte", -500), ("arrhes", -1000)]
    closed = [event for event in events if isinstance(event, SaleClosed)]
    assert [each.total for each in closed] == [1500, 1900]
    assert verify(state / "journal.db").unknown == 0
