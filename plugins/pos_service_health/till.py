"""The till and its devices, as incidents: a till that has died cannot say so itself."""

import asyncio
from contextlib import suppress
from typing import NoReturn

from pos_service_health import told
from pos_service_health.settings import HealthSettings
from pos_service_health.unit import UnitState, unit_state
from pos_terminal.agent.till import Contact, TillLink
from pos_terminal.agent.world import Agent
from pos_terminal.channel.interface import Status
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault

ROUND = 10.0
"""Seconds between two looks, where nothing has changed but the time."""

CALM = 3600.0
"""Seconds without another restart after which a till is no longer one that keeps falling over."""

NO_TILL = (
    faults.TILL_SILENT, faults.TILL_STOPPED, faults.OTHER_VERSION, faults.NOT_GRANTED,
)  # fmt: skip

RESTARTS = "restarts"
"""Its restarts are a subject of their own: while it is silent it may also be falling over."""


class TillWatch:
    """Reports a till that is silent, of another version, or does not let the agent in; and all that
    one which answers tells of itself.
    """

    def __init__(self, agent: Agent, given: HealthSettings, systemctl: str = "systemctl") -> None:
        self._agent = agent
        self._given = given
        self._systemctl = systemctl
        self._subjects: set[str] = set()
        self._papers_since: float | None = None
        self._restarts: int | None = None
        self._restarted = float("-inf")
        self._since = ""

    async def run(self) -> NoReturn:
        """Watch for ever."""
        version = -1
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(ROUND if version >= 0 else None):
                    _, version = await self._agent.till.links.newer(version)
            await self.look(self._agent.till.link)

    async def look(self, link: TillLink) -> None:
        """Judge how it stands with the till now."""
        if link.contact is Contact.THERE and link.status:
            self._hear(link.status)
            if link.status.since != self._since:  # another run: who started it?
                self._since = link.status.since
                self._count(await self._unit())
            elif self._agent.clock.monotonic() - self._restarted > CALM:
                self._agent.incidents.recover(RESTARTS, faults.TILL_RESTARTED)
        elif link.fault in (faults.OTHER_VERSION, faults.NOT_GRANTED):
            self._become(link.fault, link.detail)
        else:
            await self._silent(link)

    async def _silent(self, link: TillLink) -> None:
        """What it told last of itself and its devices stays: nobody knows anything newer."""
        unit = await self._unit()
        self._count(unit)
        # One that has died and that somebody starts is back once it answers: a start may fail.
        starts = unit is not None and unit.active == "activating" and self._is_dead()
        if unit and unit.meant and not starts:
            self._become(faults.TILL_STOPPED, str(unit))
        else:
            self._become(faults.TILL_SILENT, str(unit) if unit else link.detail)

    def _is_dead(self) -> bool:
        dead = (told.TILL, faults.TILL_SILENT.code)
        return any((row.subject, row.code) == dead for row in self._agent.incidents)

    def _become(self, fault: Fault, detail: str) -> None:
        """Why there is no till to ask: one cause at a time."""
        for each in NO_TILL:
            if each is not fault:
                self._agent.incidents.recover(told.TILL, each)
        self._agent.incidents.report(told.TILL, fault, detail)

    def _hear(self, status: Status) -> None:
        now = self._agent.clock.monotonic()
        if not told.papers(status):
            self._papers_since = None
        elif self._papers_since is None:
            self._papers_since = now
        waited = 0.0 if self._papers_since is None else now - self._papers_since
        wrong = told.wrong(status, self._given, waited)
        gone = self._subjects - set(wrong)  # a device that is configured no more
        for subject in gone:
            self._agent.incidents.found(subject, [])
        for subject, bad in wrong.items():
            self._agent.incidents.found(subject, bad)
        self._subjects = set(wrong)

    async def _unit(self) -> UnitState | None:
        return await unit_state(self._given.unit, self._systemctl)

    def _count(self, unit: UnitState | None) -> None:
        """Report a till that systemd has started again since this was looked at first."""
        if unit is None:
            return
        if self._restarts is not None and unit.restarts > self._restarts:
            self._restarted = self._agent.clock.monotonic()
            self._agent.incidents.report(RESTARTS, faults.TILL_RESTARTED, str(unit))
        self._restarts = unit.restarts
