"""The cable that leads to the relay: once it is pulled, nobody waits for questions in vain."""

import asyncio
import errno
import fcntl
import socket
import struct
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

RTMGRP_LINK = 1
"""The kernel's news of interfaces (rtnetlink(7)): here no more than a reason to look."""

SIOCGIFADDR, SIOCGIFFLAGS = 0x8915, 0x8913
IFF_RUNNING = 0x40
"""netdevice(7): it has a carrier; set as well where the hardware does not tell."""

_REQUEST = 40
"""Bytes of a `struct ifreq`: sixteen are the name, what is asked for stands behind them."""


async def pulled(address: str) -> None:
    """Return once the interface that has this address of ours has no carrier, or is gone.

    Never where none has it, or where the kernel tells no news: then silence has to do.
    """
    if name := interface(address):
        with suppress(OSError):
            await _lost_by(name)
            return
    await asyncio.Event().wait()


async def _lost_by(name: str) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK) as news:
        news.bind((0, RTMGRP_LINK))
        while carries(name):
            try:
                await loop.sock_recv(news, 1 << 16)
            except OSError as error:
                if error.errno != errno.ENOBUFS:  # more news than it keeps is news as well
                    raise


def interface(address: str) -> str | None:
    """The name of the interface that has the address, as a socket says it; None for none."""
    wanted = ip_address(address.partition("%")[0])
    if wanted.version == 6 and wanted.ipv4_mapped is None:
        rows = (each.split() for each in Path("/proc/net/if_inet6").read_text().splitlines())
        return next((name for digits, *_, name in rows if digits == wanted.packed.hex()), None)
    packed = wanted.packed[-4:]
    for _, name in socket.if_nameindex():
        found = _asked(SIOCGIFADDR, name)
        if found and found[20:24] == packed:
            return name
    return None


def carries(name: str) -> bool:
    """Whether it has a carrier."""
    found = _asked(SIOCGIFFLAGS, name)
    return found is not None and bool(struct.unpack_from("h", found, 16)[0] & IFF_RUNNING)


def _asked(request: int, name: str) -> bytes | None:
    """The kernel's answer about an interface; None where it is gone, or has no such thing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        try:
            return fcntl.ioctl(link, request, name.encode().ljust(_REQUEST, b"\0"))
        except OSError:
            return None
