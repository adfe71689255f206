"""The store blocks, the journal belongs to an event loop: how one works beside the other."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from pos_terminal.domain.events.event import Event
from pos_terminal.persons.store import Record

T = TypeVar("T")

Append = Callable[[Sequence[Event]], Awaitable[object]]
"""Makes events durable, on the loop; returns once they are, or raises."""


async def run_with_journal(append: Append, work: Callable[[Record], T]) -> T:
    """Do `work` in a thread, with a Record that has the loop's journal make events durable.

    Cancelled, it returns at once; `work` is left to its end in its thread.
    """
    loop = asyncio.get_running_loop()

    async def durable(events: Sequence[Event]) -> None:
        await append(events)

    def record(events: Sequence[Event]) -> None:
        asyncio.run_coroutine_threadsafe(durable(events), loop).result()

    return await asyncio.to_thread(work, record)
