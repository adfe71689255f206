"""`pos-terminal scale detect`: who answers is named, and a mute line is given up in time."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest
from msgspec.structs import replace

from pos_driver_sim.far_end import Pty
from pos_driver_sim.scale import AnyScale, ScaleEnd
from pos_driver_sim.scales import CasEnd, DialogEnd, MtSicsEnd, NciEnd, SmaEnd
from pos_terminal.__main__ import main
from pos_terminal.commands.scale import installed, search
from pos_terminal.devices.registry import Driver, Probe
from pos_terminal.testing.running import PATIENCE, run

DRIVERS = installed()


class Plug(Protocol):
    async def unplug(self) -> None: ...
    async def replug(self) -> None: ...


class Bare:
    """A line on which somebody says always the same."""

    def __init__(self, path: Path, answer: bytes) -> None:
        self.wire = Pty(path, lambda _: self.wire.answer(answer) if answer else None)

    async def unplug(self) -> None:
        self.wire.unplug()

    async def replug(self) -> None:
        self.wire.plug()


def drivers(end: Plug) -> Iterator[Driver[Any]]:
    """All of them, each on a fresh pty: one takes no second setting of its parity."""
    for each in DRIVERS.scales:
        if each.probe:
            yield replace(each, probe=Probe(each.probe.harm, partial(fresh, end, each.probe)))


@asynccontextmanager
async def fresh(end: Plug, probe: Probe, port: str) -> AsyncIterator[Any]:
    await end.unplug()
    await end.replug()
    async with probe.open(port) as scale:
        yield scale


async def understood(port: Path, end: Plug) -> list[str]:
    async with asyncio.timeout(PATIENCE):
        return [each.driver async for each in search(str(port), drivers(end)) if each.understood]


@pytest.mark.parametrize("kind", [CasEnd, NciEnd, SmaEnd, MtSicsEnd, ScaleEnd, DialogEnd])
def test_it_names_who_answers_and_touches_nothing(tmp_path: Path, kind: type[AnyScale]) -> None:
    async def body() -> None:
        async with kind(tmp_path / "scale") as end:
            end.grams = 1250
            assert await understood(tmp_path / "scale", end) == [kind.driver]
            assert (end.net, end.tare) == (1250, 0)

    run(body())


def test_a_scale_that_gives_no_weight_now_is_known_all_the_same(tmp_path: Path) -> None:
    async def body() -> None:
        async with CasEnd(tmp_path / "scale") as end:
            end.moving = True
            assert await understood(tmp_path / "scale", end) == ["cas"]

    run(body())


def test_a_mute_line_and_one_that_talks_otherwise_are_no_scale(tmp_path: Path) -> None:
    async def body() -> None:
        for answer in (b"", b"hello"):
            path = tmp_path / f"line{len(answer)}"
            line = Bare(path, answer)
            tried = [each async for each in search(str(path), drivers(line))]
            await line.unplug()
            assert len(tried) == 7
            assert not any(each.understood for each in tried)
            assert ("autre" in tried[0].detail) == bool(answer)

    run(body())


def test_a_line_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scale", "detect", str(tmp_path / "none"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "W-106"
