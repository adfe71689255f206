"""The till's last words: a till that has died cannot be asked for them."""

import asyncio
import logging
from collections import deque
from typing import NoReturn

from pos_terminal.agent.world import Agent
from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import LogAsked, LogLine

log = logging.getLogger(__name__)

KEPT = 8
"""Lines in a mail: what happened just before."""

AGAIN = 10.0
"""Seconds until the till is asked again."""


class LogTail:
    """The last lines of the till's log, warnings and above, over its end."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._lines: deque[LogLine] = deque(maxlen=KEPT)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines, the oldest first, rid of secrets once more: here the agent's own are known."""
        return tuple(
            self._agent.redacted(f"{each.at[11:19]} {each.level} {each.logger}: {each.text}")
            for each in self._lines
        )

    async def run(self) -> NoReturn:
        """Follow for ever."""
        while True:
            try:
                asks = LogAsked(KEPT, "WARNING")
                async for found in self._agent.till.follow(interface.LOG, asks):
                    # After a broken connection the last ones come once more.
                    self._lines.extend(line for line in found.lines if line not in self._lines)
            except ChannelError as error:
                log.debug("no lines: %s", error)
            await asyncio.sleep(AGAIN)
