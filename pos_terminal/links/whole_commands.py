"""Commands to a printer over a link, none of which may be left in the middle."""

import asyncio
from collections import deque

from pos_terminal.links.link import Link, LinkLost, LinkStalled

SHOWN = 64
"""Bytes of what was heard that the log shows: the last ones, at which it went wrong."""


class WholeCommands:
    """What the sessions of all printers' languages build on.

    Senders take turns. One whose command was cut off ends the talk: what would be sent next would
    be taken for the rest. `heard` is what came last, for whoever has to find out why it made no
    sense; who begins something clears it.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._turn = asyncio.Lock()
        self._broken = asyncio.Event()
        self.heard: deque[int] = deque(maxlen=SHOWN)

    async def gone(self) -> None:
        """Return when the link is lost, or left in the middle of a command."""
        async with asyncio.TaskGroup() as group:
            waits = [group.create_task(w) for w in (self._link.gone(), self._broken.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()

    async def receive(self) -> bytes:
        """See `Link.receive`."""
        data = await self._link.receive()
        self.heard.extend(data)
        return data

    async def send(self, data: bytes, patience: float) -> None:
        """Hand all of `data` over. When the printer takes no more, go on trying for `patience`.

        Raises LinkStalled (`sent` says how much left) and LinkLost.
        """
        loop = asyncio.get_running_loop()
        sent = 0
        async with self._turn:
            if self._broken.is_set():
                raise LinkLost("left in the middle of a command", untouched=True)
            deadline = loop.time() + patience
            while sent < len(data):
                try:
                    await self._link.send(data[sent:])
                    return
                except LinkLost as error:
                    if error.untouched and sent:  # of the rest, that is
                        raise LinkLost(str(error)) from error
                    raise
                except LinkStalled as stall:
                    sent += stall.sent
                    if loop.time() >= deadline:
                        if sent:
                            self._broken.set()
                        raise LinkStalled("printer", sent, len(data)) from stall
