"""The till's end of the socket: who may connect, how many, and how much of theirs may wait."""

import asyncio
import logging
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from pos_terminal.channel import socket_address
from pos_terminal.channel.connection import HALF, Connection
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.pace import Pace
from pos_terminal.channel.service import Dispatcher, Peer
from pos_terminal.domain import faults
from pos_terminal.tasks.ready import ready

log = logging.getLogger(__name__)

A_USER = 16
"""Connections of one user at once."""

ALL = 64
"""Connections at once."""

WAITING = 4 << 20
"""Bytes of calls that are not answered yet, over all connections: half messages, too."""

BACKLOG = 32
"""Connections that may wait to be taken in; one more waits in its connect()."""

AGAIN = 1.0
"""Seconds before connections are taken in again, once the process had no descriptor left."""


class Server:
    """Listens at `path` for as long as it runs."""

    def __init__(self, path: Path, service: Dispatcher, *, half: float = HALF) -> None:
        self._path = path
        self._service = service
        self._half = half
        self._links: set[Connection] = set()
        self._pace = Pace()

    async def run(self, listening: Callable[[], None] = lambda: None) -> NoReturn:
        """Serve until cancelled. ChannelError where another till listens, or none can."""
        try:
            server = socket_address.listen(self._path, BACKLOG)
        except OSError as error:
            raise ChannelError(faults.CHANNEL_SHUT, f"{self._path}: {error}") from error
        made = self._path.lstat()
        listening()
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    await self._accept(server, group)
        finally:
            socket_address.leave(self._path, made)
            server.close()

    async def _accept(self, server: socket.socket, group: asyncio.TaskGroup) -> None:
        """Let in who may come; nothing is awaited once there is a connection."""
        await ready(server, writing=False)
        async with self._pace.turn():
            try:
                connected, _ = server.accept()
            except BlockingIOError:  # whoever it was has gone
                return
            except OSError as error:  # no descriptor is free: whoever waits is taken in later
                log.warning("nobody can connect: %s", error)
                await asyncio.sleep(AGAIN)
                return
            connected.setblocking(False)
            peer = peer_of(connected)
            if not self._may_come(peer):
                connected.close()
                return
            link = Connection(
                connected, peer, self._service, self._pace, self._has_room, half=self._half
            )
            self._links.add(link)
            group.create_task(link.serve()).add_done_callback(lambda _: self._part(link))

    def _part(self, link: Connection) -> None:
        self._links.discard(link)
        link.close()

    def _may_come(self, peer: Peer) -> bool:
        of_user = sum(link.peer.uid == peer.uid for link in self._links)
        return of_user < A_USER and len(self._links) < ALL

    def _has_room(self) -> bool:
        return sum(len(link.inbox) for link in self._links) <= WAITING


def peer_of(connected: socket.socket) -> Peer:
    """Who is at the other end (struct ucred: pid, uid, gid; unix(7), SO_PEERCRED)."""
    size = struct.calcsize("3i")
    pid, uid, gid = struct.unpack(
        "3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    )
    return Peer(uid=uid, gid=gid, pid=pid)
