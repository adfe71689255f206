"""Tasks that belong together: races, and work off the loop that is waited for."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")


async def forever() -> NoReturn:
    """Wait until cancelled."""
    await asyncio.Event().wait()
    raise AssertionError("an event that nobody has was set")


async def first(*contenders: Coroutine[Any, Any, None]) -> None:
    """Run all at once until one returns or raises; the others are cancelled and waited for.

    What a single contender raised comes out as it is, not in a group. Cancelled, it raises that,
    also where a contender fails at the same moment: a task group would lose one of the two.
    """
    caller = asyncio.current_task()
    before = caller.cancelling() if caller else 0
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(contender) for contender in contenders]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as raised:
        if caller and caller.cancelling() > before:
            raise asyncio.CancelledError from raised
        if len(raised.exceptions) == 1:
            raise raised.exceptions[0] from None
        raise


async def to_the_end(work: Callable[[], T]) -> T:
    """What `work` returns, off the loop. Cancelled, it waits until `work` has let go of its things.

    What `work` raises then is lost with its answer: whoever asked is gone.
    """
    working = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait((working,))
        working.exception()
        raise
