"""A command of the terminal's own, as a process beside the till.

So years of records cost the till neither memory nor a pause, and what comes of it is what the same
command makes at a technician's hands.
"""

import asyncio
import sys

LONGEST = 6 * 3600.0
"""Seconds that one may take: years of records onto a slow stick."""

COMMAND = (sys.executable, "-m", "pos_terminal")


class CommandFailed(Exception):
    """What the command said first, as it said it."""


async def run_command(*words: str) -> None:
    """Have it done; CommandFailed, OSError, TimeoutError. It ends with whoever waits for it."""
    made = await asyncio.create_subprocess_exec(
        *COMMAND, *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(LONGEST):
            _, said = await made.communicate()
    finally:
        if made.returncode is None:
            made.kill()
    if made.returncode:
        raise CommandFailed(said.decode(errors="replace").partition("\n")[0])
