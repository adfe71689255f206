"""As much of HTTP/1.1 as takes a sign of life: one POST a connection (RFC 9112).

What a box or a proxy sends fits into it, and nothing else is understood: no chunks, no second
request, no folded headers. So there is nothing to smuggle, and little to hold.
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus

from msgspec import Struct

HEAD, BODY = 8 << 10, 16 << 10
"""Bytes of a request's head and body at most."""

PATIENCE = 15.0
"""Seconds for a whole request: a box on a poor line sends a kilobyte in less."""

ALL = 600
"""Connections at once: every box of a receiver, and some strangers."""

_REQUEST = re.compile(r"([A-Z]{1,10}) (\S{1,500}) HTTP/1\.[01]")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")


class Request(Struct, frozen=True):
    """A request: the token that it shows, empty for none, and its body."""

    token: str
    body: bytes


class Refused(Exception):
    """It is answered with that status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


Answer = Callable[[Request], Awaitable[HTTPStatus]]


class HttpServer:
    """Takes requests in, and has `answer` say what each is answered with; Refused says it, too."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._links = 0

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None) -> asyncio.Server:
        """Listen there. OSError where that cannot be."""
        return await asyncio.start_server(
            self._serve, host, port, limit=HEAD, backlog=ALL, ssl=tls,
            ssl_handshake_timeout=PATIENCE if tls else None,
        )  # fmt: skip

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, whose other end may send and do whatever it likes."""
        self._links += 1
        try:
            async with asyncio.timeout(PATIENCE):
                status = await self._status(reader)
                writer.write(_reply(status))
                await writer.drain()
        except (OSError, EOFError):  # it has gone, or took too long: a TimeoutError is an OSError
            pass
        finally:
            self._links -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _status(self, reader: asyncio.StreamReader) -> HTTPStatus:
        if self._links > ALL:
            return HTTPStatus.SERVICE_UNAVAILABLE
        try:
            return await self._answer(await _request(reader))
        except Refused as refused:
            return refused.status


async def _request(reader: asyncio.StreamReader) -> Request:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) from None
    method, fields = parsed(head[:-4])
    if method != "POST":
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED)
    # Before the body: a stranger's is not read.
    token = fields.get("authorization", "").removeprefix("Bearer ")
    if not token or token == fields.get("authorization"):
        raise Refused(HTTPStatus.UNAUTHORIZED)
    length = fields.get("content-length", "")
    if "transfer-encoding" in fields or not re.fullmatch("[0-9]{1,9}", length):
        raise Refused(HTTPStatus.LENGTH_REQUIRED)
    if int(length) > BODY:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return Request(token, await reader.readexactly(int(length)))


def parsed(head: bytes) -> tuple[str, dict[str, str]]:
    """The method, and the header fields by their names in small letters. Pure.

    Refused where it is no head, or names one field twice.
    """
    first, *lines = head.decode("latin-1").split("\r\n")
    request = _REQUEST.fullmatch(first)
    found = [_FIELD.fullmatch(line) for line in lines]
    fields = {each[1].lower(): each[2] for each in found if each}
    if not request or len(fields) < len(lines):
        raise Refused(HTTPStatus.BAD_REQUEST)
    return request[1], fields


def _reply(status: HTTPStatus) -> bytes:
    """The whole answer: a status and no body."""
    length = "" if status is HTTPStatus.NO_CONTENT else "Content-Length: 0\r\n"
    wants = "WWW-Authenticate: Bearer\r\n" if status is HTTPStatus.UNAUTHORIZED else ""
    return (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n{length}{wants}Connection: close\r\n\r\n"
    ).encode()
