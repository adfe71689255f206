"""`pos-terminal report --out FILE`: what a technician needs from afar, in one archive.

Status, log, settings, what is wrong, the journal's numbers and the box itself; no secrets and no
personal data, by an allow-list of fields (report_fields). Made as far as it goes: what could not be
had stands in it with its code. Exit status: 0 made, 1 could not be written, 2 usage.
"""

import argparse
import json
import os
import platform
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

import pos_terminal
from pos_terminal.agent import status as agent_status
from pos_terminal.agent.socket import socket_path as agent_socket
from pos_terminal.channel import agent_interface, interface
from pos_terminal.channel.agent_interface import HistoryAsked
from pos_terminal.channel.client import Client
from pos_terminal.channel.interface import LogAsked, LogLine, Nothing
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands.files import entered_to_write
from pos_terminal.commands.report_fields import cleaned, of_settings, of_status
from pos_terminal.commands.till import add_options, state_of
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import say
from pos_terminal.domain.redaction import redacted
from pos_terminal.journal import stats
from pos_terminal.process.output import print_json
from pos_terminal.storage import toml

PATIENCE = 10.0
"""Seconds for each answer of the till and of the agent."""

RELEASE = Path("/etc/os-release")
UPTIME = Path("/proc/uptime")
MEMINFO = Path("/proc/meminfo")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--out", type=Path, required=True, metavar=say("FICHIER"), help=say("un nouveau fichier")
    )
    parser.add_argument(
        "--agent", type=Path, default=agent_status.STATE, metavar=say("DOSSIER"),
        help=say("le dossier de l'agent (%(default)s)"),
    )  # fmt: skip
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make it; 0."""
    till = Client(socket_path(state_of(arguments), os.environ), patience=PATIENCE)
    agent = Client(agent_socket(arguments.agent.absolute(), os.environ), patience=PATIENCE)
    parts = {
        "status.json": _tried(lambda: _status(till)),
        "log.txt": _tried(lambda: _log(till)),
        "alerts.json": _tried(lambda: _alerts(agent)),
        "settings.json": _tried(lambda: _settings(arguments.config)),
        "box.json": _tried(lambda: _box(state_of(arguments))),
    }
    with entered_to_write(arguments, arguments.out) as files:
        # Its owner alone reads the journal.
        parts["journal.json"] = _tried(lambda: msgspec.to_builtins(stats.read(arguments.state)))
        _write(files.drafts[0], parts)
    if arguments.json:
        print_json({"file": str(arguments.out), "parts": sorted(parts)})
    else:
        names = ", ".join(sorted(parts))
        print(say("{file} : {names}").format(file=arguments.out, names=names))
    return 0


def _tried(make: Callable[[], Any]) -> Any:
    """A part of the report; or why there is none."""
    try:
        return make()
    except Failure as error:
        return {"missing": error.fault.code, "detail": redacted(error.detail)}
    except (OSError, ValueError) as error:
        return {"missing": type(error).__name__, "detail": redacted(str(error))}


def _status(till: Client) -> Any:
    return of_status(msgspec.to_builtins(till.call(interface.STATUS, Nothing())), redacted)


def _log(till: Client) -> str:
    return "".join(map(_line, till.call(interface.LOG, LogAsked()).lines))


def _line(line: LogLine) -> str:
    return f"{line.at} {line.level} {line.logger}: {redacted(line.text)}\n"


def _alerts(agent: Client) -> Any:
    alerts = msgspec.to_builtins(agent.call(agent_interface.ALERTS, Nothing()))
    history = msgspec.to_builtins(agent.call(agent_interface.HISTORY, HistoryAsked()))
    return {
        name: [{key: cleaned(value, redacted) for key, value in each.items()} for each in rows]
        for name, rows in {**alerts, **history}.items()
        if isinstance(rows, list)
    }


def _settings(config: Path) -> Any:
    return of_settings(toml.tables(config.read_text()), redacted)


def _box(state: Path) -> Any:
    """The machine: kernel, system, time, room. No host name: shops call boxes by people."""
    release = dict(
        line.partition("=")[::2] for line in RELEASE.read_text().splitlines() if "=" in line
    )
    uname = platform.uname()
    memory = dict(line.split(":", 1) for line in MEMINFO.read_text().splitlines())
    return {
        "version": pos_terminal.__version__,
        "python": platform.python_version(),
        "kernel": f"{uname.system} {uname.release} {uname.machine}",
        "system": release.get("PRETTY_NAME", "").strip('"'),
        "utc": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "uptime": float(UPTIME.read_text().split()[0]),
        "memory": {name: memory[name].strip() for name in ("MemTotal", "MemAvailable")},
        "disks": {
            str(folder): shutil.disk_usage(folder)._asdict()
            for folder in (Path("/"), state)
            if folder.exists()
        },
    }


def _write(out: Path, parts: dict[str, Any]) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in sorted(parts.items()):
            text = part if isinstance(part, str) else json.dumps(part, indent=1, sort_keys=True)
            archive.writestr(name, text)
