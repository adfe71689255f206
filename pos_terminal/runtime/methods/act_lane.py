"""Do: acts one after the other, each to its end, whether or not who asked still waits."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from msgspec import Raw

from pos_terminal.channel.acts import Actor, Acts, perform
from pos_terminal.tasks.contain import contained


class _Asked(NamedTuple):
    name: str
    arguments: Raw
    actor: Actor
    result: "asyncio.Future[Raw]"


class ActLane:
    """Performs acts. A peer that hangs up leaves no act half done; one not begun is dropped."""

    def __init__(self, acts: Callable[[], Acts]) -> None:
        self._acts = acts
        self._asked: asyncio.Queue[_Asked] = asyncio.Queue()

    async def do(self, name: str, arguments: Raw, actor: Actor) -> Raw:
        """The act's result; raises what it raises."""
        result: asyncio.Future[Raw] = asyncio.get_running_loop().create_future()
        self._asked.put_nowait(_Asked(name, arguments, actor, result))
        return await result

    async def run(self) -> NoReturn:
        """Do what is asked for, for ever."""
        while True:
            asked = await self._asked.get()
            if not asked.result.done():
                await self._do(asked)

    async def _do(self, asked: _Asked) -> None:
        failed: list[BaseException] = []
        with contained(failed.append):
            done = await perform(self._acts(), asked.name, asked.arguments, asked.actor)
        if asked.result.done():  # whoever asked is gone
            return
        if failed:
            asked.result.set_exception(failed[0])
        else:
            asked.result.set_result(done)
