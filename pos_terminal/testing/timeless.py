"""An event loop whose clock stands still while anything is to be done, and jumps when nothing is.

What waits a quarter of an hour is over at once, and in the same order each time: for whatever sits
between lines in memory. A body that waits for nothing at all is an error, and no test that hangs.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

BEYOND = 1e-6
"""Seconds that it jumps beyond: after a year a float cannot tell the moment itself from just before
it, and the loop would try to reach it for ever."""


class _Jumping(selectors.DefaultSelector):
    """Never waits: where there is nothing to do it sets the clock on to the next thing."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """See `BaseSelector.select`."""
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everything waits, and nothing will come")
            self.now += timeout + BEYOND
        return ready


class TimelessLoop(asyncio.SelectorEventLoop):
    """See the module."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds, of a clock of its own."""
        return self._jumping.now


def run_timeless(work: Coroutine[Any, Any, T]) -> T:
    """Run an async body to its end, however long that is on its own clock."""
    with asyncio.Runner(loop_factory=TimelessLoop) as runner:
        return runner.run(work)
