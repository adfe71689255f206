"""From a configuration file to a terminal that can run: the last good settings when it is bad."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct, structs

from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.audit.identity import Support
from pos_terminal.domain.files.table import Problem
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.language import labelled
from pos_terminal.journal import catalogs
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.state_directory import keep_witness_path, make
from pos_terminal.process.plugins import PluginStatus
from pos_terminal.runtime import config
from pos_terminal.runtime.config import BadConfiguration
from pos_terminal.runtime.keymaps import keymap_file
from pos_terminal.runtime.plugins import Plugins
from pos_terminal.runtime.settings import DeviceSettings, Settings
from pos_terminal.runtime.shop_settings import InForce, ShopSettings
from pos_terminal.runtime.toml_faults import line_of
from pos_terminal.storage.files import write_durably

log = logging.getLogger(__name__)

LAST_GOOD = "terminal.good.toml"
"""The last configuration without a fault, kept in the state directory."""

GOOD_KEYMAP = "keymap.good.toml"
"""The last key map of the shop's own without a fault, kept there, too."""


class Booted(Struct, frozen=True):
    """Settings in force with their plugins, and what was wrong with the file if they are older.

    `trial` is for how many seconds they are on trial, else 0; `returned` why others are not, where
    a trial has just come to nothing.
    """

    settings: Settings
    plugins: Plugins
    refused: BadConfiguration | None = None
    trial: int = 0
    returned: str = ""


def read(
    file: Path, source: bytes, *, without_drivers: bool = False, kept: Path | None = None
) -> Booted:
    """The configuration in `source`, with the plugins that it names. Raises BadConfiguration.

    `kept` is the last good key map of the shop's own.

    `without_drivers` leaves out the devices whose driver is missing, where a plugin is broken.
    """
    plugins = Plugins(config.plugins_named(file, source))
    plugins.load()
    lenient = without_drivers and plugins.stopped
    try:
        settings = config.read(
            file, source, plugins.drivers, plugins.tables, without_drivers=lenient, kept=kept
        )
    except BadConfiguration as bad:  # a driver that is missing is the consequence: the cause first
        raise BadConfiguration(file, (*stopped(source, plugins), *bad.problems)) from None
    plugins.settings = settings.plugin_settings
    return Booted(settings, plugins)


def stopped(source: bytes, plugins: Plugins) -> Iterator[Problem]:
    """The plugins that the configuration enables and that do not run, as problems of it."""
    line = line_of(source.decode(), "terminal.plugins")
    for each in plugins:
        if each.status is PluginStatus.STOPPED:
            yield Problem(line, "terminal.plugins", labelled(each.name, each.why))


def boot(file: Path, state: Path) -> Booted:
    """Read the file and keep it as the last good one; fall back on that one when it is bad.

    What the shop has put in the file's place holds instead of it. Where that is on trial, and does
    not serve, the trial is over.

    Raises BadConfiguration when there is nothing to fall back on.
    """
    shops = ShopSettings(state)
    try:
        given = config.load(file)
    except BadConfiguration as refused:
        return _fall_back(file, state, refused)
    found = shops.at_start(given)
    try:
        booted = read(file, found.source, kept=state / GOOD_KEYMAP)
    except BadConfiguration as refused:
        if not found.trial:
            return _fall_back(file, state, refused)
        log.error("%s", refused)
        try:
            shops.give_back(str(refused))
        except JournalError as error:  # it has begun, so the next look finds it over all the same
            log.error("%s", advice(error))
        return boot(file, state)
    _keep_good(file, state, booted, found)
    return structs.replace(booted, trial=found.trial, returned=found.returned)


def _keep_good(file: Path, state: Path, booted: Booted, found: InForce) -> None:
    """Keep what is in force, which records name, and as the last good one where it is no trial."""
    try:
        catalogs.keep(state, found.source)
        if found.trial:
            return
        _keep(state / LAST_GOOD, found.source)
        keep_witness_path(state, booted.settings.witness)
        keymap = keymap_file(file, found.source)
        if keymap and not booted.settings.faults:
            _keep(state / GOOD_KEYMAP, keymap.read_bytes())
    except (OSError, JournalError) as error:  # the journal says so on the display
        log.error("this configuration cannot be kept as the last good one: %s", error)


def indicators(file: Path, state: Path) -> tuple[Drivers, tuple[DeviceSettings, ...], Support]:
    """Displays and tones by which a till that cannot start says so, and whom to call then.

    Those of the last good configuration; where there is none, what can be made out in the file.
    """
    for place in filter(Path.is_file, (state / LAST_GOOD, file)):  # and no pipe, which has no end
        with suppress(OSError, BadConfiguration):
            source = place.read_bytes()
            plugins = Plugins(config.plugins_named(place, source))
            plugins.load()
            found, support = config.indicators(place, source, plugins.drivers)
            if found:
                return plugins.drivers, found, support
    return Drivers(), (), Support()


def _keep(good: Path, source: bytes) -> None:
    if not good.exists() or good.read_bytes() != source:
        make(good.parent)
        write_durably(good, source)


def _fall_back(file: Path, state: Path, refused: BadConfiguration) -> Booted:
    """The last good configuration; or one of the two without the devices of a broken plugin.

    The paths in the last good one are relative to the folder that it came from.
    """
    log.error("%s", refused)
    attempts: list[tuple[Path, bool]] = [(state / LAST_GOOD, False)]
    attempts += [(file, True), (state / LAST_GOOD, True)]
    for source, without_drivers in attempts:
        try:
            kept, text = state / GOOD_KEYMAP, source.read_bytes()
            booted = read(file, text, without_drivers=without_drivers, kept=kept)
        except (BadConfiguration, OSError) as error:
            log.warning("%s does not serve either: %s", source, error)
            continue
        lacking = ", without the devices whose driver is missing" if without_drivers else ""
        log.error("%s is in force%s", source, lacking)
        try:  # a record names it, and whoever reads that wants to see it
            catalogs.keep(state, text)
        except JournalError as error:
            log.error("this configuration cannot be kept: %s", error)
        return Booted(booted.settings, booted.plugins, refused)
    raise refused
