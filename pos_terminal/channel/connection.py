"""One connection at the till's end: reads calls, has them answered one at a time, sends replies.

Reading and answering are two tasks, so that a peer that has gone is noticed while a call is at
work; whichever ends first ends the connection.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager

from msgspec import Struct

from pos_terminal.channel import varlink
from pos_terminal.channel.errors import ChannelError, Failed, refused
from pos_terminal.channel.interface import NOT_GRANTED, REFUSED
from pos_terminal.channel.pace import Pace
from pos_terminal.channel.service import Answer, Dispatcher, Peer
from pos_terminal.channel.varlink import BadMessage, Call, Inbox, Reply
from pos_terminal.domain import faults
from pos_terminal.tasks.contain import contained, one_line
from pos_terminal.tasks.groups import first
from pos_terminal.tasks.ready import ready

log = logging.getLogger(__name__)

SLICE = 1 << 16
"""Bytes that are read or sent in one turn."""

AHEAD = 1 << 16
"""Bytes that a peer may send ahead of the call at work; the kernel keeps what comes behind."""

HALF = 10.0
"""Seconds that a message may take from its first byte to its last, and a reply to be read."""


class Gone(Exception):
    """A connection's end: the peer has left, reads nothing, or does what it may not."""


class Connection:
    """Serves one peer. `room` says whether so many bytes more may wait here (the server's sum)."""

    def __init__(
        self,
        link: socket.socket,
        peer: Peer,
        service: Dispatcher,
        pace: Pace,
        room: Callable[[], bool],
        *,
        half: float = HALF,
    ) -> None:
        self.peer = peer
        self.inbox = Inbox()
        self._link = link
        self._service = service
        self._pace = pace
        self._room = room
        self._half = half
        self._arrived = asyncio.Event()
        self._taken = asyncio.Event()

    async def serve(self) -> None:
        """Until the peer has gone, or does what it may not."""
        try:
            await first(self._read(), self._answer_all())
        except* Gone as gone:
            log.info("connection of process %d closed: %s", self.peer.pid, gone.exceptions[0])

    def close(self) -> None:
        """Let the socket go, served or not."""
        self._link.close()

    async def _read(self) -> None:
        """Take bytes in until the peer has closed."""
        due: float | None = None
        while True:
            async with _in_time(due, "half a message came, and no more"):
                await ready(self._link, writing=False)
            async with self._pace.turn():
                with _heard():
                    received = _received(self._link)
                    if received == b"":
                        return
                    self.inbox.add(received or b"")
            self._arrived.set()
            if not self._room():
                raise Gone("too much waits here already")
            due = self._due(due)
            while len(self.inbox) > AHEAD and self.inbox.whole:
                self._taken.clear()
                await self._taken.wait()

    def _due(self, due: float | None) -> float | None:
        """By when the message that is begun must be here; None where none is."""
        if self.inbox.whole or not len(self.inbox):
            return None
        return due or asyncio.get_running_loop().time() + self._half

    async def _answer_all(self) -> None:
        while True:
            received = self.inbox.take()
            if received is None:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            self._taken.set()
            await self._answer(received)

    async def _answer(self, received: bytes) -> None:
        """One call from its first byte to its last reply. What a handler raises is its answer."""
        failed: list[BaseException] = []
        async with self._pace.turn():
            with _heard():
                call = varlink.read_call(received)
            with contained(failed.append):
                answer = self._service.take(self.peer, call)
        if not failed:
            with contained(failed.append):
                await self._reply(call, answer)
        if failed and isinstance(failed[0], Gone):
            raise failed[0]
        if failed and not call.oneway:
            error = self._told(failed[0])
            await self._send(Reply(error.parameters, error=error.name))

    def _told(self, error: BaseException) -> Failed:
        match error:
            case Failed():
                return error
            case ChannelError():
                name = NOT_GRANTED if error.fault is faults.NOT_GRANTED else REFUSED
                return refused(error.fault, error.detail, name)
            case _:  # a handler's bug costs its caller an answer, and the till nothing
                log.error("a call of process %d failed", self.peer.pid, exc_info=error)
                return refused(faults.INTERNAL, one_line(error))

    async def _reply(self, call: Call, answer: Answer) -> None:
        match answer:
            case Struct():
                await self._say(call, answer)
            case AsyncGenerator():
                async with aclosing(answer):
                    async for each in answer:
                        await self._say(call, each, continues=call.more)
                        if not call.more:
                            return
                raise Gone("what was followed has ended")
            case _:
                await self._say(call, await answer)

    async def _say(self, call: Call, answer: Struct, *, continues: bool = False) -> None:
        if not call.oneway:
            await self._send(Reply(varlink.parameters(answer), continues))

    async def _send(self, reply: Reply) -> None:
        """Send it in slices; Gone where the peer reads nothing for too long."""
        async with self._pace.turn():
            left = memoryview(varlink.message(reply))
        while left:
            async with self._pace.turn():
                with _heard():
                    sent = _sent(self._link, left[:SLICE])
            left = left[sent:]
            if left and not sent:
                due = asyncio.get_running_loop().time() + self._half
                async with _in_time(due, "what was sent is not read"):
                    await ready(self._link, writing=True)


@contextmanager
def _heard() -> Iterator[None]:
    """A connection that breaks, or breaks the protocol, has ended."""
    try:
        yield
    except (OSError, BadMessage) as error:
        raise Gone(str(error)) from error


@asynccontextmanager
async def _in_time(due: float | None, why: str) -> AsyncIterator[None]:
    """Gone where the block is not done by then, in the loop's time."""
    try:
        async with asyncio.timeout_at(due):
            yield
    except TimeoutError as error:
        raise Gone(why) from error


def _received(link: socket.socket) -> bytes | None:
    """What has arrived; empty where the peer has closed, None where nothing was there after all."""
    try:
        return link.recv(SLICE)
    except BlockingIOError:
        return None


def _sent(link: socket.socket, data: memoryview) -> int:
    try:
        return link.send(data)
    except BlockingIOError:
        return 0
