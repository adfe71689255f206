"""`pos-terminal scale detect`: who answers is named, and a mute line is given up in time."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest
from msgspec.structs import replace

from pos_driver_scales.asked import PROBING
from pos_driver_sim.far_end import Pty
from pos_driver_sim.scale import AnyScale, ScaleEnd
from pos_driver_sim.scales import CasEnd, DialogEnd, MtSicsEnd, NciEnd, SmaEnd
from pos_terminal.__main__ import main
from pos_terminal.commands.scale import WITHIN, search
from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.devices.registry import Probe
from pos_terminal.domain import faults
from pos_terminal.runtime.finding import DriverFact, installed_drivers
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.running import PATIENCE

DRIVERS = installed_drivers()


class Plug(Protocol):
    async def unplug(self) -> None: ...
    async def replug(self) -> None: ...


class Bare:
    """A line on which somebody says always the same, and counts what he is asked."""

    def __init__(self, path: Path, answer: bytes) -> None:
        self.asked: list[bytes] = []
        self._says = answer
        self.wire = Pty(path, self._hear)

    def _hear(self, data: bytes) -> None:
        self.asked.append(data)
        if self._says:
            self.wire.answer(self._says)

    async def unplug(self) -> None:
        self.wire.unplug()

    async def replug(self) -> None:
        self.wire.plug()


def drivers(end: Plug) -> Iterator[DriverFact]:
    """All of them, each on a fresh pty: one takes no second setting of its parity."""
    for each in DRIVERS:
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
        # The budget is the counting test's: a machine that is busy must not decide who is known.
        found = search(str(port), drivers(end), within=PATIENCE)
        return [each.driver async for each in found if each.understood]


@pytest.mark.parametrize("kind", [CasEnd, NciEnd, SmaEnd, MtSicsEnd, ScaleEnd, DialogEnd])
def test_it_names_who_answers_and_touches_nothing(tmp_path: Path, kind: type[AnyScale]) -> None:
    async def body() -> None:
        async with kind(tmp_path / "scale") as end:
            end.grams = 1250
            assert await understood(tmp_path / "scale", end) == [kind.driver]
            assert (end.net, end.tare) == (1250, 0)

    run_hurried(body())


def test_a_scale_that_gives_no_weight_now_is_known_all_the_same(tmp_path: Path) -> None:
    async def body() -> None:
        async with CasEnd(tmp_path / "scale") as end:
            end.moving = True
            assert await understood(tmp_path / "scale", end) == ["cas"]

    run_hurried(body())


def test_a_mute_line_and_one_that_talks_otherwise_are_no_scale(tmp_path: Path) -> None:
    async def body() -> None:
        for answer in (b"", b"hello"):
            path = tmp_path / f"line{len(answer)}"
            line = Bare(path, answer)
            tried = [each async for each in search(str(path), drivers(line), within=PATIENCE)]
            await line.unplug()
            assert len(tried) == 7
            assert not any(each.understood for each in tried)
            assert ("autre" in tried[0].detail) == bool(answer)

    run_hurried(body())


def test_all_protocols_are_through_on_a_mute_line_within_five_seconds(tmp_path: Path) -> None:
    """Counted: each question costs the time that a scale has to answer, each driver its rest."""

    async def body() -> None:
        line = Bare(tmp_path / "line", b"")
        tried = [each async for each in search(str(line.wire.path), drivers(line), within=PATIENCE)]
        await line.unplug()
        assert len(line.asked) >= len(tried) == 7
        seconds = len(line.asked) * (PROBING["answer_time"] + PROBING["quiet_time"])
        assert seconds <= WITHIN * 0.9  # what is left is for opening and closing

    run_hurried(body())


def test_who_has_no_turn_in_the_time_that_there_is_says_so() -> None:
    async def body() -> None:
        waiting = [fact("a", Failing(None)), fact("b", Failing(None))]
        tried = [each async for each in search("/dev/tty", waiting, within=0.1)]
        assert [each.detail for each in tried] == ["pas de réponse", "pas essayé : plus le temps"]

    run_hurried(body())


def test_a_line_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scale", "detect", str(tmp_path / "none"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "W-106"


class Failing(AbstractAsyncContextManager[Any]):
    """A line that does not open, and why; without an error it is waited for, for ever."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    async def __aenter__(self) -> Any:
        if self._error is None:
            await asyncio.Event().wait()
        else:
            raise self._error

    async def __aexit__(self, *_: object) -> None: ...


def fact(name: str, line: Failing) -> DriverFact:
    return DriverFact(DeviceClass.SCALE, name, name, object, Probe(1, lambda _: line))


def only(error: Exception) -> list[DriverFact]:
    return [fact("a", Failing(error))]


def test_a_line_without_the_right_to_it_has_not_answered() -> None:
    async def body() -> None:
        with pytest.raises(DeviceLost) as lost:
            async for each in search("/dev/tty", only(DeviceLost(faults.DEVICE_FORBIDDEN))):
                pytest.fail(f"{each}")
        assert lost.value.fault is faults.DEVICE_FORBIDDEN

    run_hurried(body())


def test_a_line_that_does_not_open_in_time_is_no_scale() -> None:
    async def body() -> None:
        tried = [each async for each in search("/dev/tty", only(TimeoutError()))]
        assert [each.understood for each in tried] == [False]

    run_hurried(body())
