"""News of plugged devices, as udev tells it once their names and rights are set; else the kernel.

Two groups of one netlink socket: the kernel speaks before the node is there, udev once it may be
opened (sd-device, monitor). Without udev, as in an initrd, the kernel's word is all there is. Only
root can send to either (netlink(7)), and what is heard is only a reason to look.
"""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

NETLINK_KOBJECT_UEVENT = 15
KERNEL, UDEV = 1, 2
"""Multicast groups, as bits."""

MAGIC = b"libudev\0"
"""How udev's messages begin; behind it, at 16 and 20, offset and length of the properties."""

CHUNK = 16 * 1024
"""Bytes of one message, at most (UEVENT_BUFFER_SIZE is 2 KiB, udev's adds its own)."""


def properties(message: bytes) -> dict[str, str]:
    """What a message says, KEY=VALUE by KEY; empty for one that cannot be read."""
    if message.startswith(MAGIC):
        begin = int.from_bytes(message[16:20], "little")  # udev writes its machine's order
        body = message[begin : begin + int.from_bytes(message[20:24], "little")]
    else:
        body = message.partition(b"\0")[2]  # behind «add@/devices/…»
    pairs = (part.decode(errors="replace").partition("=") for part in body.split(b"\0"))
    return {key: value for key, equals, value in pairs if equals}


class Uevents:
    """The socket, open; see `uevents`."""

    def __init__(self, monitor: socket.socket) -> None:
        self._monitor = monitor

    async def next(self) -> dict[str, str]:
        """The next event; those that the kernel had to drop are one without properties. OSError."""
        loop = asyncio.get_running_loop()
        try:
            return properties(await loop.sock_recv(self._monitor, CHUNK))
        except OSError as error:
            if error.errno != errno.ENOBUFS:  # more came than anybody read
                raise
            return {}


@asynccontextmanager
async def uevents() -> AsyncIterator[Uevents]:
    """Listen. OSError where netlink cannot be had, as in a container or under a strict unit."""
    kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
    with socket.socket(socket.AF_NETLINK, kind, NETLINK_KOBJECT_UEVENT) as monitor:
        monitor.bind((0, KERNEL | UDEV))
        yield Uevents(monitor)
