"""What is decided at the counter about access for others, and done here."""

import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

from msgspec import Struct

from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain.counter.steps import (
    AccessDecided,
    AdmitSupport,
    AnswerSupport,
    EndAccess,
    GiveAccess,
    Input,
    KeepPin,
    PrintConsole,
    SettleTrial,
    Trouble,
)
from pos_terminal.domain.health.advice import advice
from pos_terminal.runtime.methods.terminal import Terminal

log = logging.getLogger(__name__)


class Doers(Struct, frozen=True):
    """Who does each."""

    end: Callable[[EndAccess], Awaitable[None]]
    give: Callable[[GiveAccess], Awaitable[None]]
    admit: Callable[[AdmitSupport], Awaitable[None]]
    answer: Callable[[AnswerSupport], Awaitable[None]]
    settle: Callable[[SettleTrial], Awaitable[None]]
    print_console: Callable[[PrintConsole], Awaitable[None]]
    keep_pin: Callable[[KeepPin], Awaitable[None]]


class Decisions:
    """Has them done one after the other."""

    def __init__(self, terminal: Terminal, doers: Doers, put: Callable[[Input], None]) -> None:
        self._decided = terminal.equipment.outputs.access
        self._doers = doers
        self._put = put

    async def run(self) -> NoReturn:
        """For ever; what cannot be done is said at the counter."""
        while True:
            decided = await self._decided.get()
            try:
                await self._do(decided)
            except ChannelError as error:
                log.error("%s", advice(error))
                self._put(Trouble(error.fault))

    async def _do(self, decided: AccessDecided) -> None:
        match decided:
            case EndAccess():
                await self._doers.end(decided)
            case GiveAccess():
                await self._doers.give(decided)
            case AdmitSupport():
                await self._doers.admit(decided)
            case AnswerSupport():
                await self._doers.answer(decided)
            case SettleTrial():
                await self._doers.settle(decided)
            case PrintConsole():
                await self._doers.print_console(decided)
            case KeepPin():
                await self._doers.keep_pin(decided)
