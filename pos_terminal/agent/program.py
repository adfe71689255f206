"""The agent's one composition root: directory, till, incidents, services become a program."""

import asyncio
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

import pos_terminal
from pos_terminal.agent import settings
from pos_terminal.agent.clock import Clock
from pos_terminal.agent.folder import keep_watchdog, owned
from pos_terminal.agent.guard import MemoryGuard, StallGuard, resident
from pos_terminal.agent.holds import Holds
from pos_terminal.agent.incidents import NAME, SCHEMA, IncidentBook
from pos_terminal.agent.outbox import Waiting
from pos_terminal.agent.owned import note_owners
from pos_terminal.agent.reporting import Reporter
from pos_terminal.agent.services import Services, modules, version_of
from pos_terminal.agent.socket import NAME as SOCKET
from pos_terminal.agent.socket import AgentMethods
from pos_terminal.agent.status import AgentStatus, ServiceStatus, StatusTeller
from pos_terminal.agent.stores import Stores
from pos_terminal.agent.till import PATIENCE as TILL_PATIENCE
from pos_terminal.agent.till import TillClient
from pos_terminal.agent.world import Agent
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.interface import Settings
from pos_terminal.channel.server import Server
from pos_terminal.domain import faults
from pos_terminal.process.lean_imports import give_back
from pos_terminal.process.plugins import PluginStatus
from pos_terminal.process.sd_notify import notify
from pos_terminal.tasks.groups import first
from pos_terminal.tasks.latest import Latest
from pos_terminal.tasks.supervise import Supervisor, TaskState, TaskStatus, Work

log = logging.getLogger(__name__)

ROUND = 2.0
"""Seconds between two looks at whether there is something new to tell of the agent itself."""

GOODBYE = 3.0
"""Seconds that services have to end in: less than systemd's TimeoutStopSec=."""

SUBJECT = "agent"


