"""The agent's own socket: what is wrong and what waits, for its user and for root alone."""

import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pos_terminal
from pos_terminal.agent import status
from pos_terminal.agent.incidents import LONGEST_MUTE, IncidentBook
from pos_terminal.agent.outbox import Waiting
from pos_terminal.channel import agent_interface
from pos_terminal.channel.agent_interface import (
    Alerts,
    History,
    HistoryAsked,
    MuteAsked,
    OpenIncident,
    Outgoing,
    ToldChange,
)
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Nothing
from pos_terminal.channel.service import Dispatcher, Peer
from pos_terminal.domain import faults
from pos_terminal.domain.health.incidents import Incident
from pos_terminal.domain.language import say

NAME = "agent"

MOST = 500
"""Changes in one answer."""


def socket_path(state: Path, environ: Mapping[str, str]) -> Path:
    """The socket of the agent with that directory: beside what it tells of its status."""
    told = status.folder_of(state, environ)
    return (status.RUNTIME if told == status.STATE else told) / NAME


class AgentMethods:
    """Answers. `zone` is the shop's, or empty; `waiting` is what each plug-in has to send."""

    def __init__(
        self,
        incidents: IncidentBook,
        now: Callable[[], int],
        zone: Callable[[], str],
        waiting: Callable[[], Awaitable[Mapping[str, Waiting]]],
    ) -> None:
        self._incidents = incidents
        self._now = now
        self._zone = zone
        self._waiting = waiting

    def service(self) -> Dispatcher:
        """The table of its methods."""
        service = Dispatcher(
            "pos-terminal-agent", pos_terminal.__version__, agent_interface.INTERFACE,
            agent_interface.METHODS,
        )  # fmt: skip
        service.answer(agent_interface.ALERTS, self._alerts)
        service.answer(agent_interface.HISTORY, self._history)
        service.answer(agent_interface.MUTE, self._mute)
        service.answer(agent_interface.TEST, self._test)
        return service

    async def _alerts(self, peer: Peer, asks: Nothing) -> Alerts:
        _must_own(peer)
        waiting = await self._waiting()
        return Alerts(
            now=self._now(),
            zone=self._zone(),
            incidents=[self._open(row) for row in self._incidents],
            outgoing=[Outgoing(plugin, *each) for plugin, each in sorted(waiting.items())],
        )

    def _open(self, row: Incident) -> OpenIncident:
        return OpenIncident(
            subject=row.subject, code=row.code, detail=row.detail, since=row.since,
            reports=row.reports, flapping=row.flapping, cause=row.cause,
            muted=self._incidents.muted_until(row.subject),
        )  # fmt: skip

    async def _history(self, peer: Peer, asks: HistoryAsked) -> History:
        _must_own(peer)
        limit = min(MOST if asks.limit is None else max(1, asks.limit), MOST)
        found = await self._incidents.history(asks.subject, limit)
        rows = ((change.at, change.what, change.incident) for change in found)
        return History(
            [ToldChange(at, what, row.subject, row.code, row.detail) for at, what, row in rows]
        )

    async def _mute(self, peer: Peer, asks: MuteAsked) -> Nothing:
        _must_own(peer)
        if not 0 <= asks.seconds <= LONGEST_MUTE or not 0 < len(asks.subject) <= 100:
            detail = say("{what!r} pour {seconds} s", what=asks.subject[:20], seconds=asks.seconds)
            raise ChannelError(faults.BAD_REQUEST, detail)
        await self._incidents.mute(asks.subject, asks.seconds)
        return Nothing()

    async def _test(self, peer: Peer, asks: Nothing) -> Nothing:
        _must_own(peer)
        await self._incidents.test()
        return Nothing()


def _must_own(peer: Peer) -> None:
    """The group is the till's and the agent's, so that they meet: what it hears is no business of
    whoever else is in it.
    """
    if peer.uid not in (0, os.geteuid()):
        raise ChannelError(faults.NOT_GRANTED, say("réservé à l'utilisateur de l'agent et à root"))
