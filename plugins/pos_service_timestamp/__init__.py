"""Has the till's checkpoints dated by a stranger: time stamps by RFC 3161, over HTTPS (3.4).

It only carries: the till asks, and keeps no stamp but by the authorities in its own settings.
Nothing is queued: the newest checkpoint's stamp says of all before it that they stood there then.
"""

import asyncio
from collections.abc import Iterable
from typing import NoReturn

from msgspec import Struct

from pos_terminal.agent.called import CalledServer
from pos_terminal.agent.hookspecs import Service, hookimpl
from pos_terminal.agent.https import BadTarget, target
from pos_terminal.agent.world import Agent
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.evidence import StampAnswer
from pos_terminal.channel.interface import STAMP, STAMPED, Nothing
from pos_terminal.domain import faults
from pos_terminal.domain.language import say

SUBJECT = "timestamp"
AGAIN = 900.0
"""Seconds until an authority that failed is tried again: a free one is asked for patience."""

MISSED = 3
"""Failures in a row before they are said."""


class TimestampSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to, and every how many hours at most; the others as CalledServer has them.

    `ca` is of the connection: whose stamps are kept, the till's own settings say ([timestamp]).
    """

    url: str
    hours: int = 12
    hosts: tuple[str, ...] = ()
    ca: str = ""

    def __post_init__(self) -> None:
        target(self.url)
        if not 1 <= self.hours <= 24 * 7:
            raise ValueError(say("hours : de 1 à 168"))


class Dater:
    """Goes between the till and the authority."""

    def __init__(self, agent: Agent, settings: TimestampSettings) -> None:
        self._agent = agent
        self._settings = settings
        self._server = CalledServer(
            agent, SUBJECT, settings.url, ca=settings.ca, hosts=settings.hosts
        )
        self._failures = 0

    async def run(self) -> NoReturn:
        """Have the newest checkpoint dated, for ever."""
        while True:
            pause = await self.round()
            await asyncio.sleep(pause)

    async def round(self) -> float:
        """Have it dated, if it is not; the seconds until the next time."""
        try:
            asked = await self._agent.till.call(STAMP, Nothing())
            if asked.request:
                response = await self._answered(asked.request)
                await self._agent.till.call(STAMPED, StampAnswer(asked.size, response))
        except (OSError, BadTarget) as error:
            return self._failed(str(error) or "no answer")
        except ChannelError as error:
            # Whoever watches the till says that it does not answer.
            if error.fault is faults.STAMP_REFUSED:
                return self._failed(error.detail)
            return AGAIN
        self._failures = 0
        self._agent.incidents.recover(SUBJECT, faults.STAMP_REFUSED)
        return self._settings.hours * 3600.0

    async def _answered(self, request: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query"}
        answer = await self._server.call(request, headers)
        if answer.status != 200:
            raise OSError(f"HTTP {answer.status}")
        return answer.body

    def _failed(self, detail: str) -> float:
        self._failures += 1
        if self._failures >= MISSED:
            self._agent.incidents.report(SUBJECT, faults.STAMP_REFUSED, detail[:300])
        return AGAIN


@hookimpl
def pos_settings() -> type[TimestampSettings]:
    """What `[service.timestamp]` is held to."""
    return TimestampSettings


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    """The one dater."""
    yield Service("dates", Dater(agent, agent.settings(TimestampSettings)).run)
