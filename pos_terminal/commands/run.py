"""`pos-terminal run`: serve the shop until a signal says stop."""

import pos_terminal.process.without_ssl  # isort: skip  before asyncio, whoever imports that  # noqa: F401
import argparse
import asyncio
import logging
import os
import signal
from pathlib import Path

from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands.output import fail
from pos_terminal.commands.till import add_options, enter
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Trouble
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.app import App
from pos_terminal.runtime.boot import Booted, boot
from pos_terminal.runtime.clock import SystemClock
from pos_terminal.runtime.config import BadConfiguration
from pos_terminal.runtime.translation import set_language


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve; 0 after a stop that was asked for, 1 when it could not start."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        enter(arguments, make=True)
        booted = boot(arguments.config.absolute(), arguments.state)
        set_language(booted.settings.language)
        asyncio.run(_serve(booted, arguments.state))
    except BadConfiguration as error:
        return fail(faults.BAD_CONFIGURATION, str(error), as_json=arguments.json)
    except JournalError as error:
        return fail(error.fault, error.detail, as_json=arguments.json)
    return 0


async def _serve(booted: Booted, state: Path) -> None:
    clock, socket = SystemClock(booted.settings.zone), socket_path(state, os.environ)
    app = App(booted.settings, booted.plugins, state, clock, socket=socket)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, app.stop)
    loop.add_signal_handler(signal.SIGHUP, _reload, app)
    if booted.refused:
        app.put(Trouble(faults.BAD_CONFIGURATION))
    await app.run()


def _reload(app: App) -> None:
    app.reload()
