"""The till's end: a payment terminal whose driver runs in a child."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

import msgspec

from pos_driver_payments.child.lines import LONGEST, Asked, Do, Said, Start, raised
from pos_driver_payments.terminal import QUESTION
from pos_terminal.devices.errors import DeviceLost, DeviceRefused, DeviceTimeout, OutcomeUnknown
from pos_terminal.devices.payments import Ability, Told
from pos_terminal.domain.authorisation import Order, Outcome, Totals
from pos_terminal.domain.faults import (
    PAYMENT_UNKNOWN,
    TERMINAL_BUSY,
    TERMINAL_MUTE,
    TERMINAL_OFFLINE,
)

T = TypeVar("T")

COMMAND = (sys.executable, "-m", "pos_driver_payments.child")

START = 30.0
"""Seconds until a child is ready: Python, TLS and a first handshake, on a small box."""

MORE = 15.0
"""Seconds beyond a child's own bounds after which it hangs, and is killed."""

DYING = 1.0
"""Seconds in which one that is killed is gone."""


@asynccontextmanager
async def in_a_child(
    driver: str, settings: Any, abilities: frozenset[Ability], payment_time: float
) -> AsyncIterator["ChildTerminal"]:
    """Start one, as long as the block runs. DeviceLost where it does not come to be ready."""
    try:
        child = await asyncio.create_subprocess_exec(
            *COMMAND, stdin=PIPE, stdout=PIPE, limit=LONGEST
        )
    except OSError as error:  # no memory, no more processes
        raise DeviceLost(TERMINAL_OFFLINE, str(error)) from error
    try:
        terminal = ChildTerminal(child, abilities, payment_time)
        await terminal.start(Start(driver, msgspec.to_builtins(settings)))
        yield terminal
    finally:
        await _end(child)


async def _end(child: Process) -> None:
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
    with suppress(TimeoutError):
        async with asyncio.timeout(DYING):
            await child.wait()


class _Gone(Exception):
    """The child has ended, or says what no child says."""


class ChildTerminal:
    """One terminal, by its child. See `PaymentTerminal`."""

    def __init__(self, child: Process, abilities: frozenset[Ability], payment_time: float) -> None:
        self._child = child
        self._abilities = abilities
        self._payment_time = payment_time
        self._turn = asyncio.Lock()
        self._number = 0
        self._written = False

    @property
    def abilities(self) -> frozenset[Ability]:
        """See `PaymentTerminal.abilities`."""
        return self._abilities

    async def start(self, start: Start) -> None:
        """Tell it who it is; return once it has seen the machine. DeviceError."""
        try:
            async with asyncio.timeout(START):
                await self._write(start)
                said = await self._said(0)
        except (_Gone, TimeoutError) as error:
            raise DeviceLost(TERMINAL_OFFLINE, str(error)) from error
        if failure := raised(said):
            raise failure

    async def gone(self) -> None:
        """See `Device.gone`: with its process."""
        await self._child.wait()

    async def identity(self) -> str:
        """See `PaymentTerminal.identity`."""
        return (await self._ask(Do.IDENTITY, QUESTION)).text

    async def begin(self, order: Order) -> str:
        """See `PaymentTerminal.begin`."""
        return (await self._ask(Do.BEGIN, QUESTION, order)).text

    async def authorise(self, order: Order, told: Told) -> Outcome:
        """See `PaymentTerminal.authorise`."""
        said = await self._order(Do.AUTHORISE, self._payment_time, order, told)
        return _there(said.outcome)

    async def outcome(self, order: Order) -> Outcome | None:
        """See `PaymentTerminal.outcome`."""
        return (await self._ask(Do.OUTCOME, QUESTION, order)).outcome

    async def cancel(self) -> None:
        """See `PaymentTerminal.cancel`: it goes past the order under way, and has no answer."""
        if self._turn.locked():
            with suppress(_Gone):  # the order itself tells that
                await self._write(Asked(0, Do.CANCEL))

    async def end_of_day(self) -> Totals:
        """See `PaymentTerminal.end_of_day`."""
        return _there((await self._order(Do.END_OF_DAY, QUESTION)).totals)

    async def _order(
        self, do: Do, seconds: float, order: Order | None = None, told: Told = lambda _: None
    ) -> Said:
        """What may have been done once the child may have read it."""
        try:
            return await self._ask(do, seconds, order, told)
        except (DeviceLost, DeviceTimeout) as error:
            if self._written and isinstance(error.__cause__, _Gone | TimeoutError):
                raise OutcomeUnknown(PAYMENT_UNKNOWN, str(error)) from error
            raise

    async def _ask(
        self, do: Do, seconds: float, order: Order | None = None, told: Told = lambda _: None
    ) -> Said:
        if self._turn.locked():
            raise DeviceRefused(TERMINAL_BUSY)
        async with self._turn:
            self._written = False
            self._number += 1
            number = self._number
            try:
                async with asyncio.timeout(seconds + MORE):
                    await self._write(Asked(number, do, order))
                    while (said := await self._said(number)).stage is not None:
                        told(said.stage)
            except _Gone as error:
                await _end(self._child)
                raise DeviceLost(TERMINAL_OFFLINE, str(error)) from error
            except TimeoutError as error:
                # Whatever it is at, nobody waits for it any more; the port starts another.
                await _end(self._child)
                raise DeviceTimeout(TERMINAL_MUTE, str(error)) from error
        if failure := raised(said):
            raise failure
        return said

    async def _write(self, line: Start | Asked) -> None:
        assert self._child.stdin is not None
        if self._child.returncode is not None:
            raise _Gone("its process has ended")
        # Before the write: of one that breaks off the child may have read enough.
        self._written = True
        try:
            self._child.stdin.write(msgspec.json.encode(line) + b"\n")
            await self._child.stdin.drain()
        except OSError as error:
            raise _Gone("its process has ended") from error

    async def _said(self, number: int) -> Said:
        """The next line to that question."""
        assert self._child.stdout is not None
        while True:
            try:
                line = await self._child.stdout.readline()
                if not line.endswith(b"\n"):
                    raise _Gone("its process has ended")
                said = msgspec.json.decode(line, type=Said)
            except (ValueError, msgspec.MsgspecError) as error:
                raise _Gone("its process says what no child says") from error
            if said.number == number:
                return said


def _there(answer: T | None) -> T:
    if answer is None:
        raise OutcomeUnknown(PAYMENT_UNKNOWN, "an answer without one")
    return answer
