"""A server of the channel beside a test, and a peer that speaks as badly as it is told."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from pos_terminal.channel.acts import Act, Actor
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.server import Server
from pos_terminal.channel.service import Dispatcher
from pos_terminal.domain import faults
from pos_terminal.testing.running import PATIENCE


class Greeting(Struct):
    name: str


async def greet(asks: Greeting, actor: Actor) -> dict[str, object]:
    """An act: greets, and says by which grant."""
    if not asks.name:
        raise ChannelError(faults.CLERK_REFUSED, "nobody")
    return {"hello": asks.name, "grant": actor.grant}


STRANGER = 65534
"""A user who is neither root nor the till's."""


def reach(state: Path) -> Path:
    """Let a stranger as far as the agent would come: to the socket, past its group."""
    for folder in (state.parents[1], state.parent, state):
        folder.chmod(0o755)
    (state / "till").chmod(0o666)
    return state / "till"


ACTS = {"greet.say": Act(Greeting, greet), "part.say": Act(Greeting, greet)}


@asynccontextmanager
async def serving(
    path: Path, service: Dispatcher, *, half: float = PATIENCE
) -> AsyncIterator[None]:
    """A server at `path` while the block runs; what ends it otherwise fails the test."""
    up = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(Server(path, service, half=half).run(up.set))
        async with asyncio.timeout(PATIENCE):
            await up.wait()
        try:
            yield
        finally:
            task.cancel()


class Raw:
    """A peer that sends bytes, and reads what comes until the far end closes."""

    def __init__(self, path: Path) -> None:
        self.link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.link.settimeout(PATIENCE)
        self.link.connect(str(path))

    def send(self, data: bytes) -> None:
        self.link.sendall(data)

    def message(self) -> bytes:
        """The next message; empty where the far end has closed."""
        received = b""
        while not received.endswith(b"\0"):
            try:
                more = self.link.recv(1)
            except ConnectionResetError:
                more = b""
            if not more:
                return b""
            received += more
        return received[:-1]

    def close(self) -> None:
        self.link.close()
