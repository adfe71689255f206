"""The till that a command is about: every command names it alike, and enters as its owner.

`--state` is where its journal lies. Where it is left out the settings say so (`state` in
`[terminal]`), and where they do not, STATE.
"""

import argparse
import os
import pwd
from contextlib import suppress
from pathlib import Path

from pos_terminal.acts.asked import By
from pos_terminal.channel.socket_address import STATE
from pos_terminal.commands.argument import add_json
from pos_terminal.domain.language import say
from pos_terminal.journal.owner import become
from pos_terminal.process.translation import CONFIG
from pos_terminal.runtime import config

LOGIN = Path("/proc/self/loginuid")
"""Who logged in, whoever he has become since (sudo, su): pam_loginuid(8) sets it once."""

NOBODY = 0xFFFFFFFF


def add_options(*parsers: argparse.ArgumentParser) -> None:
    """Add --state, --config and --json to each."""
    for parser in parsers:
        add_state(parser)
        add_config(parser)
        add_json(parser)


def add_state(parser: argparse.ArgumentParser) -> None:
    """Add --state alone."""
    where = say("le dossier de la caisse ; sinon celui que disent les réglages, sinon {state}")
    parser.add_argument(
        "--state", type=Path, metavar=say("DOSSIER"), help=where.format(state=STATE)
    )


def add_config(parser: argparse._ActionsContainer) -> None:
    """Add --config alone."""
    file = say("les réglages de la caisse ({file})")
    parser.add_argument(
        "--config", type=Path, metavar=say("FICHIER"), default=CONFIG, help=file.format(file=CONFIG)
    )


def enter(arguments: argparse.Namespace, *, make: bool = False) -> None:
    """Decide which state it is, and go on as its owner.

    Read before it whatever files the caller names: the owner may not be able to. With `make` a
    state directory that is missing is made. JournalError where it is somebody else's, or spoilt.
    """
    arguments.by = _by()
    arguments.state = state_of(arguments)
    become(arguments.state, make=make)


def state_of(arguments: argparse.Namespace) -> Path:
    """The state directory that is meant."""
    given: Path | None = arguments.state
    found = given or config.state_named(arguments.config or CONFIG) or STATE
    return found.absolute()


def _by() -> By:
    """Who gives this command; asked before he becomes somebody else."""
    uid = os.getuid()
    login = NOBODY
    with suppress(OSError, ValueError):
        login = int(LOGIN.read_text())
    return By(uid, _name(uid), "" if login in (uid, NOBODY) else _name(login))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
