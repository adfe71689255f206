"""`pos-terminal devices adopt NODE --as NAME`: a device that is plugged in comes into the settings.

What would change is shown first: the table in terminal.toml, and a udev rule that gives the device
a name below /dev/pos which no reboot and no other socket changes. The file is written only if a
till could run with it; until then the old one stays as it is.
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path
from typing import Any

from pos_terminal.commands.files import reading_file, writing_file
from pos_terminal.devices.classes import DeviceClass
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.process.output import print_json
from pos_terminal.runtime import config
from pos_terminal.runtime.boot import read
from pos_terminal.runtime.finding import Candidate, attached_here, by_hand, installed_drivers
from pos_terminal.runtime.udev_rule import named, rule
from pos_terminal.storage import toml
from pos_terminal.storage.files import write_durably

RULES = Path("/etc/udev/rules.d/71-pos-local.rules")
"""The shop's own rules (systemd/README.md), behind those of known makers."""

NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The action's options."""
    parser.add_argument("node", metavar=say("NOEUD"), help=say("celui que donne devices"))
    parser.add_argument("--as", dest="name", required=True, metavar=say("NOM"),
                        help=say("son nom dans les réglages, et sous /dev/pos"))  # fmt: skip
    parser.add_argument("--class", dest="device_class", default="", metavar=say("CLASSE"),
                        help=say("l'un de : {kinds}", kinds=", ".join(DeviceClass)))
    parser.add_argument("--driver", default="", metavar=say("PILOTE"), help=say("qui le prend"))
    more = say("un réglage de plus du pilote")
    parser.add_argument("--set", dest="more", action="append", default=[],
                        metavar=say("CLE=VALEUR"), help=more)  # fmt: skip
    parser.add_argument("--rules", type=Path, default=RULES, metavar=say("FICHIER"),
                        help=say("les règles udev du magasin (%(default)s)"))  # fmt: skip
    parser.add_argument("--yes", action="store_true", help=say("sans demander"))


def run(arguments: argparse.Namespace) -> int:
    """Show the change, and make it; 1 where it is not wanted."""
    file, rules = arguments.config.absolute(), arguments.rules
    if not NAME.fullmatch(arguments.name):
        raise Failure(faults.BAD_REQUEST, say("un nom : des minuscules, chiffres et tirets"))
    chosen, line = _chosen(arguments)
    with reading_file(file):
        before = file.read_text()
    after = with_device(before, arguments.name, chosen, _more(arguments.more))
    _must_run(file, after)
    with reading_file(rules):
        had = rules.read_text() if rules.exists() else ""
    has = f"{had}{line}\n" if line and line not in had.splitlines() else had
    change = [*_difference(file, before, after), *_difference(rules, had, has)]
    if not arguments.json:
        print("\n".join(change))
    if not (arguments.yes or _agreed()):
        return 1
    # The name before what names it: a till that is started in between finds its device.
    if has != had:
        with writing_file(rules):
            write_durably(rules, has.encode())
        _reload(rules)
    with writing_file(file):
        write_durably(file, after.encode())
    if arguments.json:
        print_json({"changed": [str(file), *([str(rules)] if has != had else [])], "diff": change})
    else:
        print(say("À suivre : sudo systemctl restart pos-terminal"))
    return 0


def _chosen(arguments: argparse.Namespace) -> tuple[Candidate, str]:
    """Who takes it, and the udev rule that names it; Failure where that is not one driver."""
    here = attached_here()
    node = Path(arguments.node)
    there = [each for each in here if arguments.node in (each.node, *each.names)]
    there = there or [each for each in here if each.node and Path(each.node) == node.resolve()]
    if not there:
        detail = say("{node} n'est pas de ceux que donne pos-terminal devices", node=node)
        raise Failure(faults.BAD_REQUEST, detail)
    (device, *_), name = there, arguments.name
    # Also where a maker's rule has named it: that one names the next of its devices alike.
    line = rule(device, name, here)
    asked = {"device_class": arguments.device_class, "driver": arguments.driver}
    fitting = by_hand(named(device, name) if line else device, installed_drivers(), **asked)
    if len(fitting) != 1:
        offered = ", ".join(f"{each.device_class} {each.driver}" for each in fitting)
        raise Failure(
            faults.BAD_REQUEST,
            say("dire --class et --driver ; il y a : {offered}", offered=offered or say("aucun")),
        )
    return fitting[0], line


def _more(given: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in given:
        found = _with(found, _setting(each))
    return found


def _setting(given: str) -> dict[str, Any]:
    key, equals, value = given.partition("=")
    for written in (value, toml.written(value)) if equals else ():  # a bare word is a text
        with suppress(ValueError):
            return toml.tables(f"{key} = {written}")
    raise Failure(faults.BAD_REQUEST, say("--set veut CLE=VALEUR"))


def _with(table: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """The table with more keys, those of a table within it among the ones that are there."""
    merged = {
        key: _with(table[key], value)
        for key, value in more.items()
        if isinstance(value, dict) and isinstance(table.get(key), dict)
    }
    return table | more | merged


def with_device(text: str, name: str, device: Candidate, more: dict[str, Any]) -> str:
    """The settings with that device, and its plug-in enabled. Failure: the name is taken."""
    tables = toml.tables(text)
    if name in tables.get("devices", {}):
        raise Failure(faults.BAD_REQUEST, say("[devices.{name}] existe déjà", name=name))
    plugins = tables.get("terminal", {}).get("plugins", [])
    if device.plugin not in plugins:
        text = _enabled(text, [*plugins, device.plugin])
    table = {"class": device.device_class.value, "driver": device.driver}
    table = _with(table | device.settings, more)
    lines = [f"{key} = {toml.written(each)}" for key, each in table.items()]
    return "\n".join((text.rstrip("\n"), "", f"[devices.{name}]", *lines, ""))


def _enabled(text: str, plugins: Sequence[str]) -> str:
    """The list of plug-ins in [terminal], written anew; where there is none, as its first key."""
    line = f"plugins = {toml.written(list(plugins))}"
    head, table, rest = text.partition("[terminal]\n")
    body, bracket, tail = rest.partition("\n[")
    body, replaced = re.subn(r"(?ms)^plugins\s*=\s*\[.*?\]", lambda _: line, body, count=1)
    return "".join((head, table, "" if replaced else f"{line}\n", body, bracket, tail))


def _must_run(file: Path, text: str) -> None:
    """BadConfiguration where no till could run with this; nothing is written then."""
    source = text.encode()
    booted = read(file, source)
    if booted.plugins.stopped:
        raise Failure(faults.PLUGIN_STOPPED, ", ".join(config.plugins_named(file, source)))


def _difference(file: Path, before: str, after: str) -> list[str]:
    return [*unified_diff(before.splitlines(), after.splitlines(), str(file), str(file), n=1,
                          lineterm="")]  # fmt: skip


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise Failure(faults.BAD_REQUEST, say("pour l'écrire sans demander : --yes"))
    return input(say("L'écrire ? (oui/non) ")).strip().lower() in ("oui", "o", "yes", "y")


def _reload(rules: Path) -> None:
    """Have udev take the rule at once; elsewhere than in its folder it would not."""
    udevadm = shutil.which("udevadm")
    if rules != RULES or udevadm is None:
        return
    for words in (("control", "--reload"), ("trigger",)):
        done = subprocess.run([udevadm, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr.strip(), file=sys.stderr)
