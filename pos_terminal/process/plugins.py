"""What others wrote: found by entry point, imported when the configuration lists it, with a status.

The till's plug-ins and the agent's services are two groups of the same kind. Callers never touch
pluggy's `hook`: it would stop at the first implementation that raises. Each group has one typed
method per hook, which calls every implementation by itself.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

import pluggy
from msgspec import Struct, field

from pos_terminal.domain.language import labelled, say
from pos_terminal.process.installed import EntryPoint, entry_points
from pos_terminal.tasks.contain import contained, one_line

log = logging.getLogger(__name__)


class PluginStatus(StrEnum):
    """How a plugin fares."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    STOPPED = "stopped"


class Plugin(Struct):
    """One plugin that is installed, or that the configuration names although it is not."""

    name: str
    version: str
    status: PluginStatus = PluginStatus.DISABLED
    why: str = field(default_factory=lambda: say("pas nommé dans les réglages"))


class PluginGroup:
    """The plugins of one group of entry points; `hooks` of pluggy's `project` they may implement.

    `on_stop` is called whenever one stops. `settings` are each plugin's own, for whichever of its
    hooks names that argument.
    """

    def __init__(self, group: str, project: str, hooks: type, enabled: Iterable[str]) -> None:
        self.on_stop: Callable[[], None] = lambda: None
        self.settings: Mapping[str, object] = {}
        self._group = group
        self._enabled = tuple(dict.fromkeys(enabled))
        self._plugins: dict[str, Plugin] = {}
        self._manager = pluggy.PluginManager(project)
        self._manager.add_hookspecs(hooks)

    def __iter__(self) -> Iterator[Plugin]:
        """All that are installed or enabled."""
        return iter(self._plugins.values())

    def __getitem__(self, name: str) -> Plugin:
        """The plugin of that name; KeyError where there is none."""
        return self._plugins[name]

    @property
    def stopped(self) -> bool:
        """Whether an enabled plugin does not run."""
        return any(plugin.status is PluginStatus.STOPPED for plugin in self)

    def packages(self) -> Iterator[str]:
        """The package of each plugin that runs."""
        for name, module in self._manager.list_name_plugin():
            if self._plugins[name].status is PluginStatus.ENABLED:
                yield str(getattr(module, "__name__", "")).partition(".")[0]

    def find(self) -> list[tuple[Plugin, EntryPoint]]:
        """Look up what is installed; the plugins to load, in the configuration's order."""
        found: dict[str, list[EntryPoint]] = {}
        for point in sorted(entry_points(self._group), key=lambda point: point.name):
            found.setdefault(point.name, []).append(point)
        for name, points in found.items():
            self._plugins[name] = Plugin(name, points[0].version)
        chosen = []
        for name in self._enabled:
            points = found.get(name, [])
            if len(points) == 1:
                chosen.append((self._plugins[name], points[0]))
            else:
                why = say("deux paquets installés ont ce nom") if points else say("non installé")
                log.error("plugin %s: %s", name, why)
                version = self._plugins[name].version if points else "-"
                self._plugins[name] = Plugin(name, version, PluginStatus.STOPPED, why)
        return chosen

    def take(self, plugin: Plugin, point: EntryPoint) -> None:
        """Import it, and take its hooks; whatever it raises stops it, and nothing else."""
        with contained(partial(self.stop, plugin, say("au chargement"))):
            module = point.load()
            self._manager.register(module, plugin.name)
            self._refuse_misfits(module)
            plugin.status, plugin.why = PluginStatus.ENABLED, ""

    def stop(self, plugin: Plugin, when: str, error: BaseException) -> None:
        """Note that it failed, and call it no more."""
        plugin.status = PluginStatus.STOPPED
        plugin.why = labelled(when, one_line(error))
        log.error("plugin %s stopped (%s)", plugin.name, when, exc_info=error)
        if self._manager.has_plugin(plugin.name):
            self._manager.unregister(name=plugin.name)
        self.on_stop()

    def calls(self, hook: str) -> Iterator[tuple[Plugin, Callable[..., Any]]]:
        """Each implementation in pluggy's order (last registered first), to be called by keywords.

        One takes of the hook's arguments only those that it names.
        """
        for implementation in reversed(getattr(self._manager.hook, hook).get_hookimpls()):
            name = implementation.plugin_name
            yield self._plugins[name], partial(_call, implementation, self.settings.get(name))

    def _refuse_misfits(self, module: object) -> None:
        """A misspelt hook would never be called, and a wrapper would sit in others' way."""
        for caller in self._manager.get_hookcallers(module) or ():
            for implementation in caller.get_hookimpls():
                if implementation.plugin is not module:
                    continue
                if not caller.has_spec():
                    raise TypeError(f"there is no hook {caller.name}")
                if implementation.wrapper or implementation.hookwrapper:
                    raise TypeError(f"{caller.name}: hook wrappers are not taken")
                if iscoroutinefunction(implementation.function):
                    raise TypeError(f"{caller.name}: hooks are plain functions, not async ones")


def _call(implementation: pluggy.HookImpl, settings: object, **arguments: Any) -> Any:
    own = {"settings": settings, **arguments}
    return implementation.function(*(own[name] for name in implementation.argnames))
