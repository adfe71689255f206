"""Has an act done: by the till where one runs, and by this command, in the same way, where none."""

import argparse
import asyncio
import os
import time
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from pos_terminal.acts.asked import Asked, By
from pos_terminal.acts.table import acts_over
from pos_terminal.channel.acts import Actor, perform
from pos_terminal.channel.client import Client
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import DO, DoAsked
from pos_terminal.channel.socket_address import socket_path
from pos_terminal.domain import faults
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.maintenance import stopped_till

TRIES, PAUSE = 12, 0.25
"""A till that is starting, or another command, has the journal for a moment before it can be
asked, or lets it go: so often is it tried again, with so many seconds between."""

T = TypeVar("T", bound=Struct)


def do(arguments: argparse.Namespace, act: str, asked: Asked, result: type[T]) -> T:
    """What the act led to, once it is durable. ChannelError with the reason where it is not done.

    `arguments` are those of a command that has entered (commands/till.py).
    """
    by: By = arguments.by
    said = Raw(msgspec.json.encode(replace(asked, by=by)))
    client = Client(socket_path(arguments.state, os.environ))
    for _ in range(TRIES):
        try:
            return msgspec.json.decode(client.call(DO, DoAsked(act, said)).result, type=result)
        except ChannelError as error:
            if error.fault is not faults.TILL_SILENT:
                raise
        try:
            done = asyncio.run(_by_itself(arguments.state, arguments.config, act, said, by.uid))
            return msgspec.json.decode(done, type=result)
        except JournalError as error:
            if error.fault is not faults.TILL_RUNNING:
                raise ChannelError(error.fault, error.detail) from error
            held = error
        time.sleep(PAUSE)
    # Who holds it did not answer: to stop it is no remedy for an act that it would have done.
    raise ChannelError(faults.JOURNAL_LOCKED, held.detail)


async def _by_itself(state: Path, config: Path, act: str, said: Raw, uid: int) -> Raw:
    async with stopped_till(state, config) as till:
        return await perform(acts_over(till), act, said, Actor(uid))
