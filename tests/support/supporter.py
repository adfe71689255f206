"""A supporter at his prompt, by stock ssh: what he types, and what he sees."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pos_terminal.testing.running import PATIENCE
from tests.support.process import child
from tests.support.relay import Relay


@asynccontextmanager
async def inside(relay: Relay, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A supporter at his prompt, with a terminal."""
    async with child(
        "ssh", "-tt", "-F", relay.config(), "-o", "LogLevel=ERROR", *options, "pos-1-2",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    ) as process:  # fmt: skip
        await reads(process, "> ")
        yield process


async def reads(
    process: asyncio.subprocess.Process, wanted: str, last: str = "", within: float = PATIENCE
) -> str:
    """What he sees until that has come, and `last` is the last of it."""
    seen = ""
    assert process.stdout
    try:
        async with asyncio.timeout(within):
            while wanted not in seen or not seen.endswith(last):
                got = await process.stdout.read(4096)
                assert got, seen
                seen += got.decode()
    except TimeoutError:
        raise AssertionError(f"{wanted!r} did not come: {seen!r}") from None
    return seen


async def types(process: asyncio.subprocess.Process, keys: str, wanted: str) -> str:
    assert process.stdin
    process.stdin.write(keys.encode())
    return await reads(process, wanted)


async def does(process: asyncio.subprocess.Process, line: str, wanted: str) -> str:
    """A command up to the next prompt: what is typed before that is dropped."""
    assert process.stdin
    process.stdin.write(line.encode())
    return await reads(process, wanted, "> ")
