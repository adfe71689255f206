"""`pos-terminal alerts watch`: hears the boxes of many shops, and mails those that fall silent.

A module of its own: what it stands on, TLS and the mails, no other action needs. Exit status: 0
after a stop that was asked for, 1 when it could not start.
"""

import pos_terminal.process.lean_imports  # isort: skip  before asyncio, whoever imports that  # noqa: F401
import argparse
import asyncio
import logging
import os
import signal
from pathlib import Path

from pos_terminal.agent.settings import without_secrets
from pos_terminal.process.logs import log_to_stderr
from pos_terminal.process.translation import set_language
from pos_terminal.receiver.program import Receiver
from pos_terminal.receiver.settings import WatchSettings, read


def run(arguments: argparse.Namespace) -> int:
    """Hear until a signal says stop; 0."""
    settings = read(arguments.config)
    set_language(settings.language)
    log_to_stderr(logging.INFO, without_secrets)
    os.umask(0o077)
    asyncio.run(serve(settings, arguments.agent.absolute()))
    return 0


async def serve(settings: WatchSettings, state: Path) -> None:
    """Run a receiver in that directory until SIGTERM or SIGINT."""
    receiver = Receiver(settings, state)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, receiver.stop)
    await receiver.run()
