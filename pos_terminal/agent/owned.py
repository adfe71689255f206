"""Which tasks are a service's: those that were begun on its behalf, however deep.

A service that forgets a task would leave it behind at each of its restarts, for ever. So the loop
notes whose every task is, and what a service leaves behind ends with it.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

LIMIT = 200
"""Tasks of one service at once: each costs some kilobytes, and a turn of the loop."""

_OWNER: ContextVar["ServiceOwner | None"] = ContextVar("owner", default=None)


class TooManyTasks(RuntimeError):
    """A service wants another task and has LIMIT of them."""


class ServiceOwner:
    """A service, as whoever begins tasks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._tasks: WeakSet[asyncio.Task[Any]] = WeakSet()

    async def run(self, work: Awaitable[object]) -> None:
        """Do `work` in its name; what it began and left behind is cancelled, and waited for."""
        token = _OWNER.set(self)
        try:
            await work
        finally:
            _OWNER.reset(token)
            left = [task for task in self._tasks if not task.done()]
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left)

    def add(self, task: "asyncio.Task[Any]") -> None:
        """Note one of its tasks."""
        self._tasks.add(task)

    def check(self) -> None:
        """TooManyTasks where it may have no other."""
        if sum(not task.done() for task in self._tasks) >= LIMIT:
            raise TooManyTasks(f"{self.name} has {LIMIT} tasks")


def note_owners(loop: asyncio.AbstractEventLoop) -> None:
    """Have that loop note whose its tasks are."""

    def factory(
        loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **more: Any
    ) -> "asyncio.Task[Any]":
        owner = _OWNER.get()
        if owner:
            with _closed(work):
                owner.check()
        task = asyncio.Task(work, loop=loop, **more)
        if owner:
            owner.add(task)
        return task

    loop.set_task_factory(factory)  # type: ignore[arg-type]  # its protocol differs by version


@contextmanager
def _closed(work: Coroutine[Any, Any, Any]) -> Any:
    """A coroutine that will not run is closed, or it would be complained about."""
    try:
        yield
    except TooManyTasks:
        work.close()
        raise
