"""Makes the rounds of the health checks, each in its own time."""

import asyncio
import logging
from typing import NoReturn

from pos_terminal.agent.hookspecs import Check
from pos_terminal.agent.world import Agent
from pos_terminal.domain import faults

log = logging.getLogger(__name__)

SLOW = 30.0
"""Seconds that a look may take: a disk that hangs answers no statvfs."""


class Rounds:
    """The checks of all plug-ins of an agent."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def run(self) -> None:
        """Look for ever. Ends with the first check that fails, and is started again with all."""
        async with asyncio.TaskGroup() as group:
            for check in self._agent.checks():
                group.create_task(self._repeat(check))

    async def _repeat(self, check: Check) -> NoReturn:
        while True:
            await self.look(check)
            await asyncio.sleep(check.every)

    async def look(self, check: Check) -> None:
        """Look once, and report what was found."""
        try:
            async with asyncio.timeout(SLOW):
                found = await asyncio.to_thread(lambda: list(check.look()))
        except (OSError, ValueError) as error:  # a TimeoutError is an OSError
            log.warning("%s cannot be looked at: %s", check.subject, error or "no answer")
            found = [(faults.CHECK_FAILED, str(error) or "no answer")]
        self._agent.incidents.found(check.subject, found)
