"""Printer nodes (/dev/usb/lp0, kernel driver usblp) and named pipes."""

import errno
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pos_terminal.links.fd import FdLink, Input
from pos_terminal.links.link import LinkForbidden, LinkLost
from pos_terminal.links.stream import SEND_TIMEOUT


@asynccontextmanager
async def node_link(path: str, *, send_timeout: float = SEND_TIMEOUT) -> AsyncIterator[FdLink]:
    """Open the node. Raises LinkLost when it is absent, taken by another program or not ours.

    A named pipe carries one way only: it is written, and lost when its reader closes it (without
    a reader it cannot be opened).
    """
    fd, reads = _open(path)
    try:
        try:
            link = FdLink(fd, path, reads=reads, send_timeout=send_timeout)
        except PermissionError as error:  # epoll(7): a file of the system's, as /dev/null is
            raise LinkLost(f"{path}: no device that answers") from error
        try:
            yield link
        finally:
            link.stop()
    finally:
        os.close(fd)


def _open(path: str) -> tuple[int, Input]:
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISFIFO(mode):
            access, reads = os.O_WRONLY, Input.NONE
        elif stat.S_ISCHR(mode):
            access, reads = os.O_RDWR, Input.PACKETS
        else:
            raise OSError(errno.ENODEV, "neither a device nor a named pipe")
        # O_NONBLOCK already here: a pipe without a reader would hold the whole loop in open(2).
        return os.open(path, access | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), reads
    except OSError as error:
        raise LinkForbidden.when(error, f"{path}: {error.strerror}") from error
