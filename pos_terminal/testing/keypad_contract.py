"""What every keypad must do, whatever drives it. Subclass, and supply the far end.

class TestMyKeypad(KeypadContract):
    @asynccontextmanager
    async def far_end(self): ...
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from pos_terminal.devices.classes import Keypad
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.testing.running import PATIENCE, run


class KeypadFarEnd(Protocol):
    """A keypad under test, with somebody's fingers on it."""

    def open(self) -> AbstractAsyncContextManager[Keypad]:
        """The driver's way to open it."""

    async def press(self, *names: str) -> None:
        """Press and release keys, in order."""

    async def unplug(self) -> None:
        """Pull the cable."""

    async def replug(self) -> None:
        """Plug it in again, to be opened with the same settings."""


class KeypadContract:
    """Subclass it and override `far_end`.

    `run` runs each body; `hurried.run_hurried` does so without waiting, where the far end is in its
    loop.
    """

    run = staticmethod(run)

    def far_end(self) -> AbstractAsyncContextManager[KeypadFarEnd]:
        """A keypad, plugged in."""
        raise NotImplementedError

    def test_keys_come_in_order(self) -> None:
        """Every press arrives once, by its name; releases do not."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as keypad:
                await end.press("KEY_KP1", "KEY_KP2", "KEY_KP2", "KEY_KPENTER")
                assert await names(keypad, 4) == ["KEY_KP1", "KEY_KP2", "KEY_KP2", "KEY_KPENTER"]
                await end.press("KEY_F1")
                assert await names(keypad, 1) == ["KEY_F1"]

        self.run(body())

    def test_a_cancelled_read_loses_nothing(self) -> None:
        """A key that comes after a reader gave up goes to the next reader."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as keypad:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await keypad.read()
                await end.press("KEY_KP3", "KEY_KP4")
                assert await names(keypad, 2) == ["KEY_KP3", "KEY_KP4"]

        self.run(body())

    def test_unplug_replug_press(self) -> None:
        """A loss is noticed without reading, reading says so, and a replugged keypad works."""

        async def body() -> None:
            async with self.far_end() as end:
                async with end.open() as keypad, asyncio.timeout(PATIENCE):
                    await end.unplug()
                    await keypad.gone()
                    with pytest.raises(DeviceLost):
                        await keypad.read()
                with pytest.raises(DeviceLost):
                    async with end.open():
                        pytest.fail("an unplugged keypad was opened")
                await end.replug()
                async with end.open() as keypad:
                    await end.press("KEY_KP5")
                    assert await names(keypad, 1) == ["KEY_KP5"]

        self.run(body())


async def names(keypad: Keypad, count: int) -> list[str]:
    """The names of the next keys; TimeoutError when they do not come."""
    async with asyncio.timeout(PATIENCE):
        return [(await keypad.read()).name for _ in range(count)]
