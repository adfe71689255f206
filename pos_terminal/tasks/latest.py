"""The newest value for a slow reader."""

import asyncio
from typing import Generic, TypeVar

from pos_terminal.tasks.observers import Observers

T = TypeVar("T")


class Latest(Generic[T]):
    """A box with room for one value: whoever reads gets the newest, and misses what it replaced.

    `observers` are told of each value, and miss none.
    """

    def __init__(self) -> None:
        self.observers: Observers[T] = Observers()
        self._value: T | None = None
        self._version = 0
        self._changed = asyncio.Event()

    def put(self, value: T) -> None:
        """Replace what lies in the box."""
        self._value = value
        self.touch()
        self.observers.tell(value)

    def touch(self) -> None:
        """Have the reader take the present value again."""
        self._version += 1
        self._changed.set()

    @property
    def value(self) -> T | None:
        """What lies in it; None before the first."""
        return self._value

    async def newer(self, version: int) -> tuple[T, int]:
        """The value once its version is above `version` (begin with -1), with that version."""
        while self._value is None or self._version <= version:
            self._changed.clear()
            await self._changed.wait()
        return self._value, self._version
