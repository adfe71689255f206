"""`pos-terminal run` as a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pos_terminal.testing.running import PATIENCE


@asynccontextmanager
async def terminal(config: Path, state: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """`pos-terminal run` as a process of its own, once its scanner is open, until it has ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pos_terminal", "run", "--config", str(config), "--state", str(state),
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr
    try:
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            while b"scanner: open" not in await process.stderr.readline():
                assert process.returncode is None
            group.create_task(process.stderr.read())
            yield process
            await process.wait()
    finally:
        if process.returncode is None:  # one that is left would hold the next tests' lines
            process.kill()
            await process.wait()
