"""The service plug-ins: found, imported when listed, asked for their services, and supervised."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

from pos_terminal.agent.console_pages import ConsolePage
from pos_terminal.agent.holds import Holds
from pos_terminal.agent.hookspecs import PROJECT, Check, Service, ServiceHooks, SupportCommand
from pos_terminal.agent.outbox import Waiting
from pos_terminal.agent.owned import ServiceOwner
from pos_terminal.agent.world import Agent
from pos_terminal.domain.language import say
from pos_terminal.process.installed import entry_points
from pos_terminal.process.plugins import PluginGroup, PluginStatus
from pos_terminal.tasks.contain import contained
from pos_terminal.tasks.groups import forever
from pos_terminal.tasks.supervise import Supervisor

log = logging.getLogger(__name__)

T = TypeVar("T")
N = TypeVar("N", SupportCommand, ConsolePage)

GROUP = "pos_terminal.services"


class RunningService(NamedTuple):
    """A service of a plug-in, to be run."""

    plugin: str
    service: Service

    @property
    def name(self) -> str:
        """Its name among the supervised tasks."""
        return f"{self.plugin}:{self.service.name}"


def modules() -> Mapping[str, str]:
    """The top package or module of every service plug-in that is installed, by its name."""
    return {point.name: point.module.partition(".")[0] for point in entry_points(GROUP)}


def version_of(plugin: str) -> str:
    """The version of a plug-in that is installed; «?» of none."""
    return next((each.version for each in entry_points(GROUP) if each.name == plugin), "?")


class ServiceTables(PluginGroup):
    """What the settings of services are held to, for whoever runs none of them.

    Once loaded, `tables` are the types that they named.
    """

    def __init__(self, enabled: Iterable[str]) -> None:
        super().__init__(GROUP, PROJECT, ServiceHooks, enabled)
        self.tables: dict[str, type[Any]] = {}

    def load(self) -> None:
        """Import what is enabled, and ask each for its type alone."""
        for plugin, point in self.find():
            self.take(plugin, point)
        for plugin, call in self.calls("pos_settings"):
            with contained(partial(self.stop, plugin, "pos_settings")):
                self.tables[plugin.name] = call()


class Services(PluginGroup):
    """The service plug-ins that the configuration enables."""

    def __init__(self, enabled: Iterable[str], holds: Holds, make: Callable[[str], Agent]) -> None:
        super().__init__(GROUP, PROJECT, ServiceHooks, enabled)
        self._holds = holds
        self._make = make
        self._agents: dict[str, Agent] = {}
        self.checks: list[Check] = []
        self.commands: list[SupportCommand] = []
        self.pages: list[ConsolePage] = []
        self.running: list[RunningService] = []

    def load(self) -> None:
        """Import what is enabled and not held back, and hear what services and checks it has."""
        for plugin, point in self.find():
            held = self._holds.on(plugin.name, plugin.version)
            if held:
                plugin.status = PluginStatus.STOPPED
                words = say("tenu à l'écart, {times} fois : {why}")
                plugin.why = words.format(times=held.times, why=held.why)
                continue
            with contained(partial(self.stop, plugin, say("au chargement"))):
                self._agents[plugin.name] = self._make(plugin.name)
                self.take(plugin, point)
        for plugin, call in self.calls("pos_services"):
            with contained(partial(self.stop, plugin, "pos_services")):
                given = _checked(call(agent=self._agents[plugin.name]), Service)
                if len({service.name for service in given}) < len(given):
                    raise ValueError("two services have one name")
                self.running += [RunningService(plugin.name, service) for service in given]
        for plugin, call in self.calls("pos_health_checks"):
            with contained(partial(self.stop, plugin, "pos_health_checks")):
                self.checks += _checked(call(agent=self._agents[plugin.name]), Check)
        self._gather("pos_support_commands", SupportCommand, self.commands, "support")
        self._gather("pos_console_pages", ConsolePage, self.pages, "console")
        # One that failed in a later hook is stopped with all that it gave in its first.
        failed = {plugin.name for plugin in self if plugin.why.startswith("pos_")}
        self.running = [each for each in self.running if each.plugin not in failed]

    def _gather(self, hook: str, kind: type[N], into: list[N], by: str) -> None:
        """What each plug-in has for the service of `by`, each under a name of its own.

        Whoever serves them has the first choice of names, the others in the configuration's order:
        one that takes a taken name is stopped, and never the service with all its own.
        """
        order = [by, *self._agents]
        for plugin, call in sorted(self.calls(hook), key=lambda each: order.index(each[0].name)):
            with contained(partial(self.stop, plugin, hook)):
                found = _checked(call(agent=self._agents[plugin.name]), kind)
                taken = {each.name for each in into} & {each.name for each in found}
                if taken:
                    raise ValueError(f"there are others of these names: {sorted(taken)}")
                into += found

    async def waiting(self) -> dict[str, Waiting]:
        """What waits in the outbox of each plug-in that runs and has one."""
        agents = {each.plugin: self._agents[each.plugin] for each in self.running}
        return {
            name: await agent.outbox.waiting()
            for name, agent in agents.items()
            if agent.has_outbox
        }

    async def run(self, supervisor: Supervisor) -> None:
        """Run all services until cancelled."""
        async with asyncio.TaskGroup() as group:
            for each in self.running:
                group.create_task(
                    supervisor.supervised(
                        each.name, partial(_run, each), silence=each.service.silence
                    )
                )
            await forever()


async def _run(running: RunningService) -> None:
    await ServiceOwner(running.name).run(running.service.run())


def _checked(given: Iterable[object], kind: type[T]) -> list[T]:
    """What a hook gave, as a list of what it should be."""
    found = []
    for each in given:
        if not isinstance(each, kind):
            raise TypeError(f"the answer has {each!r}, which is no {kind.__name__}")
        found.append(each)
    return found
