"""The driver of the simulated payment terminal, for a shop that tries the till without a bank.

It reaches nothing but this machine's loopback: no terminal that moves real money speaks this.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from msgspec import Struct

from pos_terminal.devices.errors import DeviceLost, DeviceRefused, DeviceTimeout, OutcomeUnknown
from pos_terminal.devices.payments import Ability, PaymentTerminal, Told
from pos_terminal.devices.settings import within
from pos_terminal.domain.authorisation import Order, Outcome, Stage, Totals
from pos_terminal.domain.faults import (
    PAYMENT_UNKNOWN,
    TERMINAL_ANSWER,
    TERMINAL_BUSY,
    TERMINAL_MUTE,
    TERMINAL_OFFLINE,
)
from pos_terminal.links.faults import device_errors, opened
from pos_terminal.links.link import Link, LinkLost
from pos_terminal.links.tcp import tcp_link

QUESTION = 5.0
"""Seconds for an answer that waits for nobody."""


class SimTerminalSettings(Struct, frozen=True, kw_only=True):
    """`port` on loopback; `payment_time`: seconds that a customer may take in all."""

    port: int
    payment_time: float = 180.0

    def __post_init__(self) -> None:
        within(self, port=(1, 65535), payment_time=(0.05, 600))


class _Answer(msgspec.Struct, omit_defaults=True):
    """One line of the terminal's."""

    stage: Stage | None = None
    outcome: Outcome | msgspec.UnsetType | None = msgspec.UNSET
    busy: bool = False
    forgotten: bool = False
    identity: str | None = None
    totals: Totals | None = None


@asynccontextmanager
async def open_terminal(settings: SimTerminalSettings) -> AsyncIterator[PaymentTerminal]:
    """Connect. Raises DeviceLost when that cannot be."""
    async with opened(tcp_link("127.0.0.1", settings.port), TERMINAL_OFFLINE) as link:
        yield SimTerminal(link, settings.payment_time)


class SimTerminal:
    """One simulated terminal behind its connection."""

    abilities = frozenset(Ability)

    def __init__(self, link: Link, payment_time: float) -> None:
        self._link = link
        self._payment_time = payment_time
        self._rest = b""
        self._turn = asyncio.Lock()

    async def gone(self) -> None:
        """See `Device.gone`."""
        await self._link.gone()

    async def identity(self) -> str:
        """See `PaymentTerminal.identity`."""
        with device_errors(offline=TERMINAL_OFFLINE, mute=TERMINAL_MUTE):
            return (await self._ask({"do": "identity"})).identity or ""

    async def begin(self, order: Order) -> str:
        """See `PaymentTerminal.begin`: it knows orders by their references."""
        return ""

    async def authorise(self, order: Order, told: Told) -> Outcome:
        """See `PaymentTerminal.authorise`."""
        if self._turn.locked():
            raise DeviceRefused(TERMINAL_BUSY)
        async with self._turn:
            try:
                await self._send({"do": "authorise", "order": order})
            except LinkLost as error:
                if error.untouched:
                    raise DeviceLost(TERMINAL_OFFLINE, str(error)) from error
                raise OutcomeUnknown(PAYMENT_UNKNOWN, str(error)) from error
            try:
                async with asyncio.timeout(self._payment_time):
                    while True:
                        answer = await self._line()
                        if answer.stage is not None:
                            told(answer.stage)
                        elif answer.busy:
                            raise DeviceRefused(TERMINAL_BUSY)
                        elif isinstance(answer.outcome, Outcome):
                            return answer.outcome
            except (LinkLost, TimeoutError, msgspec.MsgspecError) as error:
                raise OutcomeUnknown(PAYMENT_UNKNOWN, str(error)) from error

    async def outcome(self, order: Order) -> Outcome | None:
        """See `PaymentTerminal.outcome`."""
        with device_errors(offline=TERMINAL_OFFLINE, mute=TERMINAL_MUTE):
            answer = await self._ask({"do": "outcome", "reference": order.reference})
        if answer.busy:
            raise DeviceRefused(TERMINAL_BUSY)
        if answer.forgotten or answer.outcome is msgspec.UNSET:
            raise OutcomeUnknown(PAYMENT_UNKNOWN)
        return answer.outcome

    async def cancel(self) -> None:
        """See `PaymentTerminal.cancel`."""
        with device_errors(offline=TERMINAL_OFFLINE, mute=TERMINAL_MUTE):
            await self._send({"do": "cancel"})

    async def end_of_day(self) -> Totals:
        """See `PaymentTerminal.end_of_day`."""
        with device_errors(offline=TERMINAL_OFFLINE, mute=TERMINAL_MUTE):
            totals = (await self._ask({"do": "end-of-day"})).totals
        if totals is None:
            raise OutcomeUnknown(PAYMENT_UNKNOWN)
        return totals

    async def _ask(self, question: dict[str, Any]) -> _Answer:
        if self._turn.locked():
            raise DeviceRefused(TERMINAL_BUSY)
        async with self._turn, asyncio.timeout(QUESTION):
            await self._send(question)
            try:
                return await self._line()
            except msgspec.MsgspecError as error:
                raise DeviceTimeout(TERMINAL_ANSWER, str(error)) from error

    async def _send(self, message: dict[str, Any]) -> None:
        await self._link.send(msgspec.json.encode(message) + b"\n")

    async def _line(self) -> _Answer:
        while b"\n" not in self._rest:
            self._rest += await self._link.receive()
        line, _, self._rest = self._rest.partition(b"\n")
        return msgspec.json.decode(line, type=_Answer)
