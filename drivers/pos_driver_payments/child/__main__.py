"""The child: holds the dialogues of one driver over TLS, and ends with the till.

    python -m pos_driver_payments.child

It reads its settings from its first line, so that neither a command line nor an environment has
them; a secret it reads by itself, by the name that they give it.
"""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from pos_driver_payments import cashdro, nexo
from pos_driver_payments.child.lines import LONGEST, Asked, Do, Said, Start, failed
from pos_driver_payments.pinned import LinkForeign, fingerprint_of
from pos_driver_payments.secret import SecretError
from pos_driver_payments.tls import dial_to
from pos_terminal.devices.errors import DeviceError, DeviceLost, DeviceRefused
from pos_terminal.devices.payments import PaymentTerminal
from pos_terminal.domain.authorisation import Stage
from pos_terminal.domain.faults import (
    TERMINAL_BUSY,
    TERMINAL_CHANGED,
    TERMINAL_OFFLINE,
    TERMINAL_SECRET,
)
from pos_terminal.links.link import LinkLost

DRIVERS: dict[str, tuple[Any, Callable[..., PaymentTerminal]]] = {
    "cashdro": (cashdro.CashdroSettings, cashdro.over),
    "nexo": (nexo.NexoSettings, nexo.over),
}
"""Those whose machines want TLS: their settings, and what makes a terminal over lines."""


class TillGone(Exception):
    """The till has closed its end: nobody is left to hear an answer."""


def say(said: Said) -> None:
    """One line, whole. The till reads it, or has ended, and this with it."""
    sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
    sys.stdout.buffer.flush()


async def opened(start: Start) -> PaymentTerminal:
    """The terminal, once the machine has been seen. DeviceError."""
    kind, over = DRIVERS[start.driver]
    settings = msgspec.convert(start.settings, kind)
    dial = dial_to(settings.host, settings.port, fingerprint_of(settings.fingerprint))
    try:
        terminal = over(dial, settings)
        async with dial():
            pass  # that it is there, and the one that is meant
    except SecretError as error:
        raise DeviceLost(TERMINAL_SECRET, str(error)) from error
    except LinkForeign as error:
        raise DeviceLost(TERMINAL_CHANGED, str(error)) from error
    except LinkLost as error:
        raise DeviceLost(TERMINAL_OFFLINE, str(error)) from error
    return terminal


async def answered(terminal: PaymentTerminal, asked: Asked) -> Said:
    """What becomes of a question. DeviceError."""
    number, order = asked.number, asked.order

    def told(stage: Stage) -> None:
        say(Said(number, stage=stage))

    match asked.do, order:
        case Do.IDENTITY, _:
            return Said(number, text=await terminal.identity())
        case Do.END_OF_DAY, _:
            return Said(number, totals=await terminal.end_of_day())
        case Do.BEGIN, order if order:
            return Said(number, text=await terminal.begin(order))
        case Do.AUTHORISE, order if order:
            return Said(number, outcome=await terminal.authorise(order, told))
        case Do.OUTCOME, order if order:
            return Said(number, outcome=await terminal.outcome(order))
    raise DeviceRefused(TERMINAL_BUSY, "a question without its order")


async def serve(till: asyncio.StreamReader) -> None:
    """Answer until the till is gone. Questions may overlap: to give up goes past an order."""
    start = msgspec.json.decode(await till.readline(), type=Start)
    try:
        terminal = await opened(start)
    except DeviceError as error:
        say(failed(0, error))
        return
    say(Said(0))

    async def handle(asked: Asked) -> None:
        try:
            said = await answered(terminal, asked)
        except DeviceError as error:
            said = failed(asked.number, error)
        say(said)

    async with asyncio.TaskGroup() as group:
        while line := await till.readline():
            asked = msgspec.json.decode(line, type=Asked)
            if asked.do is Do.CANCEL:
                await terminal.cancel()
            else:
                group.create_task(handle(asked))
        raise TillGone


async def main() -> None:
    """Serve the till whose pipes are standard input and output."""
    till = asyncio.StreamReader(limit=LONGEST)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(till), sys.stdin)
    try:
        await serve(till)
    except* (TillGone, BrokenPipeError):
        pass  # and with it all that is under way, as a lost line would be


if __name__ == "__main__":
    asyncio.run(main())
