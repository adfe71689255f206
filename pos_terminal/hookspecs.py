"""The whole extension API, on one page.

A plugin is a module, named by an entry point in the group `pos_terminal.plugins`, with functions
marked `@hookimpl` that have the names below. It runs once the configuration lists it in
`plugins`. Hooks are called one implementation at a time: one that raises is reported in
`pos-terminal plugins` and disturbs no other.
"""

from typing import Any, Protocol

import pluggy

from pos_terminal.crypto.token import Token
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.catalog.catalog import Catalog, Found

PROJECT = "pos_terminal"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class PluginHooks(Protocol):
    """One method per hook."""

    @hookspec
    def pos_register_drivers(self, drivers: Drivers) -> None:
        """Boot. Add drivers to the tables: `drivers.scales.add("name", open_scale, Settings)`."""

    @hookspec
    def pos_settings(self) -> type[Any]:
        """Boot. The frozen `msgspec.Struct` of the plugin's own table, `[plugin.NAME]`.

        The configuration is held to it: a key that it lacks, or a ValueError of its own, refuses
        the file. Where there is no table all of its defaults hold. Every other hook may name an
        argument `settings`, and gets it.
        """

    @hookspec
    def pos_token(self, settings: Any) -> Token:
        """Boot. Where keys that sign may lie that are not the card's: `[journal] signer` names the
        plugin. Nothing is opened before a key is needed.
        """

    @hookspec
    def pos_find_item(self, code: str, aim: str, catalog: Catalog, settings: Any) -> Found | None:
        """Decision. What a scanned code that the catalogue lacks stands for; None: not mine.

        Synchronous, without I/O, with frozen arguments. The first answer wins and is recorded
        with the line, so a restart never asks again. A hook that takes over 2 ms three times
        is stopped.
        """
