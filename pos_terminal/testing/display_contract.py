"""What every customer display must do, whatever drives it. Subclass, and supply the far end.

class TestMyDisplay(DisplayContract):
    @asynccontextmanager
    async def far_end(self): ...
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from pos_terminal.devices.classes import CustomerDisplay
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.domain.screen import Screen
from pos_terminal.testing.running import PATIENCE, run


class DisplayFarEnd(Protocol):
    """A display under test, with somebody's eyes on it."""

    def open(self) -> AbstractAsyncContextManager[CustomerDisplay]:
        """The driver's way to open it."""

    def seen(self) -> list[Screen]:
        """Every screen that has stood on it, in order, without repeats."""

    async def wait_for(self, shown: Callable[[Screen], bool], within: float = ...) -> Screen:
        """The screen, once `shown` holds; TimeoutError after `within` seconds."""

    async def unplug(self) -> None:
        """Pull the cable."""

    async def replug(self) -> None:
        """Plug it in again, to be opened with the same settings."""


class DisplayContract:
    """Subclass it and override `far_end`.

    `run` runs each body; `hurried.run_hurried` does so without waiting, where the far end is in its
    loop.
    """

    run = staticmethod(run)

    def far_end(self) -> AbstractAsyncContextManager[DisplayFarEnd]:
        """A display, plugged in."""
        raise NotImplementedError

    def test_it_shows_both_lines(self) -> None:
        """Capitals, figures, French letters and the euro sign, in all forty places."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as display:
                for screen in (
                    Screen("TRADITION         x1", "      1,30      1,30"),
                    Screen("Crème brûlée à l'ÎLE", "ç é ï ù É     3,90 €"),
                    Screen("#[]{}|~@^`\\$", "!\"%&'()*+,-./:;<=>?"),
                    Screen(),
                ):
                    await display.show(screen)
                    await end.wait_for(screen.__eq__, PATIENCE)

        self.run(body())

    def test_a_screen_is_never_half_shown(self) -> None:
        """No mixture of two screens stands there, not even between one and the next."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as display:
                screens = [Screen(f"{n:020}", f"{n:020}") for n in range(30)]
                for screen in screens:
                    await display.show(screen)
                await end.wait_for(screens[-1].__eq__, PATIENCE)
                assert [seen for seen in end.seen() if seen.line1 != seen.line2] == []
                order = [screens.index(seen) for seen in end.seen() if seen in screens]
                assert order == sorted(order)

        self.run(body())

    def test_what_it_cannot_show_keeps_its_place(self) -> None:
        """A character outside the code page costs one place, and disturbs no other."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as display:
                await display.show(Screen("a\x1b\x0c\x7f\nz", "漢Ωα…ńz"))
                screen = await end.wait_for(lambda screen: screen.line1[0] == "a", PATIENCE)
                assert screen.line1[5:] == "z".ljust(15)
                assert screen.line2[4:6] == "nz"

        self.run(body())

    def test_opening_clears_what_stood_there(self) -> None:
        """A display that is opened shows nothing of its past."""

        async def body() -> None:
            async with self.far_end() as end:
                async with end.open() as display:
                    await display.show(Screen("OLD", "OLD"))
                    await end.wait_for(Screen("OLD", "OLD").__eq__, PATIENCE)
                async with end.open():
                    await end.wait_for(Screen().__eq__, PATIENCE)

        self.run(body())

    def test_unplug_replug_show(self) -> None:
        """A loss is noticed without showing, showing says so, a replugged display works."""

        async def body() -> None:
            async with self.far_end() as end:
                async with end.open() as display, asyncio.timeout(PATIENCE):
                    await display.show(Screen("1"))
                    await end.wait_for(Screen("1").__eq__, PATIENCE)
                    await end.unplug()
                    await display.gone()
                    with pytest.raises(DeviceLost):
                        await display.show(Screen("2"))
                with pytest.raises(DeviceLost):
                    async with end.open():
                        pytest.fail("an unplugged display was opened")
                await end.replug()
                async with end.open() as display:
                    await display.show(Screen("3"))
                    await end.wait_for(Screen("3").__eq__, PATIENCE)

        self.run(body())
