"""A command of the terminal's own, as a process beside the till.

So years of records cost the till neither memory nor a pause, and what comes of it is what the same
command makes at a technician's hands.
"""

import asyncio
import signal
import sys
from contextlib import suppress

from pos_terminal.domain.language import say

LONGEST = 6 * 3600.0
"""Seconds that one may take: years of records onto a slow stick."""

DYING = 1.0
"""Seconds in which one that is killed is gone, unless it waits for a disk."""

COMMAND = (sys.executable, "-m", "pos_terminal")


class CommandFailed(Exception):
    """What the command said first, as it said it, or why it came to say nothing; `said` is all."""

    def __init__(self, first: str, said: str = "") -> None:
        super().__init__(first)
        self.said = said


async def run_command(*words: str, longest: float = LONGEST) -> None:
    """Have it done; CommandFailed, empty where it refused without a word.

    It ends with whoever waits for it.
    """
    try:
        made = await asyncio.create_subprocess_exec(
            *COMMAND, *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
    except OSError as error:  # no memory, no more processes
        raise CommandFailed(str(error)) from error
    try:
        async with asyncio.timeout(longest):
            _, said = await made.communicate()
    except TimeoutError as error:
        raise CommandFailed(say("pas fini après {seconds:.0f} s", seconds=longest)) from error
    finally:
        if made.returncode is None:
            made.kill()
            with suppress(TimeoutError):  # one that hangs on a dead stick is left to the kernel
                async with asyncio.timeout(DYING):
                    await made.wait()
    status = made.returncode or 0
    if status < 0:  # without memory the kernel ends it, and it says nothing
        raise CommandFailed(say("terminé par {signal}", signal=signal.Signals(-status).name))
    if status:
        text = said.decode(errors="replace")
        raise CommandFailed(text.partition("\n")[0], text)
