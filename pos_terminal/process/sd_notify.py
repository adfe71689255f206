"""Telling systemd how it goes: the sd_notify datagrams of sd_notify(3)."""

import logging
import os
import socket

log = logging.getLogger(__name__)


def notify(*states: str) -> None:
    """Send states such as «READY=1» or «WATCHDOG=1»; nothing where no service manager listens.

    One that does not take them, now or at all, is no reason to stop selling.
    """
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket is written with @ for its leading NUL
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as link:
        link.setblocking(False)
        try:
            link.connect(address)
            link.send("\n".join(states).encode())
        except OSError as error:
            log.warning("the service manager was not told %s: %s", " ".join(states), error)


def watchdog_interval() -> float | None:
    """Seconds between two signs of life: half of what the service manager waits; None: no watch."""
    micros = os.environ.get("WATCHDOG_USEC")
    mine = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(micros) / 2_000_000 if micros and mine else None
