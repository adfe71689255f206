"""TCP links on loopback."""

import asyncio
import socket
import struct

import pytest

from pos_terminal.links.link import LinkLost
from pos_terminal.links.tcp import tcp_link
from tests.conftest import run

PATIENCE = 20.0


def listener() -> socket.socket:
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(PATIENCE)
    return server


def test_a_connection_carries_bytes_and_watches_its_peer() -> None:
    async def body() -> None:
        with listener() as server:
            async with tcp_link("127.0.0.1", server.getsockname()[1], dead_after=20) as link:
                far, _ = server.accept()
                with far:
                    await link.send(b"\x1b@")
                    assert far.recv(10) == b"\x1b@"
                    far.send(b"\x12")
                    assert await link.receive() == b"\x12"
                    with socket.socket(fileno=link._fd) as near:
                        tcp = socket.IPPROTO_TCP
                        assert near.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                        assert near.getsockopt(tcp, socket.TCP_NODELAY)
                        assert near.getsockopt(tcp, socket.TCP_USER_TIMEOUT) == 20_000
                        idle, interval, probes = (
                            near.getsockopt(tcp, option)
                            for option in (
                                socket.TCP_KEEPIDLE,
                                socket.TCP_KEEPINTVL,
                                socket.TCP_KEEPCNT,
                            )
                        )
                        assert idle + interval * probes <= 20
                        near.detach()

    run(body())


def test_a_host_name_is_resolved() -> None:
    async def body() -> None:
        with listener() as server:
            async with tcp_link("localhost", server.getsockname()[1]) as link:
                far, _ = server.accept()
                with far:
                    await link.send(b"x")
                    assert far.recv(1) == b"x"

    run(body())


@pytest.mark.parametrize("abrupt", [False, True], ids=["closed", "reset"])
def test_a_peer_that_closes_is_lost(abrupt: bool) -> None:
    async def body() -> None:
        with listener() as server:
            async with tcp_link("127.0.0.1", server.getsockname()[1]) as link:
                far, _ = server.accept()
                if abrupt:
                    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                far.close()
                async with asyncio.timeout(PATIENCE):
                    await link.gone()
                with pytest.raises(LinkLost):
                    await link.receive()

    run(body())


def test_a_closed_port_is_refused_with_its_name() -> None:
    async def body() -> None:
        with listener() as server:
            port = server.getsockname()[1]
        with pytest.raises(LinkLost, match=f"127.0.0.1:{port}"):
            async with tcp_link("127.0.0.1", port):
                pass

    run(body())


def test_a_silent_host_ends_the_wait() -> None:
    async def body() -> None:
        with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
            port = server.getsockname()[1]
            queue = []
            for _ in range(3):
                waiting = socket.socket()
                waiting.setblocking(False)
                waiting.connect_ex(("127.0.0.1", port))
                queue.append(waiting)
            with pytest.raises(LinkLost, match="no connection within"):
                async with tcp_link("127.0.0.1", port, connect_timeout=0.2):
                    pass
            for waiting in queue:
                waiting.close()

    run(body())
