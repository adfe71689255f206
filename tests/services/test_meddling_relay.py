"""A relay that meddles with what it carries: it swaps, repeats, changes, shortens and holds.

It stands where the relay has a supporter's bytes in its hands: between the port that is a
terminal's and stock ssh. What is in them it cannot know; the order in which they come it can.
"""

import asyncio
from asyncio import Queue, StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from pos_terminal.commands import support_relay
from pos_terminal.domain.events.grants import GrantEnded, SupportClosed, SupportCommanded
from pos_terminal.testing.running import PATIENCE, run
from tests.support.relay import Relay
from tests.support.supporter import inside, reads
from tests.support.supporting import open_line


class Meddler:
    """Passes all on, until it `keeps` what goes to the terminal: each piece as it came."""

    def __init__(self) -> None:
        self.port = 0
        self.keeps = False
        self.kept: Queue[bytes] = Queue()
        self._calls: set[asyncio.Task[None] | None] = set()
        self._terminal: StreamWriter | None = None

    def sends(self, *pieces: bytes) -> None:
        """To the terminal."""
        assert self._terminal
        self._terminal.write(b"".join(pieces))

    def lets_go(self, oldest: bytes) -> None:
        """All that was kept, and what comes."""
        self.keeps = False
        self.sends(oldest)
        while not self.kept.empty():
            self.sends(self.kept.get_nowait())

    @asynccontextmanager
    async def before(self, relay: Relay) -> AsyncIterator["Meddler"]:
        """While it stands before the terminal's port on the relay."""
        (enrolled,) = support_relay.terminals(relay.folder)

        async def called(reader: StreamReader, writer: StreamWriter) -> None:
            self._calls.add(asyncio.current_task())
            back, self._terminal = await asyncio.open_connection("127.0.0.1", enrolled.port)
            there = self._terminal
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(reader, there))
                group.create_task(self._carry(back, writer, comes=True))

        server = await asyncio.start_server(called, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait([each for each in self._calls if each])

    async def _carry(
        self, reader: StreamReader, writer: StreamWriter, *, comes: bool = False
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                if self.keeps and not comes:
                    self.kept.put_nowait(data)
                    continue
                writer.write(data)
                await writer.drain()
        writer.close()


async def types_and_is_held(
    process: asyncio.subprocess.Process, line: bytes, meddler: Meddler
) -> bytes:
    """The oldest piece that was kept: the line, or a question whether the other lives."""
    assert process.stdin
    meddler.keeps = True
    process.stdin.write(line)
    async with asyncio.timeout(PATIENCE):
        return await meddler.kept.get()


def swaps(meddler: Meddler, first: bytes, second: bytes) -> None:
    meddler.sends(second, first)


def repeats(meddler: Meddler, first: bytes, second: bytes) -> None:
    meddler.sends(first, first, second)


def changes(meddler: Meddler, first: bytes, second: bytes) -> None:
    meddler.sends(first[:-1], bytes([first[-1] ^ 1]), second)


def shortens(meddler: Meddler, first: bytes, second: bytes) -> None:
    meddler.sends(first[:-1], second)


MEDDLES: tuple[Callable[[Meddler, bytes, bytes], None], ...] = (swaps, repeats, changes, shortens)


@pytest.mark.slow
def test_a_relay_that_meddles_ends_the_session_and_does_nothing_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            for number, meddles in enumerate(MEDDLES, 1):
                relay.sign(await door.code())
                done = len(shop.so_far(SupportCommanded))
                async with (
                    Meddler().before(relay) as meddler,
                    inside(relay, "-o", "ProxyJump=none", "-p", str(meddler.port)) as process,
                ):
                    first = await types_and_is_held(process, b"incidents\r", meddler)
                    second = await types_and_is_held(process, b"devices\r", meddler)
                    meddles(meddler, first, second)
                    async with asyncio.timeout(2 * PATIENCE):
                        await process.wait()
                ended = (await shop.journaled(GrantEnded, number))[-1]
                assert ended.why == "lost", meddles
                closed = (await shop.journaled(SupportClosed, number))[-1]
                assert len(closed.recording) == 64
                # What came whole, and first, may have been done, and once; nothing behind it.
                lines = [each.line for each in shop.so_far(SupportCommanded)[done:]]
                assert lines in ([], ["incidents"]), (meddles, lines)

    run(body())


@pytest.mark.slow
def test_a_relay_that_holds_back_is_waited_for_and_keeps_no_session_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it lets go later is done as it was typed; behind the session's end it is not."""

    async def body() -> None:
        async with open_line(tmp_path, monkeypatch) as (shop, relay, door):
            relay.sign(await door.code())
            async with (
                Meddler().before(relay) as meddler,
                inside(relay, "-o", "ProxyJump=none", "-p", str(meddler.port)) as process,
            ):
                meddler.lets_go(await types_and_is_held(process, b"incidents\r", meddler))
                await reads(process, "subject", "> ")
                held = await types_and_is_held(process, b"devices\r", meddler)
                await shop.type("ASSISTANCE")
                await shop.journaled(SupportClosed)
                meddler.lets_go(held)
                async with asyncio.timeout(PATIENCE):
                    await process.wait()
            assert (await shop.journaled(GrantEnded))[0].why == "ended"
            assert [each.line for each in shop.so_far(SupportCommanded)] == ["incidents"]

    run(body())
