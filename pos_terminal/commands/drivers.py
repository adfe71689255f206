"""`pos-terminal drivers`: every installed driver, and what its table may say."""

import argparse
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from pos_terminal.commands.argument import add_json
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.process.output import print_json
from pos_terminal.runtime.finding import DriverFact, installed_drivers
from pos_terminal.storage import toml


class SettingRow(Struct, frozen=True):
    """A key of a driver's table: what it takes, and its default; None: it must be given."""

    name: str
    takes: str
    default: str | None


class DriverRow(Struct, frozen=True):
    """A driver: for which class of device, by which name, out of which plug-in."""

    device_class: str
    driver: str
    plugin: str
    settings: list[SettingRow]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "driver",
        nargs="?",
        default="",
        metavar=say("PILOTE"),
        help=say("celui-là seul"),
    )
    # What is installed has no till; every command takes the option all the same.
    parser.add_argument("--state", metavar="DIR", help=argparse.SUPPRESS)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List them; Failure where none has that name."""
    installed = installed_drivers()
    # By the plug-in's name too: «toledo» is what `plugins` says, and its driver «toledo-8217».
    asked = [fact for fact in installed if arguments.driver in ("", fact.name, fact.plugin)]
    rows = [_row(fact) for fact in asked]
    if not rows and arguments.driver:
        known = ", ".join(sorted({fact.name for fact in installed}))
        detail = say(
            "pas de pilote {name!r} ; il y a : {known}", name=arguments.driver, known=known
        )
        raise Failure(faults.BAD_REQUEST, detail)
    if arguments.json:
        print_json({"drivers": rows})
    else:
        for row in rows:
            print(f'class = "{row.device_class}"  driver = "{row.driver}"  ({row.plugin})')
            for each in row.settings:
                default = say("obligatoire") if each.default is None else each.default
                print(f"    {each.name:<22} {each.takes:<38} {default}")
    return 0


def _row(fact: DriverFact) -> DriverRow:
    settings = [*_settings(fact.settings, "")]
    return DriverRow(fact.device_class.value, fact.name, fact.plugin, settings)


def _settings(table: type[Any], before: str) -> Iterator[SettingRow]:
    hints = get_type_hints(table)
    for each in fields(table):
        inner = next(filter(_is_table, (hints[each.name], *get_args(hints[each.name]))), None)
        if inner is not None:
            yield from _settings(inner, f"{before}{each.name}.")
        else:
            yield SettingRow(f"{before}{each.name}", _takes(hints[each.name]), _default(each))


def _is_table(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)


def _takes(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " | ".join(toml.written(value) for value in get_args(hint))
    if get_origin(hint) in (typing.Union, types.UnionType):
        return " | ".join(_takes(each) for each in get_args(hint) if each is not type(None))
    words = {bool: "true | false", int: say("entier"), float: say("nombre"), str: say("texte")}
    return words.get(hint, getattr(hint, "__name__", str(hint)))


def _default(each: FieldInfo) -> str | None:
    if each.required:
        return None
    value = each.default if each.default is not NODEFAULT else None
    return "-" if value is None else toml.written(value)
