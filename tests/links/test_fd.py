"""FdLink on real descriptors: a pty, sockets, a named pipe."""

import asyncio
import errno
import os
import pty
import socket
import tty
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from pos_terminal.links.fd import FdLink, Input
from pos_terminal.links.link import LinkLost, LinkStalled
from pos_terminal.links.node import node_link
from pos_terminal.links.stream import INPUT_LIMIT
from pos_terminal.testing.hurried import run_hurried
from tests.conftest import run

PATIENCE = 20.0


@contextmanager
def pair(
    kind: socket.SocketKind = socket.SOCK_STREAM,
    reads: Input = Input.STREAM,
    send_timeout: float = PATIENCE,
) -> Iterator[tuple[FdLink, socket.socket]]:
    near, far = socket.socketpair(socket.AF_UNIX, kind)
    near.setblocking(False)
    with near, far:
        link = FdLink(near.fileno(), "pair", reads=reads, send_timeout=send_timeout)
        yield link, far
        link.stop()


def test_bytes_go_both_ways() -> None:
    async def body() -> None:
        with pair() as (link, far):
            await link.send(b"W")
            assert far.recv(10) == b"W"
            far.send(b"\x02")
            far.send(b"1.250\r")
            assert await link.receive() == b"\x021.250\r"

    run(body())


def test_a_cancelled_receive_loses_nothing() -> None:
    async def body() -> None:
        with pair() as (link, far):
            got = b""
            for number in range(50):
                with suppress(TimeoutError):
                    async with asyncio.timeout(0):
                        got += await link.receive()
                far.send(bytes([number]))
            while len(got) < 50:
                got += await link.receive()
            assert got == bytes(range(50))

    run(body())


def test_drain_takes_what_the_loop_has_not_seen_yet() -> None:
    async def body() -> None:
        with pair() as (link, far):
            far.send(b"old")
            assert link.drain_input() == b"old"
            assert link.drain_input() == b""
            far.send(b"new")
            assert await link.receive() == b"new"

    run(body())


def test_what_arrived_before_the_hang_up_is_still_given() -> None:
    async def body() -> None:
        with pair() as (link, far):
            far.send(b"last words")
            far.close()
            async with asyncio.timeout(PATIENCE):
                await link.gone()
            assert await link.receive() == b"last words"
            with pytest.raises(LinkLost, match="hung up"):
                await link.receive()
            with pytest.raises(LinkLost):
                await link.send(b"x")

    run(body())


def test_a_hang_up_wakes_reader_sender_and_watcher() -> None:
    async def body() -> None:
        with pair() as (link, far):

            async def lost_on_receive() -> None:
                with pytest.raises(LinkLost):
                    await link.receive()

            async def lost_on_send() -> None:
                with pytest.raises(LinkLost):
                    await link.send(bytes(10_000_000))

            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
                tasks.create_task(lost_on_receive())
                tasks.create_task(lost_on_send())
                tasks.create_task(link.gone())
                await asyncio.sleep(0.01)
                far.close()

    run(body())


def test_concurrent_sends_never_interleave() -> None:
    async def body() -> None:
        frames = [bytes([65 + number]) * 300_000 for number in range(4)]
        with pair() as (link, far):
            far.setblocking(False)
            loop = asyncio.get_running_loop()
            got = bytearray()
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
                for frame in frames:
                    tasks.create_task(link.send(frame))
                while len(got) < 1_200_000:
                    got += await loop.sock_recv(far, 65536)
            assert got == b"".join(frames)

    run(body())


def test_a_far_end_that_takes_nothing_is_stalled_and_not_lost() -> None:
    async def body() -> None:
        with pair(send_timeout=0.05) as (link, far):
            frame = bytes(range(256)) * 40_000
            with pytest.raises(LinkStalled) as stalled:
                await link.send(frame)
            sent = stalled.value.sent
            assert 0 < sent < len(frame)
            far.setblocking(False)
            got = b""
            while len(got) < sent:
                got += far.recv(1 << 20)
            await link.send(b"rest")
            assert got + far.recv(10) == frame[:sent] + b"rest"

    run(body())


def test_a_send_cancelled_half_way_breaks_the_link() -> None:
    async def body() -> None:
        with pair() as (link, far):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await link.send(bytes(10_000_000))
            with pytest.raises(LinkLost, match="cancelled"):
                await link.send(b"next frame")
            async with asyncio.timeout(PATIENCE):
                await link.gone()
            far.close()

    run(body())


