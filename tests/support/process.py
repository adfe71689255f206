"""`pos-terminal run` as a process of its own."""

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pos_terminal.testing.running import PATIENCE


async def gone(process: Process) -> None:
    """Kill it if it still runs: what a failed test leaves would hold the next ones' lines."""
    if process.returncode is None:
        process.kill()
        await process.wait()


@asynccontextmanager
async def child(*command: str | Path, **how: Any) -> AsyncIterator[Process]:
    """A process as `create_subprocess_exec` starts it, that does not outlive the block."""
    process = await asyncio.create_subprocess_exec(*command, **how)
    try:
        yield process
    finally:
        await gone(process)


@asynccontextmanager
async def terminal(config: Path, state: Path) -> AsyncIterator[Process]:
    """`pos-terminal run` as a process of its own, once its scanner is open, until it has ended."""
    command = ("-m", "pos_terminal", "run", "--config", config, "--state", state)
    async with child(sys.executable, *command, stderr=asyncio.subprocess.PIPE) as process:
        assert process.stderr
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            while b"scanner: open" not in await process.stderr.readline():
                assert process.returncode is None
            group.create_task(process.stderr.read())
            yield process
            await process.wait()
