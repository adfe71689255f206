"""Drawers behind a trigger: over a pty, which has no lines, and over one whose lines are played."""

import termios
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Self

import pytest

from pos_driver_serial_drawer import pos_register_drivers
from pos_driver_serial_drawer.drawer import SerialDrawer, SerialDrawerSettings, open_drawer
from pos_driver_sim.far_end import Pty
from pos_terminal.devices.classes import Drawer
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.faults import DRAWER_OFFLINE
from pos_terminal.testing.drawer_contract import DrawerContract
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.transports import CLEAN, MemoryLink

BEL = b"\x07"


class PtyDrawer:
    """A trigger on a pty: it opens, and no line says so."""

    tells = False

    def __init__(self, path: Path) -> None:
        self.stuck = False
        self.kicks = 0
        self._path = path
        self._wire = Pty(path, self._received)

    def _received(self, data: bytes) -> None:
        self.kicks += data.count(BEL)

    async def __aenter__(self) -> Self:
        self._wire.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._wire.unplug()

    def open(self) -> AbstractAsyncContextManager[Drawer]:
        # DSR is asked for, and a pty has none: nothing may be taken for «shut».
        return open_drawer(SerialDrawerSettings(port=str(self._path), sense="dsr"))

    async def shut(self) -> None: ...

    async def unplug(self) -> None:
        self._wire.unplug()

    async def replug(self) -> None:
        self._wire.plug()


class TestOnAPty(DrawerContract):
    run = staticmethod(run_hurried)

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "drawer"

    def far_end(self) -> AbstractAsyncContextManager[PtyDrawer]:
        return PtyDrawer(self.path)


class Wired(MemoryLink):
    """A port whose lines a test sets."""

    lines = 0

    def modem_lines(self) -> int | None:
        self._check()
        return self.lines


class WiredDrawer:
    """A drawer with its switch on DSR; low is open, or high."""

    tells = True

    def __init__(self, *, open_when_high: bool) -> None:
        self.stuck = False
        self.kicks = 0
        self._high = open_when_high
        self._near: Wired | None = None
        self._plugged = True

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Drawer]:
        if not self._plugged:
            raise DeviceLost(DRAWER_OFFLINE, "unplugged")
        end = self

        class Far(MemoryLink):
            def _arrived(self, data: bytes) -> None:
                end.kicks += data.count(BEL)
                end._stands(open=not end.stuck)

        self._near, far = Wired("near", CLEAN, 1.0), Far("far", CLEAN, 1.0)
        self._near.join(far)
        self._stands(open=False)
        settings = SerialDrawerSettings(
            port="", sense="dsr", open_when_high=self._high, open_time=0.1
        )
        yield SerialDrawer(self._near, settings)

    def _stands(self, *, open: bool) -> None:
        assert self._near
        self._near.lines = termios.TIOCM_CTS | termios.TIOCM_DSR * (open is self._high)

    async def shut(self) -> None:
        self._stands(open=False)

    async def unplug(self) -> None:
        self._plugged = False
        if self._near:
            self._near.unplug()

    async def replug(self) -> None:
        self._plugged = True


@pytest.mark.parametrize("high", [True, False])
class TestWithASwitch(DrawerContract):
    run = staticmethod(run_hurried)

    @pytest.fixture(autouse=True)
    def _polarity(self, high: bool) -> None:
        self.high = high

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[WiredDrawer]:
        yield WiredDrawer(open_when_high=self.high)


def test_the_plugin_declares_its_driver() -> None:
    drivers = Drivers()
    pos_register_drivers(drivers=drivers)
    assert drivers.drawers.get("serial-drawer").settings is SerialDrawerSettings


@pytest.mark.parametrize("wrong", [{"opens": ""}, {"opens": "xy"}, {"open_time": 0}])
def test_settings_out_of_reason_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"opens|hexadecimal|open_time"):
        SerialDrawerSettings(port="", **wrong)
