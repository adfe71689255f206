"""A till that cannot start says its code on display and tone, and not yesterday's screen."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.domain.faults import Tone
from pos_terminal.journal import state_directory
from pos_terminal.runtime.boot import LAST_GOOD
from pos_terminal.testing.running import PATIENCE, run
from tests.support.journaling import SIGN_ON, kept
from tests.support.shop import write_settings


async def started(folder: Path) -> tuple[int, str]:
    """`pos-terminal run` by hand, to its end: exit status, and the first line that it says."""
    state = folder / "state"
    call = ["-m", "pos_terminal", "run", "--config", str(folder / "terminal.toml")]
    environment = {k: v for k, v in os.environ.items() if k != "NOTIFY_SOCKET"}
    async with asyncio.timeout(PATIENCE):
        process = await asyncio.create_subprocess_exec(
            sys.executable, *call, "--state", str(state),
            env=environment, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await process.communicate()
    assert process.returncode is not None
    lines = [line for line in said.decode().splitlines() if line[:1] in "CJ" and line[1:2] == "-"]
    return process.returncode, lines[0]


async def misspelt(folder: Path) -> None:
    """A key that there is none of, and nothing to fall back on."""
    file = folder / "terminal.toml"
    file.write_text(file.read_text().replace("operator =", "operateur ="))


async def no_toml(folder: Path) -> None:
    """What is there is no TOML at all, and the last good file is of a version that knew more."""
    file, good = folder / "terminal.toml", folder / "state" / LAST_GOOD
    good.parent.mkdir()
    good.write_text(file.read_text().replace("operator =", "operateur ="))
    file.write_text("[")


async def locked(folder: Path) -> None:
    """Another program holds the state, a command perhaps."""
    state_directory.prepare(folder / "state")


async def foreign(folder: Path) -> None:
    """The journal that lies there is another till's."""
    await kept(folder / "state", [SIGN_ON])


async def piped(folder: Path) -> None:
    """A pipe in a file's place: whoever opened it would wait for ever."""
    await kept(folder / "state", [SIGN_ON])
    for name in (LAST_GOOD, state_directory.MARK):
        (folder / "state" / name).unlink(missing_ok=True)
        os.mkfifo(folder / "state" / name)


async def endless(folder: Path) -> None:
    """A link to a device that has no end: whoever read it would want all memory."""
    await kept(folder / "state", [SIGN_ON])
    (folder / "state" / LAST_GOOD).symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (misspelt, "C-101"),
        (no_toml, "C-101"),
        (locked, "J-103"),
        (foreign, "J-105"),
        (piped, "J-132"),
        (endless, "J-132"),
    ],
)
def test_its_code_is_on_display_and_tone(
    tmp_path: Path, spoil: Callable[[Path], Awaitable[None]], code: str
) -> None:
    async def body() -> None:
        wires = tmp_path / "wires"
        wires.mkdir()
        async with SimBench(wires) as bench:
            write_settings(tmp_path, bench.toml())
            await spoil(tmp_path)
            status, said = await started(tmp_path)
            assert (status, said[:5]) == (1, code)
            await bench.display.wait_for(lambda screen: code in screen.line2)
            assert "HORS SERVICE" in bench.display.screen.line2
            assert Tone.ALARM in bench.tone.tones

    run(body())


def test_it_says_whom_to_call(tmp_path: Path) -> None:
    async def body() -> None:
        wires = tmp_path / "wires"
        wires.mkdir()
        async with SimBench(wires) as bench:
            support = '\n[support]\nphone = "01 23 45 67 89"\n'
            write_settings(tmp_path, bench.toml() + support)
            await foreign(tmp_path)
            assert (await started(tmp_path))[0] == 1
            await bench.display.wait_for(lambda screen: "J-105" in screen.line2)
            assert bench.display.screen.line2 == "J-105 01 23 45 67 89"

    run(body())
