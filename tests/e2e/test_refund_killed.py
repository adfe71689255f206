"""kill -9 in the middle of a refund, and of a payment by voucher: both go on where they were."""

import os
import re
import signal
from pathlib import Path

import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.archive.export import records
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.journal.verify import verify
from pos_terminal.testing.running import run
from tests.support.process import terminal
from tests.support.shop import keys, write_settings


async def press(bench: SimBench, text: str, *words: str) -> None:
    await bench.keyboard.press(*keys(text))
    await bench.display.shows(*words)


async def barcode(bench: SimBench, *words: str) -> str:
    """The till's own code on the next paper that says this."""
    while True:
        text = "\n".join(line.text for line in (await bench.printer.next_paper()).lines)
        if all(word in text for word in words):
            return str(re.findall(r"\[(\$Y[^]]+)\]", text)[-1])


@pytest.mark.slow
def test_kill_9_in_a_refund_and_with_a_voucher_taken(tmp_path: Path) -> None:
    (tmp_path / "wires").mkdir()
    state = tmp_path / "state"

    async def body() -> None:
        async with SimBench(tmp_path / "wires") as bench:
            config = write_settings(tmp_path, bench.toml())
            async with terminal(config, state) as process:
                await press(bench, "3 x 1 PLU 10 % CASH", "TOTAL", "3,51")
                await bench.keyboard.press(*keys("TICKET RF"))
                await bench.scanner.scan(await barcode(bench, "3,51"))
                await bench.display.shows("REMBOURSEMENT", "2-000001")
                await press(bench, "1 PLU", "x-1", "-1,17")
                os.kill(process.pid, signal.SIGKILL)
            async with terminal(config, state) as process:
                await bench.display.shows("SOUS-TOTAL", "-1,17")
                await press(bench, "3 x 1 PLU", "PLUS QUE VENDU")
                await press(bench, "C 2 x 1 PLU", "x-2", "-2,34")
                await press(bench, "AVOIR", "AVOIR", "3,51")
                note = await barcode(bench, "VALEUR", "3,51")
                await press(bench, "5 PLU", "VIN ROUGE")
                await bench.scanner.scan(note)
                await bench.display.shows("RESTE", "4,49")
                os.kill(process.pid, signal.SIGKILL)
            async with terminal(config, state) as process:
                await bench.display.shows("RESTE", "4,49")
                await press(bench, "CORR", "REPRIS AVOIR", "8,00")
                await bench.scanner.scan(note)
                await bench.display.shows("RESTE", "4,49")
                await press(bench, "CARD", "TOTAL", "8,00")
                await bench.scanner.scan(note)
                await bench.display.shows("BON EPUISE")
                process.terminate()

    run(body())
    happened = [record.event for record in records(state)]
    assert [e.total for e in happened if isinstance(e, SaleClosed)] == [351, -351, 800]
    assert [e.amount for e in happened if isinstance(e, VoucherMoved)] == [351, -351]
    assert verify(state / "journal.db").unknown == 0
