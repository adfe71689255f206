"""What every cash drawer must do, whatever drives it. Subclass, and supply the far end.

class TestMyDrawer(DrawerContract):
    @asynccontextmanager
    async def far_end(self): ...
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from pos_terminal.devices.classes import Drawer
from pos_terminal.devices.errors import DeviceError, DeviceLost
from pos_terminal.domain import faults
from pos_terminal.testing.running import PATIENCE, run


class DrawerFarEnd(Protocol):
    """A drawer under test. `tells`: it has a switch that the driver sees; `stuck`: it is locked."""

    tells: bool
    stuck: bool

    @property
    def kicks(self) -> int:
        """How many orders have reached it."""

    def open(self) -> AbstractAsyncContextManager[Drawer]:
        """The driver's way to open it."""

    async def shut(self) -> None:
        """Push it in."""

    async def unplug(self) -> None:
        """Pull the cable."""

    async def replug(self) -> None:
        """Plug it in again."""


class DrawerContract:
    """Subclass it and override `far_end`.

    `run` runs each body; `hurried.run_hurried` does so without waiting, where the far end is in its
    loop.
    """

    run = staticmethod(run)

    def far_end(self) -> AbstractAsyncContextManager[DrawerFarEnd]:
        """A drawer, plugged in and shut."""
        raise NotImplementedError

    def test_each_order_opens_it_once(self) -> None:
        """And whether it stands open is known, or said not to be."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as drawer, asyncio.timeout(PATIENCE):
                for count in (1, 2):
                    assert await drawer.is_open() is (False if end.tells else None)
                    await drawer.kick()
                    await _until(lambda: end.kicks >= count)  # noqa: B023
                    assert end.kicks == count
                    assert await drawer.is_open() is (True if end.tells else None)
                    await end.shut()

        self.run(body())

    def test_one_that_stays_shut_is_said_where_it_can_be_seen(self) -> None:
        """An order that opened nothing has not been carried out."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as drawer, asyncio.timeout(PATIENCE):
                end.stuck = True
                if not end.tells:
                    await drawer.kick()
                    return
                with pytest.raises(DeviceError) as refused:
                    await drawer.kick()
                assert refused.value.fault == faults.DRAWER_OFFLINE

        self.run(body())

    def test_unplug_replug_kick(self) -> None:
        """A loss is noticed without asking, an order says so, and a replugged drawer opens."""

        async def body() -> None:
            async with self.far_end() as end, asyncio.timeout(PATIENCE):
                async with end.open() as drawer:
                    await end.unplug()
                    await drawer.gone()
                    with pytest.raises(DeviceLost) as lost:
                        await drawer.kick()
                    assert lost.value.fault == faults.DRAWER_OFFLINE
                with pytest.raises(DeviceLost):
                    async with end.open():
                        pytest.fail("an unplugged drawer was opened")
                await end.replug()
                async with end.open() as drawer:
                    await drawer.kick()
                    await _until(lambda: end.kicks > 0)

        self.run(body())

    def test_an_error_passes_through_its_opening_unchanged(self) -> None:
        """Whoever borrows the drawer catches its own errors, in no group and by their own type."""

        async def body() -> None:
            async with self.far_end() as end:
                for error in (KeyError(), TimeoutError(), DeviceLost(faults.DRAWER_OFFLINE)):
                    with pytest.raises(type(error)) as raised:
                        async with end.open():
                            raise error
                    assert raised.value is error

        self.run(body())


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
