"""`pos-terminal scale detect PORT`: which protocol the scale on a line understands.

Each installed driver that can ask a stranger one harmless question does, in the order of harm, and
the first that is understood is the answer; all are through within five seconds. The line must be
free: a till that runs holds it. Exit status: 0 one answered, 1 none, 2 usage.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterable

from msgspec import Struct

from pos_terminal.commands.argument import add_json
from pos_terminal.devices.errors import DeviceError, DeviceTimeout
from pos_terminal.devices.registry import Driver, Drivers, Probe
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.domain.weight import Weight
from pos_terminal.process.output import print_json
from pos_terminal.runtime.plugins import Plugins

PATIENCE = 3.0
"""Seconds for one driver: over its own times, for a line that is slow to open or to close."""


class Tried(Struct, frozen=True):
    """One driver's question: whether the scale understood it, and what came."""

    driver: str
    understood: bool
    detail: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=say("ACTION"))
    detect = actions.add_parser("detect", help=say("le protocole que la balance comprend"))
    detect.add_argument(
        "port", metavar=say("LIGNE"), help=say("où elle est branchée : /dev/ttyUSB0")
    )
    # A line has no till; every command takes the option all the same.
    detect.add_argument("--state", metavar="DIR", help=argparse.SUPPRESS)
    add_json(detect)


def run(arguments: argparse.Namespace) -> int:
    """Ask with each protocol; 1 where none is understood."""
    tried = asyncio.run(_search(arguments.port, installed(), quiet=arguments.json))
    found = next((each.driver for each in tried if each.understood), "")
    if arguments.json:
        print_json({"port": arguments.port, "driver": found or None, "tried": tried})
    elif found:
        print(say('La balance comprend {driver} : driver = "{driver}"', driver=found))
    else:
        print(say("Aucun protocole connu n'est compris : voir le câble, la vitesse, la parité."))
    return 0 if found else 1


def installed() -> Drivers:
    """The drivers of all installed plug-ins, whatever the settings enable."""
    known = Plugins(())
    known.find()
    plugins = Plugins(plugin.name for plugin in known)
    plugins.load()
    return plugins.drivers


async def _search(port: str, drivers: Drivers, *, quiet: bool) -> list[Tried]:
    tried = []
    async for each in search(port, drivers.scales):
        tried.append(each)
        if not quiet:
            print(f"{each.driver:<16}{each.detail}", flush=True)
    return tried


async def search(port: str, drivers: Iterable[Driver[object]]) -> AsyncIterator[Tried]:  # type: ignore[type-var]
    """Ask with each driver that has a probe, until one is understood. DeviceLost: no such line."""
    probes = [(each.probe, each.name) for each in drivers if each.probe]
    for probe, name in sorted(probes, key=lambda pair: pair[0].harm):
        answer = await _ask(port, name, probe)
        yield answer
        if answer.understood:
            return


async def _ask(port: str, name: str, probe: Probe) -> Tried:
    try:
        async with asyncio.timeout(PATIENCE), probe.open(port) as scale:
            weight: Weight = await scale.weigh()
            return Tried(name, True, f"{weight.grams} g")
    except DeviceTimeout:
        return Tried(name, False, say("pas de réponse"))
    except DeviceError as error:
        if error.fault is faults.SCALE_OFFLINE:
            raise
        other = error.fault is faults.SCALE_ANSWER
        text = say("autre chose répond") if other else error.fault.text
        return Tried(name, not other, f"{text} {error.detail}".strip())
