"""Nothing is shown, printed or kicked before it is durable; a crash loses no open ticket (T3)."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.domain.events.sale import LineSold, SaleClosed
from pos_terminal.journal.verify import verify
from pos_terminal.testing.powercut import FaultyVFS, SlowVFS
from pos_terminal.testing.running import PATIENCE, run
from tests.support.process import terminal
from tests.support.shop import CATALOG, open_shop, write_settings


def test_cash_beside_a_scan_that_still_commits_has_its_line(tmp_path: Path) -> None:
    disk = SlowVFS(sync=0, every=1_000_000)

    async def body() -> None:
        async with open_shop(tmp_path, vfs=disk.name) as shop:
            disk.sync = 0.2
            await shop.type("1 PLU")
            await shop.shows("TRADITION")
            await shop.bench.scanner.scan("3000100028864")
            async with asyncio.timeout(PATIENCE):
                # Decided, not yet durable: the customer does not see it, and CASH comes now.
                while not (shop.app.till and shop.app.till.counter.desk.sale):
                    await asyncio.sleep(0)
                while len(shop.app.till.counter.desk.sale.lines) < 2:
                    await asyncio.sleep(0)
            assert "BAGUETTE" not in shop.bench.display.screen.line1
            await shop.type("CASH")
            closed = (await shop.journaled(SaleClosed))[0]
            assert [line.name for line in closed.lines] == ["TRADITION", "BAGUETTE"]
            await shop.shows("TOTAL", "2,30")
            disk.sync = 0

    run(body())


def test_typed_digits_echo_while_the_disk_is_busy(tmp_path: Path) -> None:
    disk = SlowVFS(sync=0, every=1_000_000)

    async def body() -> None:
        async with open_shop(tmp_path, vfs=disk.name) as shop:
            disk.sync = 0.5
            await shop.type("1 PLU")
            await shop.type("42")
            await shop.shows("42")
            assert shop.app.till and shop.app.till.stalled_for() > 0
            await shop.type("C")
            await shop.shows("TRADITION")
            disk.sync = 0

    run(body())


def test_a_full_disk_stops_selling_visibly_and_loses_nothing(tmp_path: Path) -> None:
    disk = FaultyVFS(apsw.FullError)
    disk.healed = True

    async def body() -> None:
        async with open_shop(tmp_path, vfs=disk.name) as shop:
            await shop.type("1 PLU")
            await shop.shows("TRADITION")
            disk.healed = False
            await shop.type("2 PLU")
            await shop.shows("DISQUE PLEIN", "J-102")
            pulses = len(shop.bench.printer.pulses)
            await shop.type("CASH")
            await shop.bench.scanner.scan("3010470111127")
            await shop.shows("DISQUE PLEIN")
            assert len(shop.bench.printer.pulses) == pulses
            disk.healed = True
            # It takes itself up again, with the open ticket and without what was refused.
            await shop.shows("SOUS-TOTAL  1 ART", "1,30")
            await shop.type("CASH")
            closed = (await shop.journaled(SaleClosed))[0]
            assert [line.name for line in closed.lines] == ["TRADITION"]
            assert closed.number == 1

    run(body())
    assert verify(tmp_path / "state" / "journal.db").counts.tickets == {"T": 1}


def test_a_restart_restores_the_open_ticket(tmp_path: Path) -> None:
    async def before() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("1 PLU 3 x 2 PLU")
            await shop.shows("BAGUETTE")
            await shop.journaled(LineSold, 2)

    async def after() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.shows("SOUS-TOTAL  2 ART", "4,30")
            await shop.type("500 CASH")
            await shop.shows("RENDU", "0,70")

    run(before())
    run(after())


def test_an_open_sale_whose_catalogue_is_gone_goes_on_with_todays(tmp_path: Path) -> None:
    async def before() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("1 PLU")
            await shop.journaled(LineSold)

    async def after() -> None:
        async with open_shop(tmp_path, catalog=CATALOG.replace("1,00", "1,10")) as shop:
            await shop.shows("CATALOGUE REFUSE", "C-102")
            await shop.type("2 PLU")
            await shop.shows("BAGUETTE", "1,10")
            await shop.type("CASH")
            assert (await shop.journaled(SaleClosed))[0].total == 240

    run(before())
    for kept in (tmp_path / "state" / "catalogs").iterdir():
        kept.unlink()
    run(after())


@pytest.mark.slow
def test_kill_9_of_the_real_program_restores_the_open_ticket(tmp_path: Path) -> None:
    async def body() -> None:
        wires = tmp_path / "wires"
        wires.mkdir()
        async with SimBench(wires) as bench:
            config = write_settings(tmp_path, bench.toml())
            state = tmp_path / "state"
            for sold in (1, 2):
                async with terminal(config, state) as process:
                    if sold > 1:
                        await bench.display.wait_for(lambda screen: "SOUS-TOTAL" in screen.line1)
                    await bench.scanner.scan("3000100028864")
                    await bench.display.wait_for(lambda screen: "BAGUETTE" in screen.line1)
                    os.kill(process.pid, signal.SIGKILL)
            async with terminal(config, state) as process:
                await bench.display.wait_for(lambda screen: "SOUS-TOTAL  2 ART" in screen.line1)
                process.terminate()
            assert process.returncode == 0

    run(body())
    shown = subprocess.run(
        [sys.executable, "-m", "pos_terminal", "journal", "show", "--json", "--state",
         str(tmp_path / "state")],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    kinds = [json.loads(line)["record"]["kind"] for line in shown.stdout.splitlines()]
    assert kinds.count("till.started") == 3
    assert kinds.count("till.stopped") == 1
    assert kinds.count("line.sold") == 2


