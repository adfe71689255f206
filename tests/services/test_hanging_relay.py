"""A relay that hangs, or talks without end: left in time, said, and dialled anew; bounded in here.
"""

import asyncio
import struct
import tracemalloc
from asyncio import StreamReader, StreamWriter
from pathlib import Path

import pytest

from pos_service_support import ssh_child, wire
from pos_service_support.ssh_child import RELAY_SILENT, Visit
from pos_service_support.wire import Begin, Trouble, Words
from pos_terminal.commands import support_relay
from pos_terminal.testing.running import PATIENCE, run
from tests.support.relay import short


class Ears(ssh_child.Agent):
    """The agent's end of the pipe."""

    def __init__(self) -> None:
        super().__init__(StreamReader())
        self.told: asyncio.Queue[wire.FromChild] = asyncio.Queue()

    def tell(self, message: wire.FromChild) -> None:
        self.told.put_nowait(message)


BANNER = b"SSH-2.0-OpenSSH_9.2\r\n"
HALF = BANNER + struct.pack(">IB", 1000, 4) + bytes([20]) + bytes(300)
"""The first third of the packet with which an exchange of keys begins (RFC 4253, 6 and 7.1)."""

SAYS = {
    "nothing": b"", "half a banner": BANNER[:9], "half an exchange of keys": HALF,
    "lines without end": b"x\r\n" * 1000, "a line without end": b"x" * 4096,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("says", SAYS)
def test_a_relay_that_hangs_is_left_and_said(says: str, tmp_path: Path) -> None:
    for name in ("key", "host", "ca"):
        support_relay.new_key(tmp_path / name)
    calls: set[asyncio.Task[None] | None] = set()

    async def relay(reader: StreamReader, writer: StreamWriter) -> None:
        calls.add(asyncio.current_task())
        try:
            writer.write(SAYS[says])
            while "without end" in says:
                writer.write(SAYS[says])
                await writer.drain()
            while await reader.read(4096):
                pass
        except ConnectionError:
            pass
        writer.close()

    async def body() -> None:
        server = await asyncio.start_server(relay, "127.0.0.1", 0)
        ears, port = Ears(), server.sockets[0].getsockname()[1]
        begin = Begin(
            "127.0.0.1", port, "pos", short(tmp_path / "host.pub"), (tmp_path / "key").read_text(),
            (tmp_path / "host").read_text(), short(tmp_path / "ca.pub"), 22001, "pos-1-2", "",
            Words("", "", "", "", "", ""), {},
        )  # fmt: skip
        visit = Visit(ears, begin, dialling=0.5)
        async with server:
            dialling = asyncio.ensure_future(visit.dial())
            try:
                async with asyncio.timeout(2 * PATIENCE):
                    for _ in range(2):
                        told = await ears.told.get()
                        assert isinstance(told, Trouble) and told.code == RELAY_SILENT
            finally:
                dialling.cancel()
                await asyncio.wait((dialling,))
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait([each for each in calls if each])
        assert len(calls) >= 2

    if "without end" not in says:
        run(body())
        return
    tracemalloc.start()
    try:
        run(body())
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()
