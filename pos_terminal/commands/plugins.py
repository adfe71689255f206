"""`pos-terminal plugins`: what is installed, what runs, and why not."""

import argparse
from pathlib import Path

from pos_terminal.commands.output import fail, print_json
from pos_terminal.domain import faults
from pos_terminal.process.plugins import PluginStatus
from pos_terminal.runtime import config
from pos_terminal.runtime.config import BadConfiguration
from pos_terminal.runtime.plugins import Plugins


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the file whose plugins are enabled"
    )
    # Where a journal lies changes nothing about plugins; every command takes the option.
    parser.add_argument("--state", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="the list as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """List the plugins; 1 when an enabled one does not run."""
    enabled: tuple[str, ...] = ()
    if arguments.config:
        try:
            enabled = config.plugins_named(arguments.config, config.load(arguments.config))
        except BadConfiguration as error:
            return fail(faults.BAD_CONFIGURATION, str(error), as_json=arguments.json)
    plugins = Plugins(enabled)
    plugins.load()
    rows = [
        {"name": each.name, "version": each.version, "status": each.status, "why": each.why}
        for each in plugins
    ]
    if arguments.json:
        print_json({"plugins": rows})
    else:
        for row in rows:
            print("{name:16} {version:10} {status:9} {why}".format(**row))
    return 1 if any(each.status is PluginStatus.STOPPED for each in plugins) else 0
