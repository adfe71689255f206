"""`pos-terminal plugins`: what is installed in till and agent, what runs, and why not.

A till that runs is asked; where none does, or other settings are named, it is what would run by
them. Exit status: 0 all that is enabled runs, 1 not, 2 usage.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from pos_terminal.agent import status
from pos_terminal.agent.status import AgentStatus
from pos_terminal.channel import interface
from pos_terminal.channel.client import Client
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Nothing
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands.argument import add_json
from pos_terminal.commands.till import add_state, state_of
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import labelled, say
from pos_terminal.process.output import fail, print_json
from pos_terminal.process.plugins import PluginStatus
from pos_terminal.process.translation import CONFIG
from pos_terminal.runtime import config
from pos_terminal.runtime.plugins import Plugins

BAD = ("stopped", "pausing", "hung")
"""States of a plug-in or service that does not run."""


class PluginRow(Struct, frozen=True):
    """A plug-in or service: its name, version, status, and why it does not run."""

    name: str
    version: str
    status: str
    why: str


class PluginsFound(Struct, frozen=True):
    """The till's plug-ins, the services that its settings enable, and whether a till said so."""

    plugins: Sequence[PluginRow]
    services: Sequence[str] = ()
    running: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--config", type=Path, metavar=say("FICHIER"),
        help=say("ce qui servirait avec ces réglages, et non ce que dit la caisse qui tourne"),
    )  # fmt: skip
    parser.add_argument(
        "--agent", type=Path, default=status.STATE, metavar=say("DOSSIER"),
        help=say("le dossier de l'agent, dont les services sont donnés (%(default)s)"),
    )  # fmt: skip
    add_state(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the plugins; 1 when an enabled one does not run, or the agent that should run others."""
    found = _by_settings(arguments.config) if arguments.config else _by_till(arguments)
    agent, missing = _agent(arguments.agent)
    services = list(_services(agent)) if agent else []
    rows = [*found.plugins, *services]
    if arguments.json:
        told = {"plugins": found.plugins, "till": found.running, "agent": agent}
        print_json({**told, "services": services, "why": missing})
    else:
        _print(rows)
        if missing and (found.services or not arguments.config):
            fail(Failure(faults.AGENT_STOPPED, missing), as_json=False)
    bad = any(row.status in BAD for row in rows)
    return 1 if bad or (found.services and agent is None) else 0


def _by_till(arguments: argparse.Namespace) -> PluginsFound:
    """What the till that runs says; what its settings would have run where none does."""
    client = Client(socket_path(state_of(arguments), os.environ))
    try:
        told = client.call(interface.STATUS, Nothing()).plugins
        services = client.call(interface.SETTINGS, Nothing()).services
    except ChannelError as error:
        if error.fault is not faults.TILL_SILENT:
            raise
        return _by_settings(CONFIG) if CONFIG.exists() else PluginsFound(_rows(Plugins(())))
    enabled = [PluginRow(each.name, each.version, each.status, each.why) for each in told]
    names = {each.name for each in enabled}
    others = [row for row in _rows(Plugins(())) if row.name not in names]
    return PluginsFound([*enabled, *others], services, running=True)


def _by_settings(file: Path) -> PluginsFound:
    source = config.load(file)
    rows = _rows(Plugins(config.plugins_named(file, source)))
    return PluginsFound(rows, config.services_named(file, source))


def _rows(plugins: Plugins) -> list[PluginRow]:
    plugins.load()
    return [PluginRow(each.name, each.version, each.status.value, each.why) for each in plugins]


def _print(rows: Sequence[PluginRow]) -> None:
    states = {
        PluginStatus.ENABLED: say("en service"), PluginStatus.DISABLED: say("hors service"),
        PluginStatus.STOPPED: say("arrêté"), "running": say("tourne"), "hung": say("bloqué"),
        "pausing": say("en pause"),
    }  # fmt: skip
    heads = (say("module"), say("version"), say("état"), say("pourquoi"))
    for row in (heads, *((r.name, r.version, states.get(r.status, r.status), r.why) for r in rows)):
        print("{:24} {:10} {:12} {}".format(*row).rstrip())
    sys.stdout.flush()


def _agent(state: Path) -> tuple[AgentStatus | None, str]:
    """What the agent tells; or None, and why it is not known."""
    folders = [status.RUNTIME] if state == status.STATE else []
    for folder in (*folders, status.folder_of(state, os.environ)):
        try:
            found = status.read(folder)
        except (OSError, ValueError) as error:
            return None, labelled(folder, error)
        if found:
            return found, ""
    return None, say("aucun agent ne tourne dans {state}").format(state=state)


def _services(told: AgentStatus) -> Iterator[PluginRow]:
    for each in told.services:
        name = f"{each.plugin}:{each.service}" if each.service else each.plugin
        yield PluginRow(name, each.version, each.status, each.why)
