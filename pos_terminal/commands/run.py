"""`pos-terminal run`: serve the shop until a signal says stop."""

import pos_terminal.process.lean_imports  # isort: skip  before asyncio, whoever imports that  # noqa: F401
import argparse
import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

from pos_terminal.channel.socket_address import socket_path
from pos_terminal.commands.till import add_options, enter
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Trouble
from pos_terminal.domain.faults import Failure
from pos_terminal.journal.commissioning import FOLDER, waits
from pos_terminal.process.logs import log_to_stderr
from pos_terminal.process.memory import STARTED, give_back, keep_one_heap
from pos_terminal.process.output import fail
from pos_terminal.process.plugins import PluginStatus
from pos_terminal.process.program import digest
from pos_terminal.process.sd_notify import notify
from pos_terminal.process.translation import set_language
from pos_terminal.runtime.app import App
from pos_terminal.runtime.boot import Booted, boot, indicators
from pos_terminal.runtime.clock import SystemClock
from pos_terminal.runtime.failed_start import HEARD, say
from pos_terminal.runtime.plugins import Plugins
from pos_terminal.tasks.contain import contained, one_line

HELD = 30.0
"""Seconds for which a service manager's till keeps its code up: it would be started again at once,
and an alarm every second helps nobody."""

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve; 0 after a stop that was asked for, 1 when it could not start, or failed."""
    keep_one_heap()
    log_to_stderr(logging.INFO)
    failed: list[BaseException] = []
    booted: Booted | None = None
    again = False
    with contained(failed.append):
        enter(arguments, make=True)
        socket, simulated = socket_path(arguments.state, os.environ), waits(arguments.state)
        if simulated:
            arguments.state /= FOLDER
            log.warning("this box is not commissioned: what it sells is a simulation")
        booted = boot(arguments.config.absolute(), arguments.state)
        set_language(booted.settings.language)
        again = asyncio.run(_serve(booted, arguments.state, socket, simulated=simulated))
    if failed and booted and booted.trial:
        # A trial holds one start: the next one is with the last good settings, and at once.
        log.error("with settings on trial the till failed", exc_info=failed[0])
        again = True
    if again:
        # The same process for the service manager, and where there is none the till comes back.
        notify("WATCHDOG=1")  # which goes on watching: all its time is for the start
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    return _out_of_service(failed[0], arguments) if failed else 0


def _out_of_service(error: BaseException, arguments: argparse.Namespace) -> int:
    """Say why it ended: here, to the service manager, and where the clerk looks."""
    match error:
        case Failure():
            failure = error
        case _:
            log.error("the till failed", exc_info=error)
            failure = Failure(faults.INTERNAL, one_line(error))
    status, fault = fail(failure, as_json=arguments.json), failure.fault
    sys.stderr.flush()
    notify(f"STATUS={fault}")
    drivers, devices, support = indicators(arguments.config.absolute(), arguments.state)
    hold = HELD if os.environ.get("NOTIFY_SOCKET") else HEARD
    with suppress(KeyboardInterrupt):
        asyncio.run(say(fault, devices, drivers, hold, phone=support.phone))
    return status


async def _serve(booted: Booted, state: Path, socket: Path, *, simulated: bool) -> bool:
    """Whether it ended to be started anew, with other settings."""
    clock = SystemClock(booted.settings.zone)
    plugins = booted.plugins
    app = App(
        booted.settings, plugins, state, clock, socket=socket, program=partial(_program, plugins),
        trial=booted.trial, returned=booted.returned, simulated=simulated,
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, app.stop)
    loop.add_signal_handler(signal.SIGHUP, _reload, app)
    loop.call_later(STARTED, give_back)
    if not booted.settings.devices:
        log.error("%s", faults.NO_DEVICES)
    if booted.refused:
        app.put(Trouble(faults.BAD_CONFIGURATION))
    await app.run()
    return app.again


def _program(plugins: Plugins) -> str:
    """The digest of what runs here: whoever puts another program in its place is found by it."""
    enabled = [each for each in plugins if each.status is PluginStatus.ENABLED]
    versions = (f"{each.name} {each.version}" for each in enabled)
    return digest(("pos_terminal", *plugins.packages()), versions)


def _reload(app: App) -> None:
    app.files.reload()
