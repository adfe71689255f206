"""`pos-terminal selftest [--print]`: the box, the till and a live try of each device, on one page.

What a technician reads first, on the screen or on the shop's own paper. A scale is weighed with, a
display shows its pattern; a printer prints its test, unless `--quiet` leaves paper and drawer
alone. Exit status: 0 all is well, 1 something is not, or no till answers, 2 usage.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

import pos_terminal
from pos_terminal.channel import interface
from pos_terminal.channel.client import Client
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    Device,
    Nothing,
    NoticeAsked,
    Settings,
    Status,
    TestAsked,
)
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands.till import add_options, state_of
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import day_and_hour
from pos_terminal.process.clock import is_synchronised
from pos_terminal.process.output import print_json
from pos_terminal.process.translation import set_language

PATIENCE = 40.0
"""Seconds for an answer: a printer's test takes as long as its paper."""

SERIAL = Path("/proc/device-tree/serial-number")
"""A Raspberry Pi's own number; a PC is known by its machine-id."""

MACHINE = Path("/etc/machine-id")
RESOLVER = Path("/etc/resolv.conf")

SOMEWHERE = ("192.0.2.1", 9)
"""Of TEST-NET-1 (RFC 5737): connecting a datagram socket sends nothing, and tells which address of
ours would be used."""

LOOKED_UP = 5.0
"""Seconds for the address of a name: a resolver asks twice within them."""

LINES, CHARACTERS = 30, 42
"""Of a notice: what the till prints at most, and what a narrow paper has room for."""

MOVING = ("printer", "drawer")
"""Devices whose test spends paper or opens money."""


class Fact(Struct, frozen=True):
    """One line: what, how it is, and whether that is well."""

    label: str
    value: str
    good: bool = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--print", action="store_true", dest="on_paper",
        help=say("et l'imprime à la caisse"),
    )  # fmt: skip
    parser.add_argument(
        "--quiet", action="store_true", help=say("sans papier d'essai ni tiroir ouvert")
    )
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Try everything; 0 where all is well."""
    till = Client(socket_path(state_of(arguments), os.environ), patience=PATIENCE)
    status = till.call(interface.STATUS, Nothing())
    set_language(status.language)
    quiet = arguments.quiet
    given = till.call(interface.SETTINGS, Nothing())
    facts = [
        *_box(state_of(arguments)), *_names(given), *_till(status),
        *(_device(till, each, quiet=quiet) for each in status.devices),
    ]  # fmt: skip
    if given.phone:
        facts.append(Fact(say("Appeler"), given.phone))
    if given.page:
        facts.append(Fact(say("Page d'état"), given.page))
    if arguments.on_paper:
        # The page's address stands on paper as a code, which is more than a line has room for.
        lines = _paper([fact for fact in facts if fact.value != given.page])
        till.call(interface.NOTICE, NoticeAsked(say("AUTOTEST"), lines, page=True))
    if arguments.json:
        print_json(facts)
    else:
        print("\n".join(_line(fact, 18) for fact in facts))
    return 0 if all(fact.good for fact in facts) else 1


def _box(state: Path) -> Iterator[Fact]:
    yield Fact(say("Boîtier"), _serial() or say("inconnu"))
    yield Fact(say("Version"), pos_terminal.__version__)
    address = _address()
    yield Fact("IP", address or say("aucun réseau"), bool(address))
    servers = re.findall(r"^nameserver\s+(\S+)", _text(RESOLVER), re.MULTILINE)
    yield Fact("DNS", ", ".join(servers) or say("aucun"), bool(servers))
    synchronised = is_synchronised()
    clock = say("vérifiée") if synchronised else say("non vérifiée")
    yield Fact(say("Horloge"), f"{time.strftime('%d/%m/%Y %H:%M')}, {clock}", synchronised)
    yield Fact("NTP", _time_server() or say("aucun"), synchronised)
    disk = shutil.disk_usage(state if state.exists() else "/")
    free = 100 * disk.free // disk.total
    yield Fact(say("Disque"), f"{free} % ({disk.free >> 20} {say('Mio')})", free >= 10)


def _names(given: Settings) -> Iterator[Fact]:
    """Whom the services call, by name: whether each is found, or why not."""
    tables = msgspec.json.decode(given.tables, type=dict[str, dict[str, object]])
    hosts = [str(table["server"]) for table in tables.values() if "server" in table]
    hosts += [urlsplit(str(table["url"])).hostname or "" for table in tables.values()
              if "url" in table]  # fmt: skip
    for host in sorted({*hosts} - {""}):
        found = _looked_up(host)
        yield Fact(f"DNS {host}"[:17], found or say("introuvable"), bool(found))


def _looked_up(host: str) -> str:
    """Its address; empty where none is found in time. In a thread of its own, which is left behind
    if the resolver never answers: getaddrinfo() knows no patience.
    """
    found: Queue[str] = Queue()

    def look() -> None:
        try:
            found.put(str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0]))
        except OSError:
            found.put("")

    threading.Thread(target=look, daemon=True).start()
    try:
        return found.get(timeout=LOOKED_UP)
    except Empty:
        return ""


def _time_server() -> str:
    """Which server systemd-timesyncd follows (timedatectl(1)); empty where it says none."""
    command = ("timedatectl", "show-timesync", "--property=ServerName", "--value")
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if not asked.returncode else ""


def _till(status: Status) -> Iterator[Fact]:
    sells = say("VEND") if status.selling else say("NE VEND PAS")
    yield Fact(f"{say('Caisse')} {status.terminal}", sells, status.selling)
    closure, head, backup = status.last_closure, status.head, status.last_backup
    made = f"{closure.label} n° {closure.number}" if closure else say("aucun")
    yield Fact(say("Dernier Z"), made)
    yield Fact(say("Sauvegarde"), day_and_hour(backup) if backup else say("aucune"))
    if head:
        yield Fact(say("Journal"), f"{head.seq}, {head.hash[:16]}")
    for fault in status.faults:
        yield Fact(fault.code, fault.text, good=False)


def _device(till: Client, device: Device, *, quiet: bool) -> Fact:
    """What it is, and how it answered just now."""
    known = f"{device.identity} : " if device.identity else ""
    if device.fault:
        return Fact(device.name, f"{known}{device.fault.code} {device.fault.text}", good=False)
    if quiet and device.kind in MOVING:
        return Fact(device.name, f"{known}{device.state}")
    try:
        answer = till.call(interface.TEST, TestAsked(device.name)).outcome
    except ChannelError as error:
        return Fact(device.name, f"{known}{error.fault.code} {error.detail}", good=False)
    return Fact(device.name, known + answer.removeprefix(f"{device.name}: "))


def _paper(facts: list[Fact]) -> list[str]:
    lines = [_line(fact, 14)[:CHARACTERS] for fact in facts]
    # What is wrong comes before what is well where the paper has an end.
    bad = [line for line, fact in zip(lines, facts, strict=True) if not fact.good]
    return lines if len(lines) <= LINES else [*bad, *lines][:LINES]


def _line(fact: Fact, width: int) -> str:
    return f"{'  ' if fact.good else '! '}{fact.label:<{width}}{fact.value}"


def _serial() -> str:
    return _text(SERIAL).strip("\0\n ") or _text(MACHINE).strip()[:12]


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""


def _address() -> str:
    """The box's own address on its way out; empty without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE)
        except OSError:
            return ""
        return str(probe.getsockname()[0])
