"""What ends the agent before one service takes all others along: a blocked loop, a full memory.

A process cannot stop a function that does not return. So it ends, leaves on disk whose function it
was, and the next one, which systemd starts within a second, holds that plug-in back.
"""

import asyncio
import faulthandler
import logging
import resource
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import NoReturn

from pos_terminal.agent.culprit import culprit, stack_of_the_loop

log = logging.getLogger(__name__)

STALLED = "stalled.txt"
PATIENCE = 20.0
"""Seconds that the loop may stand still: imports of a large library on a slow card take three."""

ROUND = 0.5
"""Seconds between two looks at the memory."""

MIB = 1 << 20
SUSPICIOUS = 100 * MIB
"""Resident memory from which on it is noted who allocates: more than all services of ours need."""

LEAKING = 24 * MIB
"""Growth since then of which it is said whose it is."""

FULL = 180 * MIB
"""Resident memory at which whoever runs at that moment is held, whatever was noted before: at
256 MiB (MemoryMax=) the kernel ends the whole unit, without a word about who it was."""

FRAMES = 16
"""Frames noted with an allocation: a library's own stand before those of the service."""

Ends = Callable[[str, str], None]
"""Called with a plug-in's name, empty for nobody's, and why: holds it back and ends the agent."""


class StallGuard:
    """Ends the process when its loop stands still: in C, without the interpreter's lock.

    So it also ends a regular expression without end, which no thread of Python's could.
    """

    def __init__(self, folder: Path, patience: float = PATIENCE) -> None:
        self._path = folder / STALLED
        self._patience = patience

    def last_words(self, modules: Mapping[str, str]) -> tuple[str, str] | None:
        """Which plug-in the last process stood still in (empty: nobody's), and where; None: not."""
        try:
            dump = self._path.read_text(errors="replace")
        except FileNotFoundError:
            return None
        if not dump:
            return None
        files = stack_of_the_loop(dump)
        return culprit(files, modules), files[0] if files else "unknown"

    async def run(self) -> NoReturn:
        """Watch from here on."""
        with self._path.open("w") as file:
            try:
                while True:
                    faulthandler.dump_traceback_later(self._patience, exit=True, file=file)
                    await asyncio.sleep(self._patience / 4)
            finally:
                faulthandler.cancel_dump_traceback_later()


class MemoryGuard:
    """A thread that watches the process's memory and open files, and says whose they are."""

    def __init__(
        self,
        modules: Callable[[], Mapping[str, str]],
        ends: Ends,
        *,
        suspicious: int = SUSPICIOUS,
        leaking: int = LEAKING,
        full: int = FULL,
    ) -> None:
        self._modules = modules
        self._ends = ends
        self._limits = suspicious, leaking, full
        self._noted = 0
        self._main = threading.get_ident()

    def start(self) -> None:
        """Watch from here on."""
        threading.Thread(target=self._run, name="memory-guard", daemon=True).start()

    def _run(self) -> None:
        wait = threading.Event().wait
        while True:
            self.look(resident())
            wait(ROUND)

    def look(self, memory: int) -> None:
        """Judge what the process holds now."""
        suspicious, leaking, full = self._limits
        if self._noted and memory > self._noted + leaking:
            self._ends(self._largest(), f"memory grew to {memory // MIB} MiB")
        elif memory > full and (running := self._running()):
            self._ends(running, f"memory grew to {memory // MIB} MiB")
        elif memory > suspicious and not self._noted:
            log.warning("memory is at %d MiB: from here on it is noted whose", memory // MIB)
            self._noted = memory
            tracemalloc.start(FRAMES)
        opened = sum(1 for _ in Path("/proc/self/fd").iterdir())
        if opened > 0.9 * resource.getrlimit(resource.RLIMIT_NOFILE)[0]:
            self._ends("", f"{opened} open files")

    def _running(self) -> str:
        """The plug-in that the loop runs now; empty while it waits."""
        return culprit(_files(sys._current_frames()[self._main]), self._modules())

    def _largest(self) -> str:
        """The plug-in that holds most of what was allocated since it is noted; empty: none does."""
        sums: dict[str, int] = {}
        modules = self._modules()
        for each in tracemalloc.take_snapshot().statistics("traceback"):
            files = (frame.filename for frame in reversed(each.traceback))
            name = culprit(files, modules)
            sums[name] = sums.get(name, 0) + each.size
        return max(sums, key=lambda name: sums[name], default="")


def resident() -> int:
    """Bytes of this process in memory (proc_pid_statm(5))."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _files(frame: FrameType | None) -> Iterator[str]:
    while frame:
        yield frame.f_code.co_filename
        frame = frame.f_back
