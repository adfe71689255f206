"""An event loop that sits no wait out: where all is still, its clock jumps to the next timer.

For a far end that lives in the same loop, at the other side of real wires: what either has sent is
readable at once, or as soon as the kernel is asked for it. So when nothing is there for a moment,
nothing is on its way, and everybody waits for the clock. While a thread or a child process may
still answer, time passes as it does.
"""

import asyncio
import os
import selectors
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from select import POLLIN, POLLOUT, poll
from typing import Any, TypeVar, TypeVarTuple

from pos_terminal.testing.running import watched
from pos_terminal.testing.timeless import BEYOND

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Ready = list[tuple[selectors.SelectorKey, int]]

MOMENT = 0.005
"""Seconds of a look at what arrives; and as much passes at most while this process has to wait for
the machine, which is nobody's silence."""


class _Hurried(selectors.DefaultSelector):
    """Waits for a moment, and puts the clock on by what was left to wait."""

    calls = 0
    """How many calls in threads are under way."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._seen = time.monotonic()
        self._threads = set(threading.enumerate())

    def select(self, timeout: float | None = None) -> Ready:
        """See `BaseSelector.select`."""
        self._pass()
        if timeout is None:
            return super().select()
        end = self.now + timeout
        while self.now < end:
            ready = super().select(min(end - self.now, MOMENT))
            self._pass()
            if ready:
                return ready
            if not (self._is_on_its_way() or self._others()):
                self.now = end + BEYOND
        return super().select(0)

    def _pass(self) -> None:
        seen, self._seen = self._seen, time.monotonic()
        self.now += min(self._seen - seen, MOMENT)

    def _others(self) -> bool:
        """Whether somebody else may still answer: a thread or a child of this process."""
        # A pool's thread waits for calls, which are counted.
        working = (each for each in threading.enumerate() if not each.name.startswith("asyncio_"))
        return self.calls > 0 or not self._threads.issuperset(working) or has_children()

    def _is_on_its_way(self) -> bool:
        """Whether any of what is waited for is there, asked anew.

        A thread of the kernel's brings a pseudo-terminal its bytes, on a busy machine late. epoll
        waits to be told by it; poll has it bring them first (tty_buffer_flush_work, n_tty.c).
        """
        asking = poll()
        for key in self.get_map().values():
            asking.register(key.fd, POLLIN if key.events & selectors.EVENT_READ else POLLOUT)
        return bool(asking.poll(0))


def has_children() -> bool:
    """Whether this process has a child that runs, or that nobody has taken notice of."""
    try:
        # Only looks: whoever started it hears of its end.
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


class HurriedLoop(asyncio.SelectorEventLoop):
    """See the module."""

    def __init__(self) -> None:
        self._hurried = _Hurried()
        super().__init__(self._hurried)

    def time(self) -> float:
        """Seconds, of a clock of its own."""
        return self._hurried.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> "asyncio.Future[T]":
        """See `asyncio.loop.run_in_executor`."""
        running = super().run_in_executor(executor, func, *args)
        self._hurried.calls += 1
        running.add_done_callback(self._is_done)
        return running

    def _is_done(self, _: object) -> None:
        self._hurried.calls -= 1


def run_hurried(work: Coroutine[Any, Any, T]) -> T:
    """As `running.run`, and no wait takes long."""
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        return runner.run(watched(work))
