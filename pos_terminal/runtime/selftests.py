"""The self-test by a key, and at the start: the very command, in a process of its own."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import RunSelfTest, SelfTestEnded
from pos_terminal.runtime.child_command import CommandFailed, run_command

log = logging.getLogger(__name__)

SETTLED = 20.0
"""Seconds after the start in which slow devices open: one that is tried before is no finding."""


class SelfTests:
    """Makes one whenever asked, and says with `put` how it ended. Its paper the command prints."""

    def __init__(
        self,
        state: Path,
        put: Callable[[SelfTestEnded], None],
        *,
        at_start: bool = False,
        settled: float = SETTLED,
    ) -> None:
        self._state = state
        self._put = put
        self._at_start = at_start
        self._settled = settled

    async def run(self, asked: "asyncio.Queue[RunSelfTest]") -> NoReturn:
        """Make one whenever that is asked, for ever; `at_start` one more, once devices are open."""
        if self._at_start:
            self._at_start = False  # not again if this ends by an error and is started anew
            await asyncio.sleep(self._settled)
            self._put(await self.made())
        while True:
            await asked.get()
            self._put(await self.made())

    async def made(self) -> SelfTestEnded:
        """Without test papers and open drawers: its own paper tries the printer."""
        try:
            await run_command("selftest", "--print", "--quiet", "--state", str(self._state))
        except CommandFailed as error:
            if not str(error):  # it has no complaint of its own: what is wrong stands on paper
                return SelfTestEnded(well=False)
            log.error("no self-test: %s", error)
        else:
            return SelfTestEnded(well=True)
        return SelfTestEnded(well=False, fault=faults.SELFTEST_FAILED)
