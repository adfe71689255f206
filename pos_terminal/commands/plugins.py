"""`pos-terminal plugins`: what is installed in till and agent, what runs, and why not."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pos_terminal.agent import status
from pos_terminal.agent.status import AgentStatus
from pos_terminal.commands.argument import add_json
from pos_terminal.commands.output import fail, print_json
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.runtime import config
from pos_terminal.runtime.config import BadConfiguration
from pos_terminal.runtime.plugins import Plugins

BAD = ("stopped", "pausing", "hung")
"""States of a service that does not run."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--config", type=Path, metavar=say("FICHIER"),
        help=say("les réglages qui disent quels modules servent"),
    )
    parser.add_argument(
        "--agent", type=Path, default=status.STATE, metavar=say("DOSSIER"),
        help=say("le dossier de l'agent, dont les services sont donnés (%(default)s)"),
    )  # fmt: skip
    # Where a journal lies changes nothing about plugins; every command takes the option.
    parser.add_argument("--state", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the plugins; 1 when an enabled one does not run, or the agent that should run others."""
    enabled: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    if arguments.config:
        try:
            source = config.load(arguments.config)
            enabled = config.plugins_named(arguments.config, source)
            services = config.services_named(arguments.config, source)
        except BadConfiguration as error:
            return fail(faults.BAD_CONFIGURATION, str(error), as_json=arguments.json)
    plugins = Plugins(enabled)
    plugins.load()
    rows = [
        {"name": each.name, "version": each.version, "status": each.status.value, "why": each.why}
        for each in plugins
    ]
    found, missing = _agent(arguments.agent)
    running = list(_services(found)) if found else []
    if arguments.json:
        print_json({"plugins": rows, "agent": found, "services": running, "why": missing})
    else:
        _print([*rows, *running], missing if services or not arguments.config else "")
    stopped = plugins.stopped or any(row["status"] in BAD for row in running)
    return 1 if stopped or (services and found is None) else 0


def _print(rows: list[dict[str, Any]], missing: str) -> None:
    for row in rows:
        print("{name:16} {version:10} {status:9} {why}".format(**row))
    if missing:
        fault = faults.AGENT_STOPPED
        print(f"{fault} {missing}\n{say(fault.remedy)}", file=sys.stderr)


def _agent(state: Path) -> tuple[AgentStatus | None, str]:
    """What the agent tells; or None, and why it is not known."""
    folders = [status.RUNTIME] if state == status.STATE else []
    for folder in (*folders, status.folder_of(state, os.environ)):
        try:
            found = status.read(folder)
        except (OSError, ValueError) as error:
            return None, f"{folder}: {error}"
        if found:
            return found, ""
    return None, f"no agent runs in {state}"


def _services(told: AgentStatus) -> Iterator[dict[str, Any]]:
    for each in told.services:
        name = f"{each.plugin}:{each.service}" if each.service else each.plugin
        yield {"name": name, "version": each.version, "status": each.status, "why": each.why}
