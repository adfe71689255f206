"""`pos-terminal agent`: what faces outwards, beside the till, until a signal says stop."""

import pos_terminal.process.lean_imports  # isort: skip  before asyncio, whoever imports that  # noqa: F401
import argparse
import asyncio
import logging
import os
import signal
from pathlib import Path

from pos_terminal.agent import status
from pos_terminal.agent.clock import Clock, SystemClock
from pos_terminal.agent.guard import PATIENCE
from pos_terminal.agent.program import ROUND, Program
from pos_terminal.agent.settings import without_secrets
from pos_terminal.channel import socket_address
from pos_terminal.commands.argument import add_json
from pos_terminal.domain.language import say
from pos_terminal.process.logs import log_to_stderr
from pos_terminal.process.memory import STARTED, give_back, keep_one_heap


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--state", type=Path, default=status.STATE, metavar=say("DOSSIER"),
        help=say("le dossier de l'agent, non de la caisse (%(default)s)"),
    )  # fmt: skip
    parser.add_argument(
        "--till", type=Path, default=socket_address.STATE, metavar=say("DOSSIER"),
        help=say("le dossier de la caisse, par où son accès se trouve (%(default)s)"),
    )  # fmt: skip
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve; 0 after a stop that was asked for, 1 when it could not start."""
    keep_one_heap()
    log_to_stderr(logging.INFO, without_secrets)
    os.umask(0o077)  # what services write is nobody else's
    asyncio.run(serve(arguments.state.absolute(), arguments.till))
    return 0


async def serve(
    state: Path,
    till: Path,
    *,
    stall: float = PATIENCE,
    look: float = ROUND,
    clock: Clock | None = None,
) -> None:
    """Run an agent in that directory until SIGTERM or SIGINT; `stall`: see StallGuard, `look`: the
    seconds between two looks at whether there is something new to tell.
    """
    socket = socket_address.socket_path(till, os.environ)
    told = status.folder_of(state, os.environ)
    program = Program(state, socket, told, stall=stall, look=look, clock=clock or SystemClock())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, program.stop)
    loop.call_later(STARTED, give_back)
    await program.run()
