"""PINs are checked off the loop, one after the other, as that takes its time."""

import asyncio
from collections.abc import Callable
from typing import NoReturn

from pos_terminal.domain.counter.steps import CheckPin, Input, PinChecked
from pos_terminal.persons.pins import is_right


class PinLane:
    """Checks one PIN after the other, and answers with the number of the question."""

    def __init__(self, put: Callable[[Input], None]) -> None:
        self._put = put
        self._asked: asyncio.Queue[CheckPin] = asyncio.Queue()

    def check(self, asked: CheckPin) -> None:
        """Have it checked; the counter asks again only when it has the answer."""
        self._asked.put_nowait(asked)

    async def run(self) -> NoReturn:
        """Check what is asked, for ever."""
        while True:
            asked = await self._asked.get()
            right = await asyncio.to_thread(is_right, asked.pin, asked.kept)
            self._put(PinChecked(asked.request, asked.clerk, right))