def test_a_send_cancelled_before_its_turn_leaves_the_link_whole() -> None:
    async def body() -> None:
        with pair() as (link, far):
            far.setblocking(False)
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
                tasks.create_task(link.send(b"a" * 1_000_000))
                await asyncio.sleep(0)
                waiting = tasks.create_task(link.send(b"b"))
                await asyncio.sleep(0)
                waiting.cancel()
                got = b""
                while len(got) < 1_000_000:
                    got += await loop.sock_recv(far, 65536)
            await link.send(b"c")
            assert got == b"a" * 1_000_000
            assert far.recv(10) == b"c"

    run(body())


def test_an_unread_flood_is_held_back_and_lost_nowhere() -> None:
    async def body() -> None:
        flood = os.urandom(INPUT_LIMIT * 8)
        with pair() as (link, far):
            far.setblocking(False)
            loop = asyncio.get_running_loop()
            got = bytearray()
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
                tasks.create_task(loop.sock_sendall(far, flood))
                await asyncio.sleep(0.05)
                while len(got) < len(flood):
                    piece = await link.receive()
                    assert len(piece) < INPUT_LIMIT + 4096
                    got += piece
            assert got == flood

    run(body())


def test_an_empty_packet_is_nothing_and_a_hang_up_is_the_end() -> None:
    async def body() -> None:
        with pair(socket.SOCK_SEQPACKET, Input.PACKETS) as (link, far):
            far.send(b"")
            far.send(b"\x12")
            async with asyncio.timeout(PATIENCE):
                assert await link.receive() == b"\x12"
            far.close()
            async with asyncio.timeout(PATIENCE):
                await link.gone()

    run(body())


def test_a_pty_that_closes_is_lost() -> None:
    async def body() -> None:
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(slave, False)
        try:
            link = FdLink(slave, "pty")
            os.write(master, b"hello")
            assert await link.receive() == b"hello"
            os.close(master)
            async with asyncio.timeout(PATIENCE):
                await link.gone()
            with pytest.raises(LinkLost):
                await link.receive()
            link.stop()
        finally:
            os.close(slave)

    run(body())


def test_a_named_pipe_is_written_and_lost_with_its_reader(tmp_path: Path) -> None:
    async def body() -> None:
        path = tmp_path / "lp"
        os.mkfifo(path)
        with pytest.raises(LinkLost, match=os.strerror(errno.ENXIO)):
            async with node_link(str(path)):
                pass
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        async with node_link(str(path)) as link:
            await link.send(b"ticket")
            assert os.read(reader, 100) == b"ticket"
            assert link.drain_input() == b""
            os.close(reader)
            async with asyncio.timeout(PATIENCE):
                await link.gone()
            with pytest.raises(LinkLost):
                await link.send(b"more")

    run(body())


def test_a_node_reads_and_writes_a_character_device() -> None:
    async def body() -> None:
        master, slave = pty.openpty()
        tty.setraw(slave)
        path = os.ttyname(slave)
        try:
            async with node_link(path) as link:
                await link.send(b"\x10\x04\x01")
                assert os.read(master, 10) == b"\x10\x04\x01"
                os.write(master, b"\x16")
                assert await link.receive() == b"\x16"
        finally:
            os.close(slave)
            os.close(master)

    run(body())


def test_a_node_that_is_absent_or_a_file_is_named(tmp_path: Path) -> None:
    async def body(path: Path, reason: str) -> None:
        with pytest.raises(LinkLost, match=reason) as lost:
            async with node_link(str(path)):
                pass
        assert str(path) in str(lost.value)

    run(body(tmp_path / "lp9", "No such file"))
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    run(body(plain, "neither a device nor a named pipe"))
    run(body(Path("/dev/null"), "no device that answers"))


def test_closing_wakes_whoever_waits() -> None:
    async def body() -> None:
        near, far = socket.socketpair()
        near.setblocking(False)
        with closing(near), closing(far):
            link = FdLink(near.fileno(), "pair")
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
                waiting = tasks.create_task(link.gone())
                await asyncio.sleep(0)
                link.stop()
                await waiting
            with pytest.raises(LinkLost, match="closed"):
                await link.receive()

    run(body())


def test_a_device_that_streams_while_nobody_reads_is_missed_when_it_goes() -> None:
    """Held back it is not listened to, and a till that needs it next is not who finds it gone."""

    async def body() -> None:
        with pair() as (link, far):
            far.setblocking(False)
            sent = 0
            async with asyncio.timeout(PATIENCE):
                with suppress(BlockingIOError):
                    for _ in range(INPUT_LIMIT):
                        sent += far.send(b"\x0201.250\r" * 100)
                        await asyncio.sleep(0)
                assert sent > INPUT_LIMIT
                far.close()
                await link.gone()
                got = b""
                with pytest.raises(LinkLost):
                    while True:
                        got += await link.receive()
            assert len(got) == sent

    run_hurried(body())
