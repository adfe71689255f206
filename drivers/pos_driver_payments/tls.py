"""Lines over TLS to a machine whose certificate is pinned. Only children import this.

Machines in a shop have certificates that nobody else has signed, for names that they do not have,
and clocks that are wrong: so nothing of a certificate counts but that it is the one in the
settings. That the other end holds its key the handshake proves, whoever has signed it.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from hashlib import sha256

from pos_driver_payments.pinned import check
from pos_terminal.links.link import Link, LinkLost
from pos_terminal.links.stream import StreamLink

CONNECT_TIMEOUT = 8.0
"""Seconds for all of it; the handshake alone takes a machine with a small processor one or two."""


def dial_to(host: str, port: int, pinned: bytes) -> Callable[[], AbstractAsyncContextManager[Link]]:
    """What dials that machine, and hangs up on any other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # `check` holds it to more than any authority would
    context.minimum_version = ssl.TLSVersion.TLSv1_2

    @asynccontextmanager
    async def dial() -> AsyncIterator[Link]:
        name = f"{host}:{port}"
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                transport, link = await asyncio.get_running_loop().create_connection(
                    lambda: TlsLink(name), host, port, ssl=context
                )
        except TimeoutError as error:
            raise LinkLost(f"{name}: no connection within {CONNECT_TIMEOUT} s") from error
        except OSError as error:
            raise LinkLost(f"{name}: {error.strerror or type(error).__name__}") from error
        try:
            spoken: ssl.SSLObject = transport.get_extra_info("ssl_object")
            check(sha256(spoken.getpeercert(binary_form=True) or b"").digest(), pinned, name)
            yield link
        finally:
            # At once: a machine that takes no part in the end of a session must not hold it up.
            transport.abort()

    return dial


class TlsLink(StreamLink, asyncio.Protocol):
    """The plain stream inside one session."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._transport: asyncio.Transport | None = None
        self._takes = asyncio.Event()
        self._takes.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._arrived(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._lose(type(exc).__name__ if exc else "hung up")
        self._takes.set()

    def pause_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._takes.clear()

    def resume_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._takes.set()

    async def _write_some(self, data: memoryview) -> int:
        # Waited for before, and never after: what the session has taken counts as sent.
        await self._takes.wait()
        self._check(untouched=True)
        assert self._transport is not None
        self._transport.write(bytes(data))
        return len(data)
