"""How many the console's listener holds: strangers who say nothing, and those who come and go."""

import asyncio
import resource
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from pos_service_console.listening import ALL, AN_ADDRESS, REQUEST, serve
from pos_service_console.tls import Kept, context
from pos_terminal.testing.running import PATIENCE, run

CROWD = 1000
PART, PARTS = 64 << 10, 250
"""Bytes, more than all buffers between the two ends hold."""

STRANGER, OWNER = "127.0.0.2", "127.0.0.9"

UPGRADE = (
    "GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)

Link = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture(autouse=True)
def _descriptors() -> Iterator[None]:
    """Enough for both ends of the crowd."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def certificate() -> Kept:
    command = [sys.executable, "-m", "pos_service_console.certificate", "localhost"]
    return msgspec.json.decode(subprocess.check_output(command), type=Kept)


async def home(_: Request) -> Response:
    return PlainTextResponse("here")


async def live(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive()


async def whole(_: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(PARTS):
            yield bytes(PART)

    return StreamingResponse(parts())


@asynccontextmanager
async def listener(certificate: Kept, patience: float = REQUEST) -> AsyncIterator[int]:
    """The console's, before a small application; its port."""
    routes = [Route("/", home), Route("/whole", whole), WebSocketRoute("/live", live)]
    app = Starlette(routes=routes)
    port = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(
            serve(app, "lo", 0, context(certificate), port.set_result, patience=patience)
        )
        async with asyncio.timeout(2 * PATIENCE):
            yield await port
        serving.cancel()


async def come(port: int, host: str, *, tls: bool = False) -> Link:
    said = None
    if tls:
        said = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        said.check_hostname, said.verify_mode = False, ssl.CERT_NONE
    return await asyncio.open_connection("127.0.0.1", port, local_addr=(host, 0), ssl=said)


async def answer(port: int, host: str, asked: str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n") -> bytes:
    """The first line of what is answered to somebody who goes then; none where he is shut out."""
    try:
        reader, writer = await come(port, host, tls=True)
    except OSError:
        return b""
    writer.write(asked.encode())
    try:
        return await reader.readline()
    except OSError:
        return b""
    finally:
        writer.transport.abort()


async def shut_out(link: Link) -> None:
    with suppress(ConnectionResetError):
        assert await link[0].read() == b""
    link[1].transport.abort()


async def held(links: list[Link], number: int) -> list[asyncio.Task[None]]:
    """Once all but so many of these are shut out: those that still wait."""
    waiting = {asyncio.ensure_future(shut_out(link)) for link in links}
    while len(waiting) > number:
        _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    return [*waiting]


def test_a_crowd_that_says_nothing_keeps_nobody_else_out(certificate: Kept) -> None:
    """The handshake's own patience ends for all of them at once, which would leave none."""

    async def body() -> None:
        async with listener(certificate) as port:
            crowd = [await come(port, STRANGER) for _ in range(CROWD)]
            stay = await held(crowd, AN_ADDRESS)
            assert await answer(port, STRANGER) == b""
            assert await answer(port, OWNER) == b"HTTP/1.1 200 OK\r\n"
            assert len(stay) == AN_ADDRESS and not any(each.done() for each in stay)
            others = [
                await come(port, f"127.0.0.{each}")
                for each in range(3, 3 + ALL // AN_ADDRESS)
                for _ in range(AN_ADDRESS)
            ]
            assert len(await held(others, ALL - AN_ADDRESS)) == ALL - AN_ADDRESS
            assert await answer(port, OWNER) == b"", "all places are taken"
            for _, writer in [*crowd, *others]:
                writer.transport.abort()
            while not await answer(port, OWNER):  # whatever they held is given back
                pass

    run(body())


@pytest.mark.parametrize("kind", ["a page", "a socket", "no TLS", "nothing"])
def test_who_is_gone_holds_no_place(certificate: Kept, kind: str) -> None:
    async def body() -> None:
        async with listener(certificate) as port:
            for _ in range(AN_ADDRESS + 1):
                if kind == "a page":
                    await answer(port, STRANGER)
                elif kind == "a socket":
                    assert (await answer(port, STRANGER, UPGRADE)).startswith(b"HTTP/1.1 101 ")
                else:
                    _, writer = await come(port, STRANGER)
                    writer.write(b"GET / HTTP/1.1\r\n\r\n" if kind == "no TLS" else b"")
                    writer.transport.abort() if kind == "nothing" else writer.close()
            while not await answer(port, STRANGER):
                pass

    run(body())


def test_a_socket_counts_until_it_is_gone(certificate: Kept) -> None:
    async def body() -> None:
        async with listener(certificate) as port:
            links = [await come(port, STRANGER, tls=True) for _ in range(AN_ADDRESS)]
            for reader, writer in links:
                writer.write(UPGRADE.encode())
                assert (await reader.readline()).startswith(b"HTTP/1.1 101 ")
            assert await answer(port, STRANGER) == b""
            assert await answer(port, OWNER) == b"HTTP/1.1 200 OK\r\n"
            for _, writer in links:
                writer.transport.abort()
            while not await answer(port, STRANGER):
                pass

    run(body())


@pytest.mark.slow
def test_who_never_reads_holds_no_place_and_who_reads_slowly_gets_all(certificate: Kept) -> None:
    """A slow one is looked at more often than she reads: what counts is that she reads at all."""

    async def body() -> None:
        async with listener(certificate, patience=0.5) as port:
            never, slow = [await come(port, STRANGER, tls=True) for _ in range(2)]
            # What is not asked for is not taken: a reader's own limit (64 KiB) stops its transport.
            for _, writer in (never, slow):
                writer.write(b"GET /whole HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            got = 0
            while some := await slow[0].read(1 << 20):
                got += some.count(b"\0")
                await asyncio.sleep(0.02)
            assert got == PART * PARTS
            taken = 0
            with suppress(ConnectionResetError):
                while some := await never[0].read(1 << 20):
                    taken += some.count(b"\0")
            assert taken < PART * PARTS, "it was cut off, and had what was on its way"
            for _, writer in (never, slow):
                writer.transport.abort()

    run(body())
