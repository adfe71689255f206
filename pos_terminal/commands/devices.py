"""`pos-terminal devices [test NAME | adopt NODE]`: what is plugged in, and who takes it.

Without an action: what is attached, by what stays the same over a reboot; which driver would take
it, or why none; and of those that the settings name how they fare, from the till that runs.
Exit status: 0 done, 1 refused or a device that fails its test, 2 usage.
"""

import argparse
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from pos_terminal.channel import interface
from pos_terminal.channel.client import Client
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Device, Nothing, Status, TestAsked
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands import adopt
from pos_terminal.commands.till import add_options, state_of
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import day_and_hour
from pos_terminal.process.output import print_json
from pos_terminal.runtime.finding import Candidate, Found, attached_here, found, installed_drivers

PATIENCE = 40.0
"""Seconds for an answer: a printer's test takes as long as its paper."""


class Row(Struct, frozen=True):
    """One thing that is plugged in: what it is, who has it, and who could take it."""

    node: str
    kind: str
    name: str
    identity: str
    names: tuple[str, ...]
    used_as: str
    candidates: tuple[Candidate, ...]
    why: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's actions and options."""
    add_options(parser)
    actions = parser.add_subparsers(dest="action", metavar=say("ACTION"))
    test = actions.add_parser("test", help=say("essaie un appareil des réglages"))
    test.add_argument("name", metavar=say("NOM"), help=say("celui de [devices.NOM]"))
    add_options(test)
    adopted = actions.add_parser("adopt", help=say("met un appareil branché dans les réglages"))
    adopt.add_arguments(adopted)
    add_options(adopted)


def run(arguments: argparse.Namespace) -> int:
    """Do what the action says."""
    if arguments.action == "test":
        return _test(arguments)
    if arguments.action == "adopt":
        return adopt.run(arguments)
    return _list(arguments)


def _test(arguments: argparse.Namespace) -> int:
    till = Client(socket_path(state_of(arguments), os.environ), patience=PATIENCE)
    outcome = till.call(interface.TEST, TestAsked(arguments.name)).outcome
    if arguments.json:
        print_json({"device": arguments.name, "outcome": outcome})
    else:
        print(outcome)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    status = _status(arguments)
    devices = status.devices if status else []
    drivers = installed_drivers()
    rows = [_row(found(each, drivers), devices) for each in attached_here()]
    if arguments.json:
        print_json({"attached": rows, "till": status is not None, "devices": devices})
        return 0
    print(say("Branché ici :"))
    for row in rows:
        print("\n".join(_shown(row)))
    if not rows:
        print("  " + say("rien que la caisse pourrait prendre"))
    if status is None:
        print(say("Aucune caisse ne tourne : l'état de ses appareils n'est pas connu."))
        return 0
    print(say("Dans les réglages de la caisse qui tourne :"))
    for device in devices:
        print("\n".join(_fares(device)))
    if not devices:
        print("  " + say("aucun appareil"))
    return 0


def _status(arguments: argparse.Namespace) -> Status | None:
    """What the till that runs says; None where none does."""
    client = Client(socket_path(state_of(arguments), os.environ), patience=PATIENCE)
    try:
        return client.call(interface.STATUS, Nothing())
    except ChannelError as error:
        if error.fault is not faults.TILL_SILENT:
            raise
        return None


def _row(thing: Found, devices: Sequence[Device]) -> Row:
    device = thing.device
    return Row(
        device.node, device.kind.value, device.name, device.identity, device.names,
        used_by(device.node, devices), thing.candidates, thing.why,
    )  # fmt: skip


def used_by(node: str, devices: Iterable[Device]) -> str:
    """The name of the configured device whose settings lead to that node; empty for none."""
    if not node:
        return ""
    here = Path(node).resolve()
    for device in devices:
        if any(place.startswith("/") and Path(place).resolve() == here for place in device.places):
            return device.name
    return ""


def _shown(row: Row) -> Iterator[str]:
    """What it is; then who has it, or who could take it, or why nobody can."""
    yield f"  {row.node or row.kind}  {row.name}  {row.identity}".rstrip()
    if row.names:
        yield f"      = {', '.join(row.names)}"
    if row.used_as:
        yield f"      [devices.{row.used_as}]"
        return
    for each in row.candidates:
        yield f"      {each.device_class.value}, {each.driver} ({each.plugin})"
    if row.why:
        yield f"      {row.why}"


def _fares(device: Device) -> Iterator[str]:
    states = {"idle": say("prêt"), "closed": say("absent"), "error": say("en erreur")}
    good = day_and_hour(device.good) if device.good else say("jamais")
    state = states.get(device.state, device.state)
    yield f"  {device.name}  {device.kind}  {state}  {device.identity}"
    yield f"      {say('dernier bon moment')} : {good}"
    if device.last and device.last_at:
        last = device.last
        said = f"{last.code} {last.text} {last.detail}".rstrip()
        yield f"      {say('dernière erreur')} : {day_and_hour(device.last_at)}, {said}"
