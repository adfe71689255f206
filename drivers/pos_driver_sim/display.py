"""A customer display at the end of a serial line, which remembers every screen it has shown."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Self

from pos_driver_sim.far_end import Cable, Pty
from pos_driver_sim.vfd import Panel
from pos_terminal.domain.screen import Screen


class DisplayEnd:
    """`frames` holds (time.monotonic(), screen) for every whole frame, in order.

    `on_frame` is called with each, for whoever shows them live.
    """

    def __init__(
        self,
        path: Path,
        *,
        commands: Literal["escpos", "cd5220"] = "escpos",
        code_page: Literal["cp858", "cp1252"] = "cp858",
        on_frame: Callable[[Screen], None] | None = None,
    ) -> None:
        self._wire = Pty(path, self._received)
        self._first_page = code_page if commands == "cd5220" else "cp437"
        self._on_frame = on_frame
        self._changed = asyncio.Event()
        self.panel = Panel(self._first_page)
        self.frames: list[tuple[float, Screen]] = []
        self.settings: dict[str, object] = {
            "driver": "vfd", "serial": {"port": str(path)}, "commands": commands,
            "code_page": code_page,
        }

    @property
    def cable(self) -> Cable:
        """The wire's cable: what ails it."""
        return self._wire.cable

    async def __aenter__(self) -> Self:
        self._wire.plug()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._wire.unplug()

    async def unplug(self) -> None:
        """Pull the cable, which is also its power: it goes dark."""
        self._wire.unplug()
        self.panel = Panel(self._first_page)

    async def replug(self) -> None:
        """Plug it in again."""
        self._wire.plug()

    @property
    def screen(self) -> Screen:
        """What stands on it now."""
        return self.panel.screen

    async def wait_for(self, shown: Callable[[Screen], bool], within: float = 20.0) -> Screen:
        """The screen on it, once `shown` holds; TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while not shown(self.screen):
                self._changed.clear()
                await self._changed.wait()
        return self.screen

    async def shows(self, *texts: str, within: float = 20.0) -> None:
        """Wait until all of these stand on it. TimeoutError, with what does, after `within` s."""
        try:
            await self.wait_for(
                lambda screen: all(text in f"{screen.line1}\n{screen.line2}" for text in texts),
                within,
            )
        except TimeoutError:
            raise TimeoutError(f"not {texts}, but {self.screen}") from None

    def _received(self, data: bytes) -> None:
        if self.panel.feed(data):
            screen = self.screen
            self.frames.append((time.monotonic(), screen))
            if self._on_frame is not None:
                self._on_frame(screen)
        self._changed.set()
