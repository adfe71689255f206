"""The till's plugins: drivers, and who decides with it. One typed method per hook."""

import logging
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

from msgspec import Struct

from pos_terminal.crypto.token import Token
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.catalog.catalog import Catalog, Found
from pos_terminal.hookspecs import PROJECT, PluginHooks
from pos_terminal.process.plugins import Plugin, PluginGroup
from pos_terminal.tasks.contain import contained

log = logging.getLogger(__name__)

GROUP = "pos_terminal.plugins"
DECISION_TIME = 0.002
"""Seconds that a decision hook may take; the third that takes longer stops its plugin."""
PATIENCE = 3


class Plugins(PluginGroup):
    """The plugins of this terminal.

    Once loaded, `drivers` are theirs, and `tables` the structs that their settings are held to.
    """

    def __init__(self, enabled: Iterable[str]) -> None:
        super().__init__(GROUP, PROJECT, PluginHooks, enabled)
        self.drivers = Drivers()
        self.tables: dict[str, Any] = {}
        self._slow: Counter[str] = Counter()

    def load(self) -> None:
        """Find what is installed, import what is enabled, and let it say what it brings."""
        for plugin, point in self.find():
            self.take(plugin, point)
        for plugin, call in self.calls("pos_register_drivers"):
            with contained(partial(self.stop, plugin, "pos_register_drivers")):
                call(drivers=self.drivers)
        for plugin, call in self.calls("pos_settings"):
            with contained(partial(self.stop, plugin, "pos_settings")):
                table = call()
                if not (isinstance(table, type) and issubclass(table, Struct)):
                    raise TypeError(f"the answer is {table!r}, and no msgspec.Struct")
                self.tables[plugin.name] = table

    def token(self) -> Token | None:
        """The token of the plugin that brings one, once the settings are known; None without."""
        for plugin, call in self.calls("pos_token"):
            with contained(partial(self.stop, plugin, "pos_token")):
                token: Token = call()
                return token
        return None

    def find_item(self, code: str, aim: str, catalog: Catalog) -> Found | None:
        """What a code stands for that the catalogue does not hold: the first plugin's answer."""
        for plugin, call in self.calls("pos_find_item"):
            start = time.perf_counter()
            with contained(partial(self.stop, plugin, "pos_find_item")):
                found = call(code=code, aim=aim, catalog=catalog)
                if found is not None and not isinstance(found, Found):
                    raise TypeError(f"the answer is {found!r}, neither Found nor None")
                self._watch(plugin, "pos_find_item", time.perf_counter() - start)
                if found is not None:
                    return found
        return None

    def _watch(self, plugin: Plugin, hook: str, took: float) -> None:
        if took <= DECISION_TIME:
            return
        self._slow[plugin.name] += 1
        log.warning("plugin %s took %.1f ms in %s", plugin.name, took * 1000, hook)
        if self._slow[plugin.name] >= PATIENCE:
            limit = f"over {DECISION_TIME * 1000:.0f} ms, {PATIENCE} times"
            self.stop(plugin, hook, TimeoutError(limit))
