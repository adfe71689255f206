"""TCP connections to network printers, displays and serial servers."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from pos_terminal.links.fd import FdLink
from pos_terminal.links.link import LinkLost
from pos_terminal.links.names import addresses
from pos_terminal.links.stream import SEND_TIMEOUT

CONNECT_TIMEOUT = 3.0
DEAD_AFTER = 20.0
"""Seconds of silence from the network after which a peer counts as lost (power cut, cable out)."""


@asynccontextmanager
async def tcp_link(
    host: str,
    port: int,
    *,
    connect_timeout: float = CONNECT_TIMEOUT,
    dead_after: float = DEAD_AFTER,
    send_timeout: float = SEND_TIMEOUT,
) -> AsyncIterator[FdLink]:
    """Connect within `connect_timeout` seconds. Raises LinkLost when that cannot be, and why.

    Keep-alives find a peer that vanished while the line was idle, TCP_USER_TIMEOUT one that
    vanished with bytes on their way. The latter also ends a connection whose peer has taken
    nothing for `dead_after` seconds: a send reports LinkStalled long before.
    """
    name = f"{host}:{port}"
    try:
        async with asyncio.timeout(connect_timeout):
            connection = await _connect(host, port)
    except TimeoutError as error:
        raise LinkLost(f"{name}: no connection within {connect_timeout} s") from error
    except OSError as error:
        raise LinkLost(f"{name}: {error.strerror or error}") from error
    with connection:
        _notice_death(connection, dead_after)
        link = FdLink(connection.fileno(), name, send_timeout=send_timeout)
        try:
            yield link
        finally:
            link.stop()


async def _connect(host: str, port: int) -> socket.socket:
    """The first of the host's addresses that answers."""
    loop = asyncio.get_running_loop()
    refusal = OSError(f"{host} has no address")
    # One after the other: a printer has one address, and the outer time-out holds for all.
    for family, kind, protocol, _, address in await addresses(host, port):
        with ExitStack() as undo:
            connection = undo.enter_context(socket.socket(family, kind, protocol))
            connection.setblocking(False)
            try:
                await loop.sock_connect(connection, address)
            except OSError as error:
                refusal = error
                continue
            undo.pop_all()
            return connection
    raise refusal


def _notice_death(connection: socket.socket, dead_after: float) -> None:
    probes = 3
    interval = max(1, round(dead_after / (2 * probes)))
    # Half of the time idle, the other half for the probes: together `dead_after`.
    idle = max(1, round(dead_after) - probes * interval)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, idle)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, interval)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, probes)
    # Keep-alives are not sent while bytes wait to be acknowledged (tcp(7)): this ends that case.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(dead_after * 1000))
    # A question is a few bytes: Nagle's algorithm would hold it back until the last one is
    # answered.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
