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
from pos_terminal.devices.errors import DeviceError, DeviceLost, DeviceTimeout
from pos_terminal.devices.registry import Probe
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.domain.weight import Weight
from pos_terminal.process.output import print_json
from pos_terminal.runtime.finding import DriverFact, installed_drivers

PATIENCE = 3.0
"""Seconds for one driver: over its own times, for a line that is slow to open or to close."""

WITHIN = 5.0
"""Seconds for all of them together: a technician stands before it. Who has no turn says so."""


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
    tried = asyncio.run(_search(arguments.port, installed_drivers(), quiet=arguments.json))
    found = next((each.driver for each in tried if each.understood), "")
    if arguments.json:
        print_json({"port": arguments.port, "driver": found or None, "tried": tried})
    elif found:
        print(say('La balance comprend {driver} : driver = "{driver}"', driver=found))
    else:
        print(say("Aucun protocole connu n'est compris : voir le câble, la vitesse, la parité."))
    return 0 if found else 1


async def _search(port: str, drivers: Iterable[DriverFact], *, quiet: bool) -> list[Tried]:
    tried = []
    async for each in search(port, drivers):
        tried.append(each)
        if not quiet:
            print(f"{each.driver:<16}{each.detail}", flush=True)
    return tried


async def search(
    port: str, drivers: Iterable[DriverFact], *, within: float = WITHIN
) -> AsyncIterator[Tried]:
    """Ask with each driver that has a probe, until one is understood; `within` seconds for all.

    DeviceLost: the line is not there, or this user has no right to it.
    """
    end = asyncio.get_running_loop().time() + within
    probes = [(each.probe, each.name) for each in drivers if each.probe]
    for probe, name in sorted(probes, key=lambda pair: pair[0].harm):
        answer = await _ask(port, name, probe, end)
        yield answer
        if answer.understood:
            return


async def _ask(port: str, name: str, probe: Probe, end: float) -> Tried:
    now = asyncio.get_running_loop().time()
    if now >= end:
        return Tried(name, False, say("pas essayé : plus le temps"))
    try:
        async with asyncio.timeout_at(min(now + PATIENCE, end)), probe.open(port) as scale:
            weight: Weight = await scale.weigh()
            return Tried(name, True, f"{weight.grams} g")
    except (DeviceTimeout, TimeoutError):
        return Tried(name, False, say("pas de réponse"))
    except DeviceLost:
        raise  # no line, or no right to it: nobody has answered, and no other driver does better
    except DeviceError as error:
        other = error.fault is faults.SCALE_ANSWER
        text = say("autre chose répond") if other else error.fault.text
        return Tried(name, not other, f"{text} {error.detail}".strip())
