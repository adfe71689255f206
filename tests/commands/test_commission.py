"""A box sells in a simulation until it is commissioned, and never again after that."""

import asyncio
import json
import re
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.__main__ import main
from pos_terminal.domain.audit import jet
from pos_terminal.journal.commissioning import FOLDER
from pos_terminal.journal.database import NAME
from pos_terminal.testing.running import PATIENCE, run
from tests.support.journaled import records
from tests.support.process import child, terminal
from tests.support.shop import keys, write_settings

SELLER = '\n[seller]\nsiret = "732 829 320 00074"\n'
TODAY = ("--date", date.today().isoformat())


def box(folder: Path) -> Path:
    """The state as the package makes it."""
    state = folder / "state"
    (state / FOLDER).mkdir(parents=True)
    return state


async def status(state: Path) -> str:
    asked = (sys.executable, "-m", "pos_terminal", "status", "--state", state)
    async with child(*asked, stdout=asyncio.subprocess.PIPE) as process:
        return (await process.communicate())[0].decode()


async def sold(config: Path, state: Path, bench: SimBench) -> tuple[str, str]:
    """One sale of a till that starts and ends here: its ticket, and what `status` says."""
    async with terminal(config, state) as process, asyncio.timeout(2 * PATIENCE):
        while not re.search("^keypad +prêt", said := await status(state), re.MULTILINE):
            await asyncio.sleep(0.1)
        for chord in keys("1 PLU CASH TICKET"):
            await bench.keyboard.press(chord)
        paper = (await bench.printer.next_paper()).text
        process.terminate()
    return paper, said


@pytest.mark.slow
def test_it_is_a_simulation_until_it_is_commissioned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = box(tmp_path)
    (tmp_path / "wires").mkdir()

    async def body() -> None:
        async with SimBench(tmp_path / "wires") as bench:
            config = write_settings(tmp_path, bench.toml() + SELLER)
            for _ in range(2):
                paper, said = await sold(config, state, bench)
                assert "SIMULATION" in paper and "SIMULATION" in said
            assert not (state / NAME).exists(), "nothing of it in a journal that counts"
            commission = ("commission", "--config", str(config), "--state", str(state))
            assert await asyncio.to_thread(main, [*commission, *TODAY]) == 0
            assert list((state / FOLDER).iterdir()) == []
            for ticket in (1, 2):
                paper, said = await sold(config, state, bench)
                assert "SIMULATION" not in paper + said
                assert re.search(rf"^Ticket 2-0*{ticket}\b", paper, re.MULTILINE), paper

    run(body())
    lines = [jet.jet_line(each.event) for each in records(state)]
    codes = [line.code for line in lines if line]
    assert codes.count(jet.FIRST_START) == 1
    capsys.readouterr()
    for more in ((), ("--reset",)):
        config = str(tmp_path / "terminal.toml")
        assert refused(capsys, *more, "--config", config, "--state", str(state)) == "J-137"
    assert main(["journal", "verify", "--state", str(state)]) == 0


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The code by which it is refused."""
    assert main(["commission", *words, "--json"]) == 1
    code: str = json.loads(capsys.readouterr().out)["code"]
    return code


def test_it_says_what_is_missing_and_begins_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = box(tmp_path)
    config = write_settings(tmp_path, "")
    till = ("--config", str(config), "--state", str(state))
    assert refused(capsys, *till, *TODAY) == "J-138", "whose till it is"
    config.write_text(config.read_text() + SELLER)
    assert refused(capsys, *till, "--date", "2026-01-02") == "J-138", "its clock says another day"
    config.write_text(config.read_text() + "[nonsense]\n")
    assert refused(capsys, *till, *TODAY) == "C-101"
    assert sorted(path.name for path in state.iterdir()) == [FOLDER]


def test_no_other_command_begins_the_journal_of_a_box(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = box(tmp_path)
    config = write_settings(tmp_path, "")
    pin = tmp_path / "pin"
    pin.write_text("4711\n")
    words = ["clerk", "add", "12", "--pin-file", str(pin), "--config", str(config)]
    assert main([*words, "--state", str(state), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "J-138"
    assert not (state / NAME).exists()


def test_what_was_tried_is_thrown_away_and_tells_of_a_journal_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = box(tmp_path)
    (state / FOLDER / "keys").mkdir()
    (state / FOLDER / NAME).write_text("tried")
    assert main(["commission", "--reset", "--state", str(state)]) == 0
    assert list((state / FOLDER).iterdir()) == []
    capsys.readouterr()
    # The journal is lost, and its keys say that there was one.
    (state / "keys").mkdir()
    (state / "keys" / f"{'0' * 64}.pem").touch()
    assert refused(capsys, "--reset", "--state", str(state)) == "J-137"
    shutil.rmtree(state)
