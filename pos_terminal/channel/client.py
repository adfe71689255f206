"""The clients' end: a synchronous one for commands, one for asyncio's loop for the agent.

Each call has a connection of its own, so that a till that was started again in between is no
trouble. ChannelError says with code and remedy what went wrong: no till, no right, another version.
"""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from pos_terminal.channel.calls import answered, asked
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Method
from pos_terminal.channel.socket_address import address
from pos_terminal.channel.varlink import END, LIMIT, BadMessage, Inbox
from pos_terminal.domain import faults
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import labelled, say

P = TypeVar("P", bound=Struct)
R = TypeVar("R", bound=Struct)

PATIENCE = 30.0
"""Seconds that a till may take to answer: a closure on a slow card, behind others."""

CROWDED = 0.05
"""Seconds before a till is tried again at whose socket too many wait to be taken in."""

CHUNK = 1 << 16


class Client:
    """Calls the till that listens at `path`, and waits for its answers."""

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.path = path
        self._patience = patience

    def call(self, method: Method[P, R], asks: P) -> R:
        """The till's answer; ChannelError where it has none."""
        with self._connected(self._patience) as link:
            link.sendall(asked(method, asks))
            return answered(method, next(_messages(link)))[0]

    def follow(self, method: Method[P, R], asks: P) -> Generator[R, None, None]:
        """The till's answers as they come, for as long as it goes on giving any."""
        with self._connected(None) as link:
            link.sendall(asked(method, asks, more=True))
            for received in _messages(link):
                reply, continues = answered(method, received)
                yield reply
                if not continues:
                    return

    @contextmanager
    def _connected(self, patience: float | None) -> Iterator[socket.socket]:
        until = time.monotonic() + self._patience
        with _told(self.path), _socket() as link:
            with _connecting(self.path):
                while not _is_connected(link, self.path, until):
                    time.sleep(CROWDED)
            link.settimeout(patience)
            yield link


def _socket() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)


def _is_connected(link: socket.socket, path: Path, until: float) -> bool:
    """Try to connect; False where so many wait there that one has to try again."""
    try:
        with address(path) as given:
            link.connect(given)
    except BlockingIOError:
        if time.monotonic() > until:
            raise
        return False
    return True


def _messages(link: socket.socket) -> Iterator[bytes]:
    inbox = Inbox()
    while True:
        found = inbox.take()
        if found is not None:
            yield found
            continue
        received = link.recv(CHUNK)
        if not received:
            raise ConnectionResetError(say("la caisse a fermé la connexion"))
        inbox.add(received)


class AsyncClient:
    """As Client, for a program with a loop."""

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.path = path
        self._patience = patience

    async def call(self, method: Method[P, R], asks: P) -> R:
        """The till's answer; ChannelError where it has none."""
        async with self.at_the_till() as link:
            return await link.call(method, asks)

    @asynccontextmanager
    async def at_the_till(self) -> AsyncIterator["CallLink"]:
        """A connection for one call that is still to come: the till lets it in meanwhile.

        ChannelError where there is no till.
        """
        async with AsyncExitStack() as stack:
            with _told(self.path):
                async with asyncio.timeout(self._patience):
                    streams = await stack.enter_async_context(self._connected())
            yield CallLink(self.path, *streams, patience=self._patience)

    async def follow(self, method: Method[P, R], asks: P) -> AsyncGenerator[R, None]:
        """The till's answers as they come, for as long as it goes on giving any."""
        with _told(self.path):
            async with self._connected() as (reader, writer):
                writer.write(asked(method, asks, more=True))
                continues = True
                while continues:
                    reply, continues = answered(method, await _message(reader))
                    yield reply

    @asynccontextmanager
    async def _connected(
        self,
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        until = time.monotonic() + self._patience
        with _socket() as link:
            with _connecting(self.path):
                while not _is_connected(link, self.path, until):  # noqa: ASYNC110  nothing tells
                    await asyncio.sleep(CROWDED)
            reader, writer = await asyncio.open_unix_connection(sock=link, limit=LIMIT)
            try:
                yield reader, writer
            finally:
                writer.transport.abort()


class CallLink:
    """A connection on which one call may be made."""

    def __init__(
        self, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *,
        patience: float,
    ) -> None:  # fmt: skip
        self._path = path
        self._reader = reader
        self._writer = writer
        self._patience = patience

    async def call(self, method: Method[P, R], asks: P) -> R:
        """The till's answer; ChannelError where it has none."""
        with _told(self._path):
            async with asyncio.timeout(self._patience):
                self._writer.write(asked(method, asks))
                return answered(method, await _message(self._reader))[0]


async def _message(reader: asyncio.StreamReader) -> bytes:
    try:
        return (await reader.readuntil(END))[:-1]
    except asyncio.IncompleteReadError as error:
        raise ConnectionResetError(say("la caisse a fermé la connexion")) from error
    except asyncio.LimitOverrunError as error:
        raise BadMessage(f"a message of more than {LIMIT} bytes") from error


@contextmanager
def _connecting(path: Path) -> Iterator[None]:
    """Errors of finding nobody there, or nobody for this user."""
    try:
        yield
    except PermissionError as error:
        raise ChannelError(faults.NOT_GRANTED, about(error, path)) from error
    except OSError as error:
        raise ChannelError(faults.TILL_SILENT, about(error, path)) from error


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Errors of a connection that was there."""
    try:
        yield
    except (OSError, BadMessage) as error:  # TimeoutError is an OSError
        why = str(error) or say("pas de réponse")
        raise ChannelError(faults.CHANNEL_BROKEN, labelled(path, why)) from error
