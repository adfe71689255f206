"""One interface is listened to; nobody has many connections, or one without a request for long.

A connection counts from when it is taken in: with asyncio's own server, one whose handshake never
ends would be known to nobody, and each of those holds some 60 KiB of OpenSSL's buffers.
"""

import asyncio
import fcntl
import logging
import socket
import ssl
import struct
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from uvicorn.server import ServerState

from pos_terminal.tasks.groups import first
from pos_terminal.tasks.ready import ready

log = logging.getLogger(__name__)

SIOCGIFADDR = 0x8915
"""netdevice(7): the IPv4 address of an interface."""

SIOCOUTQ = termios.TIOCOUTQ
"""tcp(7): how much the far end has not acknowledged."""

LOOK = 30.0
"""Seconds between two looks at whether the interface has its address still."""

REQUEST = 15.0
"""Seconds that a request's head may take, from the connection or the last answer on; and for which
whoever is answered may take nothing of it.
"""

HANDSHAKE = 10.0
"""Seconds that TLS may take to begin."""

HEAD = 16 << 10
"""Bytes of a request's head."""

SAID = 4 << 10
"""Bytes of a message from whoever follows: nothing that is said is of any use."""

PING = 20.0
"""Seconds between two questions whether who follows is there, and for the answer."""

ALL, AN_ADDRESS = 64, 16
"""Connections at once: of everybody, and of one address."""

BACKLOG = 32
"""Connections that may wait to be taken in."""

AGAIN = 1.0
"""Seconds before connections are taken in again, once the process had no descriptor left."""


def address_of(interface: str) -> str:
    """Its IPv4 address. OSError where it has none, or there is no such interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        request = struct.pack("256s", interface.encode()[:15])
        return socket.inet_ntoa(fcntl.ioctl(asked.fileno(), SIOCGIFADDR, request)[20:24])


class _Held(socket.socket):
    """A connection: one of `held` until its descriptor is closed, whatever became of it by then.

    asyncio's transport closes it when the handshake fails, and when HTTP's protocol or a
    WebSocket's has lost it.
    """

    def __init__(self, accepted: socket.socket, host: str, held: "set[_Held]") -> None:
        super().__init__(fileno=accepted.detach())
        self.setblocking(False)
        self.host = host
        self._held = held
        held.add(self)

    def close(self) -> None:
        self._held.discard(self)
        super().close()


class _Impatient(H11Protocol):
    """Closes whoever sends no whole head in `patience` seconds, or reads nothing for as long."""

    patience = REQUEST

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._answered: Any = None
        self._left = 0  # bytes that nobody has taken
        self._timer = self.loop.call_later(self.patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Any) -> None:
        self._timer.cancel()  # from here on it is the socket's, which asks whether it is there
        super().handle_websocket_upgrade(event)

    def _look(self) -> None:
        """Close it where nothing whole has been asked since the last look, or nothing taken."""
        cycle, left = self.cycle, self._untaken()
        stuck = self.flow.write_paused and left == self._left
        if cycle is None or cycle is self._answered or stuck:
            self.transport.abort()
            return
        self._answered = cycle if cycle.response_complete else None
        self._left = left
        self._timer = self.loop.call_later(self.patience, self._look)

    def _untaken(self) -> int:
        """Bytes on their way, in the kernel as well: it has room for megabytes, and takes more only
        once a third of that is free, so that a slow reader's own are not seen to move before.
        """
        queued = fcntl.ioctl(self.transport.get_extra_info("socket"), SIOCOUTQ, bytes(4))
        return self.transport.get_write_buffer_size() + int.from_bytes(queued, sys.byteorder)


async def serve(
    app: ASGIApp, interface: str, port: int, tls: ssl.SSLContext, up: Callable[[int], object],
    *, patience: float = REQUEST,
) -> None:  # fmt: skip
    """Serve until the interface has another address; `up` hears the port. OSError for none."""
    address = address_of(interface)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", server_header=False,
        date_header=False, h11_max_incomplete_event_size=HEAD, proxy_headers=False,
        ws=WSProtocol, ws_max_size=SAID, ws_ping_interval=PING, ws_ping_timeout=PING,
    )  # fmt: skip
    config.load()
    state = ServerState()

    def protocol() -> _Impatient:
        made = _Impatient(config, state, {})
        made.patience = patience
        return made

    with socket.create_server((address, port), backlog=BACKLOG) as listening:
        listening.setblocking(False)
        up(listening.getsockname()[1])
        try:
            await first(
                _take_in(listening, tls, protocol),
                _has_another(interface, address),
            )
        finally:
            for connection in list(state.connections):
                connection.transport.abort()


async def _has_another(interface: str, address: str) -> None:
    """Return once the interface has another address than that one."""
    while True:
        await asyncio.sleep(LOOK)
        with suppress(OSError):
            if address_of(interface) != address:
                return


async def _take_in(
    listening: socket.socket, tls: ssl.SSLContext, make: Callable[[], asyncio.Protocol]
) -> NoReturn:
    """Take in who may come; whoever has too many connections is closed before a byte of TLS."""
    held: set[_Held] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            await ready(listening, writing=False)
            try:
                accepted, (host, _) = listening.accept()
            except BlockingIOError:  # whoever it was has gone
                continue
            except OSError as error:  # no descriptor is free: whoever waits is taken in later
                log.warning("nobody can connect: %s", error)
                await asyncio.sleep(AGAIN)
                continue
            of_address = sum(each.host == host for each in held)
            if of_address < AN_ADDRESS and len(held) < ALL:
                group.create_task(_shake_hands(_Held(accepted, host, held), tls, make))
            else:
                accepted.close()


async def _shake_hands(
    connection: _Held, tls: ssl.SSLContext, make: Callable[[], asyncio.Protocol]
) -> None:
    """Begin TLS; from then on the connection is the protocol's that `make` gives."""
    with suppress(OSError):  # it went, took too long or spoke no TLS: asyncio has closed it
        await asyncio.get_running_loop().connect_accepted_socket(
            make, connection, ssl=tls, ssl_handshake_timeout=HANDSHAKE, ssl_shutdown_timeout=1.0
        )
