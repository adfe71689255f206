"""From a configuration file to a terminal that can run: the last good settings when it is bad."""

import logging
from dataclasses import dataclass
from pathlib import Path

from pos_terminal.journal.place import write_durably
from pos_terminal.runtime import config
from pos_terminal.runtime.config import BadConfiguration
from pos_terminal.runtime.plugins import Plugins
from pos_terminal.runtime.settings import Settings

log = logging.getLogger(__name__)

LAST_GOOD = "terminal.good.toml"
"""The last configuration without a fault, kept in the state directory."""


@dataclass(frozen=True, slots=True)
class Booted:
    """Settings in force with their plugins, and what was wrong with the file if they are older."""

    settings: Settings
    plugins: Plugins
    refused: BadConfiguration | None = None


def read(file: Path, source: bytes) -> Booted:
    """The configuration in `source`, with the plugins that it names. Raises BadConfiguration."""
    plugins = Plugins(config.plugins_named(file, source))
    plugins.load()
    return Booted(config.read(file, source, plugins.drivers), plugins)


def boot(file: Path, state: Path) -> Booted:
    """Read the file and keep it as the last good one; fall back on that one when it is bad.

    Raises BadConfiguration when there is nothing to fall back on, OSError when the state
    directory cannot be written.
    """
    try:
        source = config.load(file)
        booted = read(file, source)
    except BadConfiguration as refused:
        return _fall_back(file, state, refused)
    good = state / LAST_GOOD
    if not good.exists() or good.read_bytes() != source:
        state.mkdir(mode=0o750, parents=True, exist_ok=True)
        write_durably(good, source)
    return booted


def _fall_back(file: Path, state: Path, refused: BadConfiguration) -> Booted:
    try:
        source = (state / LAST_GOOD).read_bytes()
    except FileNotFoundError:
        raise refused from None
    log.error("%s", refused)
    log.error("the last good configuration stays in force")
    # The paths in it are relative to the folder that it came from.
    earlier = read(file, source)
    return Booted(earlier.settings, earlier.plugins, refused)
