"""Plugins: found by entry point, run when the configuration lists them, each with a status.

Callers never touch pluggy's `hook`: here is one typed method per hook, which calls every
implementation by itself, so that one that raises disturbs no other.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

import pluggy

from pos_terminal import hookspecs
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.catalog.catalog import Catalog, Found
from pos_terminal.process.installed import EntryPoint, entry_points

log = logging.getLogger(__name__)

GROUP = "pos_terminal.plugins"
DECISION_TIME = 0.002
"""Seconds that a decision hook may take; the third that takes longer stops its plugin."""
PATIENCE = 3


class Status(Enum):
    """How a plugin fares."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    STOPPED = "stopped"


@dataclass(slots=True)
class Plugin:
    """One plugin that is installed, or that the configuration names although it is not."""

    name: str
    version: str
    status: Status = Status.DISABLED
    why: str = "not in the configuration's plugins"
    slow: int = 0


class Plugins:
    """The plugins of this terminal."""

    def __init__(self, enabled: Iterable[str]) -> None:
        self.drivers = Drivers()
        self.on_stop: Callable[[], None] = lambda: None
        self._enabled = tuple(dict.fromkeys(enabled))
        self._plugins: dict[str, Plugin] = {}
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs.PluginHooks)

    def load(self) -> None:
        """Find what is installed, import what is enabled, and let it register its drivers."""
        found: dict[str, list[EntryPoint]] = {}
        for point in sorted(entry_points(GROUP), key=lambda point: point.name):
            found.setdefault(point.name, []).append(point)
        for name, points in found.items():
            self._plugins[name] = Plugin(name, points[0].version)
        for name in self._enabled:
            points = found.get(name, [])
            if len(points) == 1:
                self._load(self._plugins[name], points[0])
            else:
                why = "two distributions have one of this name" if points else "it is not installed"
                version = self._plugins[name].version if points else "-"
                self._plugins[name] = Plugin(name, version, Status.STOPPED, why)
        self._register_drivers()

    def __iter__(self) -> Iterator[Plugin]:
        return iter(self._plugins.values())

    def _load(self, plugin: Plugin, point: EntryPoint) -> None:
        try:
            module = point.load()
            self._manager.register(module, plugin.name)
            self._refuse_misfits(plugin, module)
        # Whatever a plugin raises stops that plugin alone.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            self._stop(plugin, "while loading", error)
            return
        if plugin.status is not Status.STOPPED:
            plugin.status, plugin.why = Status.ENABLED, ""

    def _refuse_misfits(self, plugin: Plugin, module: object) -> None:
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

    @property
    def stopped(self) -> bool:
        """Whether an enabled plugin does not run."""
        return any(plugin.status is Status.STOPPED for plugin in self)

    def _stop(self, plugin: Plugin, when: str, error: BaseException) -> None:
        plugin.status = Status.STOPPED
        plugin.why = f"{when}: {type(error).__name__}: {error}"
        log.error("plugin %s stopped %s", plugin.name, when, exc_info=error)
        if self._manager.has_plugin(plugin.name):
            self._manager.unregister(name=plugin.name)
        self.on_stop()

    def _calls(self, hook: str, **arguments: Any) -> Iterator[tuple[Plugin, Callable[[], Any]]]:
        """Each implementation in pluggy's order (last registered first), ready to be called."""
        for implementation in reversed(getattr(self._manager.hook, hook).get_hookimpls()):
            chosen = [arguments[name] for name in implementation.argnames]
            plugin = self._plugins[implementation.plugin_name]
            yield plugin, partial(implementation.function, *chosen)

    def _register_drivers(self) -> None:
        for plugin, call in self._calls("pos_register_drivers", drivers=self.drivers):
            try:
                call()
            except Exception as error:  # noqa: BLE001  as in _load
                self._stop(plugin, "in pos_register_drivers", error)

    def find_item(self, code: str, aim: str, catalog: Catalog) -> Found | None:
        """What a code stands for that the catalogue does not hold: the first plugin's answer."""
        for plugin, call in self._calls("pos_find_item", code=code, aim=aim, catalog=catalog):
            start = time.perf_counter()
            try:
                found = call()
                if found is not None and not isinstance(found, Found):
                    raise TypeError(f"the answer is {found!r}, neither Found nor None")
            except Exception as error:  # noqa: BLE001  as in _load
                self._stop(plugin, "in pos_find_item", error)
                continue
            self._watch(plugin, "pos_find_item", time.perf_counter() - start)
            if found is not None:
                return found
        return None

    def _watch(self, plugin: Plugin, hook: str, took: float) -> None:
        if took <= DECISION_TIME:
            return
        plugin.slow += 1
        log.warning("plugin %s took %.1f ms in %s", plugin.name, took * 1000, hook)
        if plugin.slow >= PATIENCE:
            limit = f"over {DECISION_TIME * 1000:.0f} ms, {PATIENCE} times"
            self._stop(plugin, f"in {hook}", TimeoutError(limit))
