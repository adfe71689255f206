"""Waiting for a socket of one's own, where asyncio's transports would read ahead."""

import asyncio
import socket


async def ready(link: socket.socket, *, writing: bool) -> None:
    """Return once the socket can be read from, or written to."""
    loop = asyncio.get_running_loop()
    waiting = loop.create_future()

    def tell() -> None:
        if not waiting.done():
            waiting.set_result(None)

    add, remove = (
        (loop.add_writer, loop.remove_writer) if writing else (loop.add_reader, loop.remove_reader)
    )
    add(link, tell)
    try:
        await waiting
    finally:
        remove(link)
