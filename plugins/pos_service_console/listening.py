"""One interface is listened to, and nobody holds a connection without a request for long."""

import asyncio
import fcntl
import socket
import ssl
import struct
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from uvicorn.server import ServerState

SIOCGIFADDR = 0x8915
"""netdevice(7): the IPv4 address of an interface."""

LOOK = 30.0
"""Seconds between two looks at whether the interface has its address still."""

REQUEST = 15.0
"""Seconds that a request's head may take, from the connection or the last answer on."""

HANDSHAKE = 10.0
HEAD = 16 << 10
"""Bytes of a request's head."""

SAID = 4 << 10
"""Bytes of a message from whoever follows: nothing that is said is of any use."""

PING = 20.0
"""Seconds between two questions whether who follows is there, and for the answer."""

ALL, AN_ADDRESS = 64, 16
"""Connections at once: of everybody, and of one address."""


def address_of(interface: str) -> str:
    """Its IPv4 address. OSError where it has none, or there is no such interface."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        request = struct.pack("256s", interface.encode()[:15])
        return socket.inet_ntoa(fcntl.ioctl(asked.fileno(), SIOCGIFADDR, request)[20:24])


class _Impatient(H11Protocol):
    """Closes whoever sends no whole head in time, and whoever has too many connections."""

    by_address: Counter[str]

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._from = self.client[0] if self.client else ""
        self.by_address[self._from] += 1
        self._answered: Any = None
        self._timer = self.loop.call_later(REQUEST, self._look)
        if len(self.connections) > ALL or self.by_address[self._from] > AN_ADDRESS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self.by_address[self._from] -= 1
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Any) -> None:
        self._timer.cancel()  # from here on it is the socket's, which asks whether it is there
        super().handle_websocket_upgrade(event)

    def _look(self) -> None:
        """Close it where nothing whole has been asked since the last look."""
        cycle = self.cycle
        if cycle is None or cycle is self._answered:
            self.transport.abort()
            return
        self._answered = cycle if cycle.response_complete else None
        self._timer = self.loop.call_later(REQUEST, self._look)


class _Socket(WSProtocol):
    """What a connection becomes: it counts until it is gone."""

    by_address: Counter[str]

    def connection_lost(self, exc: Exception | None) -> None:
        self.by_address[self.client[0] if self.client else ""] -= 1
        super().connection_lost(exc)


async def serve(
    app: ASGIApp, interface: str, port: int, tls: ssl.SSLContext, up: Callable[[int], object]
) -> None:
    """Serve until the interface has another address; `up` hears the port. OSError for none."""
    address, by_address = address_of(interface), Counter[str]()
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", server_header=False,
        date_header=False, h11_max_incomplete_event_size=HEAD, proxy_headers=False,
        ws=type("Socket", (_Socket,), {"by_address": by_address}), ws_max_size=SAID,
        ws_ping_interval=PING, ws_ping_timeout=PING,
    )  # fmt: skip
    config.load()
    state = ServerState()
    kind = type("Impatient", (_Impatient,), {"by_address": by_address})
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: kind(config, state, {}), address, port, ssl=tls,
        ssl_handshake_timeout=HANDSHAKE, ssl_shutdown_timeout=1.0, backlog=32, reuse_address=True,
    )  # fmt: skip
    try:
        up(server.sockets[0].getsockname()[1])
        while True:
            await asyncio.sleep(LOOK)
            with suppress(OSError):
                if address_of(interface) != address:
                    return
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
