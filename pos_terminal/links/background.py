"""Work that a driver does as long as its device is open."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run `work` while the block runs; cancel it afterwards.

    What the block raises passes as it is, not in a group. An error of `work` cancels the block
    and is raised in its place.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(work)
            try:
                yield
            finally:
                # The block is over, whichever way: nothing of the driver goes on behind its device.
                working.cancel()
    except BaseExceptionGroup as raised:
        # A driver's caller looks for DeviceLost and the like, and would not find it in a group.
        raise raised.exceptions[0] from None
