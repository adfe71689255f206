"""What a file of settings says of the box's network, whatever else is wrong with it."""

import tomllib
from pathlib import Path

from msgspec import Struct, field

from pos_terminal.domain.files.table import Problem
from pos_terminal.domain.language import say
from pos_terminal.runtime import config
from pos_terminal.runtime.config import BadConfiguration
from pos_terminal.runtime.network_table import NetworkTable
from pos_terminal.runtime.toml_faults import broken_line, convert, line_of
from pos_terminal.storage import toml


class _Network(Struct, frozen=True):
    network: NetworkTable = field(default_factory=NetworkTable)


def read(file: Path) -> NetworkTable:
    """Its table; the defaults where it has none. BadConfiguration with all that is wrong."""
    source = config.load(file)
    try:
        text = source.decode("utf-8-sig")
        found = toml.tables(text).get("network", {})
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        wrong = say("ce n'est pas du TOML : {error}", error=error)
        raise BadConfiguration(file, (Problem(broken_line(source, error), "", wrong),)) from None
    whole, problems = convert({"network": found}, _Network)
    table = whole.network if whole else NetworkTable()
    problems += [(f"network.{key}", why) for key, why in table.problems()]
    if problems:
        noted = tuple(Problem(line_of(text, key), key, why) for key, why in problems)
        raise BadConfiguration(file, noted)
    return table
