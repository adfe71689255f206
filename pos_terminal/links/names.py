"""Host names become addresses in a thread of their own, so that nothing else waits for the network.

The system's resolver cannot be told to stop: with name servers that do not answer it blocks for
half a minute. In the pool that all share, a few of these would keep scanners from being opened and
the till from ending. So each name has at most one look-up at work, in a thread that dies with the
program; who asks again meanwhile waits for the same one, and may get the answer that came too late
for who asked before.
"""

import asyncio
import socket
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock, Thread
from typing import Any

Address = tuple[int, int, int, str, Any]
"""Family, type, protocol, canonical name and address, as `socket.getaddrinfo` has them."""

_Place = tuple[str, int]

_lock = Lock()
_at_work: dict[_Place, "Future[list[Address]]"] = {}


async def addresses(host: str, port: int) -> list[Address]:
    """Where a stream to that host may be opened, the best first. OSError where nobody knows it."""
    if _is_numeric(host):
        return _ask((host, port))  # no question to anybody
    asked = _asked((host, port))
    try:
        return await asyncio.wrap_future(asked)  # who gives up leaves it to whoever asks next
    finally:
        if asked.done():
            with _lock:
                if _at_work.get((host, port)) is asked:
                    del _at_work[host, port]


def _asked(place: _Place) -> "Future[list[Address]]":
    with _lock:
        answer = _at_work.get(place)
        if answer is None:
            answer = _at_work[place] = Future()
            # Before the thread starts, or a waiter that gives up could cancel it for all others.
            answer.set_running_or_notify_cancel()  # from here on nobody can cancel it
            name = f"name {place[0]}"
            # A daemon: the program may end while a name server does not answer.
            Thread(target=_look_up, args=(place, answer), name=name, daemon=True).start()
        return answer


def _look_up(place: _Place, answer: "Future[list[Address]]") -> None:
    try:
        answer.set_result(_ask(place))
    except OSError as error:
        answer.set_exception(error)
    except UnicodeError as error:
        answer.set_exception(OSError(f"{place[0]!r} is no host name: {error}"))


def _ask(place: _Place) -> list[Address]:
    host, port = place
    # As bytes where that is the same: for text Python loads the tables of international names.
    known = host.encode() if host.isascii() else host
    return [*socket.getaddrinfo(known, port, type=socket.SOCK_STREAM)]


def _is_numeric(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        with suppress(OSError, ValueError):  # ValueError: a text with NUL, or beyond ASCII
            socket.inet_pton(family, host.partition("%")[0])
            return True
    return False
