"""A program's own directory, and its life as the service manager hears of it."""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import labelled, say
from pos_terminal.process.sd_notify import notify, watchdog_interval

SELDOM = 60.0
"""Seconds between two looks at nothing, where no watchdog waits for a word."""


class AgentError(Failure):
    """The agent, or another program with such a directory, cannot start."""


@contextmanager
def owned(state: Path) -> Iterator[None]:
    """Make the directory, this user's alone, and keep every other program out of it.

    AgentError where that cannot be.
    """
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner, user = state.stat().st_uid, os.geteuid()
        if owner != user:  # what root wrote there, the agent's own user could not
            whose = say("il est à l'utilisateur {owner}, pas à {user}", owner=owner, user=user)
            raise PermissionError(whose)
        state.chmod(0o700)
        # The directory itself, as a till locks its own: neither begins in the other's.
        lock = os.open(state, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise AgentError(faults.AGENT_STORE, labelled(state, error)) from error
    with ExitStack() as held:
        held.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AgentError(faults.AGENT_TWICE, say("{path} est déjà pris", path=state)) from error
        yield


async def keep_watchdog() -> NoReturn:
    """Tell the service manager that it is ready, and then again and again that it lives."""
    notify("READY=1")
    interval = watchdog_interval()
    while True:
        await asyncio.sleep(interval or SELDOM)
        if interval:
            notify("WATCHDOG=1")
