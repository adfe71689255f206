"""`pos-terminal config check --config FILE`: whether a terminal would run with this configuration.

It ends with what was understood, for whoever knows the shop to compare. `config new KIND DIR` makes
a shop to begin with.
"""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from pos_terminal.agent.services import ServiceTables, modules
from pos_terminal.commands import new_shop
from pos_terminal.commands.argument import add_json
from pos_terminal.commands.files import new_files, writing_file
from pos_terminal.commands.till import add_config
from pos_terminal.devices.registry import Checked
from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Seller
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.file_errors import reason
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.files.summary import of_catalog, of_labels, of_promotions
from pos_terminal.domain.files.table import Problem
from pos_terminal.domain.keyboard.keys import Function, KeyMap
from pos_terminal.domain.language import labelled, say
from pos_terminal.process.output import print_json
from pos_terminal.process.plugins import PluginStatus
from pos_terminal.runtime import config, network_settings
from pos_terminal.runtime.boot import Booted, read, stopped
from pos_terminal.runtime.config import BadConfiguration
from pos_terminal.runtime.finding import installed_drivers
from pos_terminal.runtime.keymaps import keymap_file
from pos_terminal.runtime.network_table import NetworkTable
from pos_terminal.runtime.places import absent
from pos_terminal.runtime.promotions import parse
from pos_terminal.runtime.toml_faults import convert, line_of
from pos_terminal.storage import toml
from pos_terminal.storage.files import write_durably


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    check = actions.add_parser("check", help=say("dit ce qui est faux dans des réglages"))
    add_config(check)
    # Where a journal lies changes nothing about a configuration; every command takes the option.
    check.add_argument("--state", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    check.add_argument(
        "--text", type=Path, metavar=say("FICHIER"),
        help=say("vérifie ce texte comme s'il était dans le fichier des réglages"),
    )  # fmt: skip
    add_json(check)
    purpose = say("faire le dossier d'une nouvelle boutique, qui vend telle quelle")
    network = actions.add_parser(
        "network", help=say("dit au système le réseau d'un boîtier (pour l'unité du système)")
    )
    add_config(network)
    network.add_argument("--state", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    for name, text in (
        ("--out", say("le fichier de systemd-networkd")),
        ("--names", say("le fichier des serveurs de noms, comme resolv.conf")),
        ("--good", say("le dernier bon, gardé sur la carte")),
    ):
        network.add_argument(
            name, type=Path, required=True, metavar=say("FICHIER"), help=text
        )
    add_json(network)
    new = actions.add_parser("new", help=purpose)
    new.add_argument("kind", choices=new_shop.kinds(), metavar=say("GENRE"),
                     help=say("l'un de : {kinds}", kinds=", ".join(new_shop.kinds())))  # fmt: skip
    new.add_argument("folder", type=Path, metavar=say("DOSSIER"))
    new.add_argument(
        "--name", required=True, metavar=say("NOM"), help=say("l'enseigne, en tête des tickets")
    )
    new.add_argument(
        "--address", required=True, metavar=say("ADRESSE"), help=say("l'adresse, sur une ligne")
    )
    new.add_argument("--siret", required=True, metavar="SIRET", help=say("les quatorze chiffres"))
    new.add_argument("--state", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    add_json(new)


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says; 0, or 1 where it is refused or something is wrong."""
    acts = {"check": _check, "network": _network, "new": _new}
    return acts[arguments.action](arguments)


def _network(arguments: argparse.Namespace) -> int:
    """Write what the system is told of the network; of a table that is wrong the last good one.

    BadConfiguration behind that, so that the unit says what is wrong.
    """
    good: Path = arguments.good
    wrong = None
    try:
        table = network_settings.read(arguments.config.absolute())
    except BadConfiguration as error:
        wrong, table = error, _last_good(good)
    kept = msgspec.json.encode(table)
    with writing_file(arguments.out):
        write_durably(arguments.out, table.text().encode())
        if table.dns:
            arguments.names.parent.mkdir(exist_ok=True)
            write_durably(arguments.names, table.servers().encode())
        if not (wrong or (good.exists() and good.read_bytes() == kept)):
            write_durably(good, kept)
    if wrong:
        raise wrong
    if arguments.json:
        print_json({"network": msgspec.to_builtins(table)})
    else:
        print(table.text(), end="")
    return 0


def _last_good(good: Path) -> NetworkTable:
    """What held before; DHCP where nothing did, or the card has spoilt it."""
    try:
        return msgspec.json.decode(good.read_bytes(), type=NetworkTable)
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeError):
        return NetworkTable()


def _new(arguments: argparse.Namespace) -> int:
    files = new_shop.make(
        arguments.kind, name=arguments.name, address=arguments.address, siret=arguments.siret
    )
    made = [str(arguments.folder / name) for name in files]
    with new_files(*map(Path, made), folder=arguments.folder) as places:
        for draft, text in zip(places.drafts, files.values(), strict=True):
            draft.write_text(text)
    if arguments.json:
        print_json({"files": made})
    else:
        print("\n".join(made))
        print(say("À suivre : pos-terminal config check --config {file}").format(
            file=arguments.folder / "terminal.toml"))  # fmt: skip
    return 0


def _check(arguments: argparse.Namespace) -> int:
    """Check the file, its plugins, and the files that it names; 0 when all is right, else 1."""
    file = arguments.config.absolute()
    checked = check(file, config.load(arguments.text or file))
    problems = [
        {"file": str(where), "line": each.line, "key": each.key, "reason": each.reason}
        for where, each in checked.problems
    ]
    facts = {"file": str(file), "good": not problems, "problems": problems}
    facts |= {"understood": checked.understood, "doubts": checked.doubts}
    if not arguments.json:
        for line in checked.understood:
            print(line)
        for line in checked.doubts:
            print(f"{say('A voir')} : {line}")
    if checked.failure is not None:
        checked.failure.facts = facts
        raise checked.failure
    if arguments.json:
        print_json(facts)
    else:
        print(say("{file} : bon").format(file=file))
    return 0


@dataclass(frozen=True, slots=True)
class CheckedConfiguration:
    """What is wrong with a configuration and the files that it names, and where; the failure that
    says so; what was understood, and what is to be looked at."""

    problems: tuple[tuple[Path, Problem], ...]
    failure: Failure | None
    understood: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def check(file: Path, source: bytes) -> CheckedConfiguration:
    """All that is wrong with a configuration in that file, whose bytes are `source`."""
    try:
        booted = read(file, source)
    except BadConfiguration as error:
        found = tuple((error.file, _with_plugin(problem, source)) for problem in error.problems)
        return CheckedConfiguration(found, error)
    files = _files(booted)
    found = (
        *_plugins(file, source, booted),
        *_devices(file, source, booted),
        *_service_tables(file, source, booted),
        *files.problems,
    )
    lines = "\n".join(labelled(where, problem) for where, problem in found)
    failure = Failure(faults.BAD_CONFIGURATION, lines) if found else None
    doubts = [*absent(booted.settings.devices), *_services(booted)]
    if files.catalog and keymap_file(file, source):
        doubts += _dead_keys(booted.settings.keymap, files.catalog)
    return CheckedConfiguration(found, failure, files.understood, tuple(doubts))


def _with_plugin(problem: Problem, source: bytes) -> Problem:
    """Of a driver that no enabled plug-in has: which one has it, if it is installed."""
    device = re.fullmatch(r"devices\.(.+)\.driver", problem.key)
    if device is None:
        return problem
    table = toml.tables(source.decode())["devices"][device[1]]
    wanted = (table.get("class"), table.get("driver"))
    has = [each.plugin for each in installed_drivers() if (each.device_class, each.name) == wanted]
    if not has:
        return problem
    hint = say("le module {plugin} l'a : le nommer dans plugins de [terminal]", plugin=has[0])
    return Problem(problem.line, problem.key, f"{problem.reason} ; {hint}")


def _plugins(file: Path, source: bytes, booted: Booted) -> list[tuple[Path, Problem]]:
    return [(file, problem) for problem in stopped(source, booted.plugins)]


def _devices(file: Path, source: bytes, booted: Booted) -> Iterator[tuple[Path, Problem]]:
    """What drivers find wrong with their settings once they look at the files that these name."""
    for device in booted.settings.devices:
        if isinstance(device.options, Checked):
            for key, why in device.options.problems():
                path = f"devices.{device.name}.{key}"
                yield file, Problem(line_of(source.decode(), path), path, why)


def _service_tables(file: Path, source: bytes, booted: Booted) -> Iterator[tuple[Path, Problem]]:
    """What the agent would find wrong with the settings of the services that it is to run.

    The till itself asks none of them: it sells with a service that does not run.
    """
    text, given = source.decode("utf-8-sig"), booted.settings.service_tables
    services = ServiceTables(filter(modules().__contains__, booted.settings.services))
    services.load()
    enabled = line_of(text, "agent.services")
    for each in services:
        if each.status is PluginStatus.STOPPED:
            yield file, Problem(enabled, "agent.services", labelled(each.name, each.why))
    for name, to in services.tables.items():
        for key, why in convert(given.get(name, {}), to)[1]:
            path = f"service.{name}.{key}".strip(".")
            line = line_of(text, path) if name in given else enabled
            yield file, Problem(line, path, why)


@dataclass(frozen=True, slots=True)
class _Files:
    """What is wrong with the files that a configuration names, and what was understood of them."""

    problems: tuple[tuple[Path, Problem], ...]
    understood: tuple[str, ...] = ()
    catalog: Catalog | None = None


def _services(booted: Booted) -> Iterator[str]:
    """Services of the agent that are not installed here: the till sells without them."""
    installed = modules()
    for name in booted.settings.services:
        if name not in installed:
            known = ", ".join(sorted(installed))
            yield say("[agent] services : {name} n'est pas installé (il y a : {known})",
                      name=name, known=known)  # fmt: skip


def _dead_keys(keymap: KeyMap, catalog: Catalog) -> Iterator[str]:
    """The direct keys of articles that there are not: who presses one is refused."""
    for physical, key in keymap.items():
        if key.function is Function.ARTICLE and catalog.plu(key.argument) is None:
            plu = key.argument
            yield say("{key} : l'article {plu} n'est pas au catalogue", key=physical, plu=plu)


def _of_seller(seller: Seller) -> Iterator[str]:
    """What an invoice would lack. Who makes none needs none of it, so it is nothing wrong."""
    missing = ", ".join(seller.missing())
    if missing:
        yield say("Factures : [seller] ne dit pas {keys}, que la loi demande").format(keys=missing)


def _files(booted: Booted) -> _Files:
    """Read the catalogue, and if it is good the promotions, which are about its articles."""
    settings = booted.settings
    file, day = settings.catalog, datetime.now(settings.zone).date()
    try:
        source = file.read_bytes()
    except OSError as error:
        return _Files(((file, Problem(0, "", reason(error))),))
    catalog, problems = parse_catalog(source, settings.patterns)
    if problems:
        return _Files(tuple((file, problem) for problem in problems))
    lines = [
        *of_catalog(source, catalog, day, settings.rules.default_vat),
        *of_labels(catalog),
        *_of_seller(settings.identity.seller),
    ]
    if settings.promotions is None:
        return _Files((), tuple(lines), catalog)
    try:
        offers = parse(settings.promotions.read_bytes(), catalog)
    except (OSError, ValueError) as error:
        return _Files(((settings.promotions, Problem(0, "", str(error))),), tuple(lines), catalog)
    return _Files((), (*lines, *of_promotions(offers.promotions, catalog, day)), catalog)
