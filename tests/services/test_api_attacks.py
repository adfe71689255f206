"""Who attacks the local API over its listener: smuggled headers, slow ones, who never reads."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec import Struct
from starlette.websockets import WebSocket

from pos_service_console.api.bearers import Bearers, Shown
from pos_service_console.api.endpoint import Asked
from pos_service_console.api.live import Followed, NoQuery, Sockets
from pos_service_console.api.reading import Event
from pos_terminal.channel.api import Bearer
from pos_terminal.domain.events.grants import GrantUsed
from pos_terminal.testing.running import PATIENCE, run
from tests.support.api import BASE, make_token
from tests.support.console import Console, open_console


async def raw(console: Console, sent: str) -> list[int]:
    """The statuses of all that is answered on one connection to these bytes, until it is closed."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("localhost", console.port, ssl=tls)
    received = b""
    try:
        writer.write(sent.encode("latin-1"))
        async with asyncio.timeout(3 * PATIENCE):
            while piece := await reader.read(1 << 16):
                received += piece
    finally:
        writer.close()
    return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


@pytest.mark.slow
def test_nothing_is_smuggled_past_the_token(tmp_path: Path) -> None:
    """What is hidden behind a request is another one: it shows a token itself, or is refused."""

    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in()
            token = await make_token(console, cookie, "status.read", "printer.print")
            host = f"Host: localhost:{console.port}\r\n"
            bearer = f"Authorization: Bearer {token}\r\n"
            hidden = f"GET {BASE}/status HTTP/1.1\r\n{host}\r\n"
            whole = f"GET {BASE}/status HTTP/1.1\r\n"
            end = "Connection: close\r\n\r\n"
            tries = {
                "as it should be": (whole + host + bearer + end, [200]),
                "two hosts": (whole + host + "Host: evil.example\r\n" + bearer + end, [400]),
                "no host": (whole + bearer + end, [400]),
                "another's address": (
                    f"GET https://evil.example{BASE}/status HTTP/1.1\r\nHost: evil.example\r\n"
                    + bearer + end, [421],
                ),
                "two tokens": (whole + host + "Authorization: Bearer x\r\n" + bearer + end, [401]),
                "two lengths": (
                    whole + host + bearer + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n"
                    + hidden, [400],
                ),
                "a blank before the colon": (
                    whole + host + f"Authorization : Bearer {token}\r\n" + end, [400],
                ),
                "a folded header": (
                    whole + host + f"X: a\r\n Authorization: Bearer {token}\r\n" + end, [401],
                ),
                "chunks that are none": (
                    whole + host + bearer + "Transfer-Encoding: xchunked\r\n\r\n" + hidden, [501],
                ),
                "a length and chunks": (
                    f"POST {BASE}/print HTTP/1.1\r\n{host}{bearer}Content-Length: 4\r\n"
                    f"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                    f"0\r\n\r\n{hidden}", [400],
                ),
            }  # fmt: skip
            for name, (sent, expected) in tries.items():
                got = await raw(console, sent)
                assert got[:1] == expected[:1] or 400 <= got[0] < 500, (name, got)
                # Whatever stands behind it is no second request of that token's.
                assert 200 not in got[1:], (name, got)
                assert (got[0] == 200) == (name == "as it should be"), (name, got)
            used = [each.act for each in console.shop.so_far(GrantUsed)]
            assert used == ["Token Cuisine"], "nothing was printed"
            # A body that does not come: closed, with a problem or without, and the till sells on.
            slow = (
                f"POST {BASE}/print HTTP/1.1\r\n{host}{bearer}Content-Type: application/json\r\n"
                "Content-Length: 100\r\nIdempotency-Key: a\r\n\r\n{"
            )
            assert await raw(console, slow) in ([], [413])
            await console.shop.type("1 PLU")
            await console.shop.shows("TRADITION")

    run(body())


class Standing:
    """A token that stands."""

    async def stands(self, secret: str, address: str = "") -> Bearer:
        return Bearer(1, "Cuisine", [], "")


def test_whoever_does_not_read_is_closed() -> None:
    """A far end whose buffers are full: what is sent to it never leaves."""
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        if not sent:
            return {"type": "websocket.connect"}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message["type"])
        if message["type"] == "websocket.send":
            await asyncio.Event().wait()

    async def follow(_: Asked) -> AsyncGenerator[Struct, None]:
        while True:
            yield Event(1, "sale.closed", "", {})

    async def body() -> None:
        scope = {"type": "websocket", "headers": [], "path": "/", "client": ("127.0.0.1", 1)}
        socket = WebSocket(scope, receive, send)
        followed = Followed(
            path="/", scope="events.read", does="", tells=Event, query=NoQuery, follow=follow
        )
        who = Shown(Bearer(1, "Cuisine", [], ""), "")
        sockets = Sockets(cast(Bearers, Standing()), unread=0.01)
        async with asyncio.timeout(PATIENCE):
            await sockets.serve(socket, followed, Asked(who, None, None, None, {}))
        assert sent == ["websocket.accept", "websocket.send", "websocket.close"]

    run(body())
