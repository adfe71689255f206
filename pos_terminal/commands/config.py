"""`pos-terminal config check FILE`: whether a terminal would run with this configuration."""

import argparse
import sys
from pathlib import Path

from pos_terminal.commands.output import print_json
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.files.table import Problem
from pos_terminal.process.plugins import PluginStatus
from pos_terminal.runtime import config
from pos_terminal.runtime.boot import Booted, read
from pos_terminal.runtime.config import BadConfiguration
from pos_terminal.runtime.promotions import parse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="say what is wrong with a configuration file")
    check.add_argument("file", type=Path, metavar="FILE")
    # Where a journal lies changes nothing about a configuration; every command takes the option.
    check.add_argument("--state", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    check.add_argument("--json", action="store_true", help="problems as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Check the file, its plugins, and the files that it names; 0 when all is right, else 1."""
    file = arguments.file.absolute()
    try:
        booted = read(file, config.load(file))
    except BadConfiguration as error:
        found = [(error.file, problem) for problem in error.problems]
    else:
        found = [*_plugins(file, booted), *_catalogue(booted), *_promotions(booted)]
    if arguments.json:
        problems = [
            {"file": str(where), "line": each.line, "key": each.key, "reason": each.reason}
            for where, each in found
        ]
        print_json({"file": str(file), "good": not found, "problems": problems})
    else:
        for where, problem in found:
            print(f"{where}: {problem}", file=sys.stderr)
        if not found:
            print(f"{file}: good")
    return 1 if found else 0


def _plugins(file: Path, booted: Booted) -> list[tuple[Path, Problem]]:
    line = config.line_of(file.read_text(), "terminal.plugins")
    return [
        (file, Problem(line, "terminal.plugins", f"{plugin.name} {plugin.why}"))
        for plugin in booted.plugins
        if plugin.status is PluginStatus.STOPPED
    ]


def _catalogue(booted: Booted) -> list[tuple[Path, Problem]]:
    file = booted.settings.catalog
    try:
        _, problems = parse_catalog(file.read_bytes(), booted.settings.patterns)
    except OSError as error:
        problems = (Problem(0, "", str(error.strerror or error)),)
    return [(file, problem) for problem in problems]


def _promotions(booted: Booted) -> list[tuple[Path, Problem]]:
    file = booted.settings.promotions
    if file is None:
        return []
    try:
        parse(file.read_bytes())
    except (OSError, ValueError) as error:
        return [(file, Problem(0, "", str(error)))]
    return []
