"""Checkpoint, Cosigned, Stamp, Stamped: what others attest from outside, and what they are asked.

The agent carries both ways and decides nothing: the till signs its own checkpoints, and takes no
cosignature but by the keys in its settings, and no time stamp but by its authorities.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.evidence import (
    CheckpointAsked,
    CheckpointOffered,
    CosignedAsked,
    CosignedTaken,
    StampAnswer,
    StampQuestion,
    StampTaken,
)
from pos_terminal.channel.interface import Nothing
from pos_terminal.channel.service import Peer
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal import dating
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.journal.note import NoteKey
from pos_terminal.journal.submission import submission, take
from pos_terminal.runtime.methods.terminal import Terminal
from pos_terminal.tasks.groups import to_the_end

T = TypeVar("T")

LONGEST = 16 << 10
"""Characters of an answer: a cosignature's line has some two hundred."""


class WitnessMethods:
    """Hands checkpoints out, and takes what comes back. `seen` is called once something did."""

    def __init__(
        self, terminal: Terminal, trusted: Sequence[NoteKey], seen: Callable[[], None]
    ) -> None:
        self._terminal = terminal
        self._trusted = trusted
        self._seen = seen
        self._one = asyncio.Lock()

    async def checkpoint(self, peer: Peer, asks: CheckpointAsked) -> CheckpointOffered:
        """What a witness is sent that knows so many records."""
        if asks.known < 0:
            raise ChannelError(faults.BAD_REQUEST, str(asks.known))
        found = await self._do(partial(submission, self._terminal.state, asks.known))
        return CheckpointOffered(found.size, found.last, found.vkey, found.body)

    async def cosigned(self, peer: Peer, asks: CosignedAsked) -> CosignedTaken:
        """Keep those of these cosignatures that are by a witness of the settings."""
        path, answer = self._terminal.state / NAME, asks.answer[:LONGEST]
        names = await self._do(partial(take, path, asks.size, answer, self._trusted))
        if names:
            self._seen()
        return CosignedTaken(names)

    async def stamp(self, peer: Peer, asks: Nothing) -> StampQuestion:
        """What the stamping authority is asked."""
        found = await self._do(partial(dating.question, self._terminal.state))
        return StampQuestion(found.size, found.request)

    async def stamped(self, peer: Peer, asks: StampAnswer) -> StampTaken:
        """Keep the stamp, if it is by an authority of the settings."""
        at = await self._do(partial(self._take_stamp, asks))
        self._seen()
        return StampTaken(at.isoformat(timespec="seconds"))

    def _take_stamp(self, asks: StampAnswer) -> datetime:
        authorities = self._terminal.settings.authorities
        if authorities is None:
            raise JournalError(faults.STAMP_REFUSED, say("ca manque sous [timestamp]"))
        with using(authorities):
            pem = authorities.read_bytes()
        return dating.take(self._terminal.state / NAME, asks.size, asks.response[:LONGEST], pem)

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            # One at a time: each may hash as many records as a step has.
            async with self._one:
                return await to_the_end(work)
        except JournalError as error:
            raise ChannelError(error.fault, error.detail) from error