class Program:
    """One agent, in that directory, beside the till at that socket: `run` until `stop`."""

    def __init__(
        self, state: Path, socket: Path, told: Path, *, stall: float, look: float, clock: Clock
    ) -> None:
        self._state = state
        self._look = look
        self._told = told
        self._own_socket = told / SOCKET
        self._clock = clock
        self._till = TillClient(AsyncClient(socket, patience=TILL_PATIENCE), self._clock)
        self._guard = StallGuard(state, stall)
        self._supervisor = Supervisor()
        self._settings: Latest[Settings] = Latest()
        self._stopping = asyncio.Event()
        self._since = self._clock.utc()
        self._services: Services | None = None

    def stop(self) -> None:
        """End soon: services are cancelled, and left behind if they do not heed it."""
        self._stopping.set()

    async def run(self) -> None:
        """Serve. AgentError where the directory cannot be used, or another agent has it."""
        with owned(self._state):
            self._holds = Holds(self._state, self._clock)
            self._stores = Stores(self._state, self._damaged)
            note_owners(asyncio.get_running_loop())
            try:
                worker = self._stores.worker(NAME, SCHEMA)
                self._incidents = await IncidentBook.open(worker, self._clock)
                await self._serve()
            finally:
                await self._stores.close()

    async def _serve(self) -> None:
        self._hear_last_words()
        MemoryGuard(modules, partial(_end, self._holds)).start()
        teller = StatusTeller(self._told)
        methods = AgentMethods(self._incidents, self._clock.utc, self._zone, self._waiting)
        own: dict[str, Work] = {
            "stall guard": self._guard.run,
            "till": self._till.watch,
            "incidents": self._incidents.run,
            "settings": self._follow_settings,
            "reports": Reporter(self._till, self._incidents).run,
            "status": partial(self._tell, teller),
            "socket": Server(self._own_socket, methods.service()).run,
        }
        kept = settings.read_kept(self._state)
        if kept:
            self._settings.put(kept)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._supervisor.supervised(f"{SUBJECT}:{name}", work))
                    for name, work in own.items()
                ]
                tasks.append(group.create_task(self._keep_services()))
                tasks.append(group.create_task(keep_watchdog()))
                await self._stopping.wait()
                notify("STOPPING=1")
                _end_at_last(0)
                for task in tasks:
                    task.cancel()
        finally:
            teller.close()

    def _hear_last_words(self) -> None:
        """Hold back whose code the last agent stood still in."""
        found = modules()
        words = self._guard.last_words(found)
        if words is None:
            return
        name, where = words
        log.error("the last agent stood still in %s (%s)", where, name or "nobody's code")
        if name:
            self._holds.hold(name, version_of(name), f"it blocked the agent in {where}")
        else:
            self._incidents.report(SUBJECT, faults.SERVICE_STOPPED, f"blocked in {where}")

    async def _keep_services(self) -> NoReturn:
        """Run the services that the settings enable; again when those change, or a hold is over."""
        given, version = await self._settings.newer(-1)
        while True:
            services = Services(given.services, self._holds, partial(self._world, given))
            self._services = services
            services.load()
            give_back()  # where a service speaks TLS
            log.info("services: %s", ", ".join(each.name for each in services.running) or "none")
            await first(services.run(self._supervisor), self._until_otherwise(version))
            self._ending.cancel()
            given, version = await self._settings.newer(version - 1)

    async def _until_otherwise(self, version: int) -> None:
        """Until there are newer settings, or the next plug-in is held back no longer."""
        ends = self._holds.ends
        with suppress(TimeoutError):
            async with asyncio.timeout(None if ends is None else ends + 1):
                await self._settings.newer(version)
        self._ending = _end_at_last(1)  # a service that does not end: then all are started anew

    def _world(self, given: Settings, name: str) -> Agent:
        return Agent(
            name,
            till=self._till,
            incidents=self._incidents,
            clock=self._clock,
            stores=self._stores,
            given=given,
            checks=lambda: self._services.checks if self._services else (),
            commands=lambda: self._services.commands if self._services else (),
            pages=lambda: self._services.pages if self._services else (),
        )

    async def _follow_settings(self) -> NoReturn:
        """Keep the till's settings; where they are other than before, start the services anew."""
        version = -1
        while True:
            link, version = await self._till.links.newer(version)
            given = link.settings
            if given is not None and given != settings.read_kept(self._state):
                settings.keep(self._state, given)
                self._holds.release()
                self._settings.put(given)

    def _zone(self) -> str:
        """The shop's, by what the till said last."""
        kept = settings.read_kept(self._state)
        return kept.zone if kept else ""

    async def _waiting(self) -> dict[str, Waiting]:
        """What waits in the outboxes of the plug-ins that run."""
        return await self._services.waiting() if self._services else {}

    def _damaged(self, path: Path) -> None:
        self._incidents.report(SUBJECT, faults.AGENT_STORE, f"{path.name} was damaged: made anew")

    async def _tell(self, teller: StatusTeller) -> NoReturn:
        """Keep what is told of the agent up to date, and which services are down."""
        while True:
            told = self._status()
            teller.tell(told)
            for each in told.services:
                if each.status in _WELL:
                    self._incidents.recover(_subject(each), faults.SERVICE_STOPPED)
                else:
                    self._incidents.report(_subject(each), faults.SERVICE_STOPPED, each.why)
            await asyncio.sleep(self._look)

    def _status(self) -> AgentStatus:
        link = self._till.link
        return AgentStatus(
            version=pos_terminal.__version__,
            pid=os.getpid(),
            since=self._since,
            till=link.contact,
            till_since=link.since,
            till_detail=f"{link.fault} {link.detail}" if link.fault else link.version,
            memory=resident() >> 20,
            incidents=sum(1 for _ in self._incidents),
            services=list(self._service_statuses()),
        )

    def _service_statuses(self) -> Iterator[ServiceStatus]:
        """Every service, and every plug-in that has none to show."""
        if self._services is None:
            return
        tasks = {task.name: task for task in self._supervisor}
        shown = set()
        for each in self._services.running:
            plugin = self._services[each.plugin]
            task = tasks.get(each.name)
            if task and plugin.status is PluginStatus.ENABLED:
                shown.add(plugin.name)
                yield ServiceStatus(
                    plugin=plugin.name, version=plugin.version, service=each.service.name,
                    status=task.state, why=_why(task), restarts=task.restarts,
                    since=self._clock.utc() - round((self._clock.monotonic() - task.since) * 1e6),
                )  # fmt: skip
        for plugin in self._services:
            if plugin.name not in shown:
                yield ServiceStatus(
                    plugin=plugin.name, version=plugin.version, service="", since=self._since,
                    status=plugin.status.value, why=plugin.why,
                )  # fmt: skip


_WELL = (TaskState.RUNNING.value, PluginStatus.ENABLED.value, PluginStatus.DISABLED.value)


def _subject(each: ServiceStatus) -> str:
    return f"{each.plugin}:{each.service}" if each.service else each.plugin


def _why(task: TaskStatus) -> str:
    return task.error if task.state is not TaskState.RUNNING else ""


def _end(holds: Holds, name: str, why: str) -> NoReturn:
    """End at once, and hold back whose fault it was; from any thread."""
    log.critical("the agent ends: %s (%s)", why, name or "nobody's code")
    if name:
        with suppress(OSError):  # a full disk: then it is only in the log
            holds.hold(name, version_of(name), why)
    os._exit(1)


def _end_at_last(status: int) -> threading.Timer:
    """End the process in a while: services that do not heed their cancellation keep nobody."""
    timer = threading.Timer(GOODBYE, os._exit, (status,))
    timer.daemon = True
    timer.start()
    return timer
