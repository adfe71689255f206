"""A payment terminal that a dialogue is held with: the thin shell around the protocols.

Here stands, once for all of them, what an error means: nothing was asked as long as no byte of the
order has left, and afterwards whatever is no whole, final and credible answer is unknown.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar

from pos_driver_payments.pinned import LinkForeign
from pos_driver_payments.talk import (
    WITHDRAWN,
    AnswerError,
    Aside,
    HangUp,
    Hear,
    Heard,
    NotTaken,
    Pause,
    Send,
    Settle,
    Speech,
    Talk,
    Tell,
)
from pos_terminal.devices.errors import (
    DeviceError,
    DeviceLost,
    DeviceRefused,
    DeviceTimeout,
    OutcomeUnknown,
)
from pos_terminal.devices.payments import Ability, Told
from pos_terminal.domain.authorisation import Order, Outcome, Service, Totals
from pos_terminal.domain.faults import (
    DEVICE_FORBIDDEN,
    PAYMENT_UNKNOWN,
    TERMINAL_ANSWER,
    TERMINAL_BUSY,
    TERMINAL_CHANGED,
    TERMINAL_MUTE,
    TERMINAL_OFFLINE,
    TERMINAL_UNABLE,
)
from pos_terminal.links.faults import opened
from pos_terminal.links.link import Link, LinkForbidden, LinkLost, LinkStalled
from pos_terminal.links.tcp import tcp_link

T = TypeVar("T")

Dial = Callable[[], AbstractAsyncContextManager[Link]]
"""Opens a line, for as long as its block runs; LinkLost when that cannot be."""

QUESTION = 60.0
"""Seconds for all of a dialogue that waits for no customer: an end of day asks the bank."""

NEEDS = {Service.REFUND: Ability.REFUND, Service.REVERSAL: Ability.REVERSAL}


@asynccontextmanager
async def listening(host: str, port: int) -> AsyncIterator[Dial]:
    """A terminal on the network, with a line for each dialogue. DeviceLost where none listens."""

    def dial() -> AbstractAsyncContextManager[Link]:
        return tcp_link(host, port)

    async with opened(dial(), TERMINAL_OFFLINE):
        pass  # that it is there; some take one caller at a time
    yield dial


class _Call:
    """One dialogue: whether the order has left, and what has been settled."""

    def __init__(self) -> None:
        self.ordered = False
        self.settled: Any = None


class TalkingTerminal:
    """One terminal that is spoken to over lines of `dial`'s; `payment_time` bounds an order.

    `line` is the one that stands between orders, where there is one.
    """

    def __init__(
        self, dial: Dial, speech: Speech, payment_time: float, line: Link | None = None
    ) -> None:
        self._dial = dial
        self._line = line
        self._speech = speech
        self._payment_time = payment_time
        self._turn = asyncio.Lock()
        self._withdrawn = False
        self._waiting: asyncio.Timeout | None = None

    @property
    def abilities(self) -> frozenset[Ability]:
        """See `PaymentTerminal.abilities`."""
        return self._speech.abilities

    async def gone(self) -> None:
        """See `Device.gone`: with a line for each order there is none to be lost in between."""
        await (self._line.gone() if self._line else asyncio.get_running_loop().create_future())

    async def identity(self) -> str:
        """See `PaymentTerminal.identity`."""
        return await self._hold(self._speech.identity(), QUESTION)

    async def begin(self, order: Order) -> str:
        """See `PaymentTerminal.begin`."""
        return await self._hold(self._speech.begin(order), QUESTION)

    async def authorise(self, order: Order, told: Told) -> Outcome:
        """See `PaymentTerminal.authorise`."""
        need = NEEDS.get(order.service)
        if need and need not in self.abilities:
            raise DeviceRefused(TERMINAL_UNABLE, order.service)
        return await self._hold(self._speech.authorise(order), self._payment_time, told)

    async def outcome(self, order: Order) -> Outcome | None:
        """See `PaymentTerminal.outcome`."""
        if Ability.OUTCOME not in self.abilities:
            raise OutcomeUnknown(PAYMENT_UNKNOWN)  # nor is anybody disturbed for it
        try:
            return await self._hold(self._speech.outcome(order), QUESTION)
        except DeviceRefused as error:
            if error.fault is TERMINAL_BUSY:
                raise
            # It was asked, and what it said tells nothing of the order.
            raise OutcomeUnknown(PAYMENT_UNKNOWN, str(error)) from error

    async def cancel(self) -> None:
        """See `PaymentTerminal.cancel`: the dialogue under way hears of it where it waits."""
        if self._turn.locked() and Ability.CANCEL in self.abilities:
            self._withdrawn = True
            if self._waiting is not None:
                self._waiting.reschedule(asyncio.get_running_loop().time())

    async def end_of_day(self) -> Totals:
        """See `PaymentTerminal.end_of_day`."""
        if Ability.END_OF_DAY not in self.abilities:
            raise DeviceRefused(TERMINAL_UNABLE)
        return await self._hold(self._speech.end_of_day(), QUESTION)

    async def _hold(self, talk: Talk[T], seconds: float, told: Told = lambda _: None) -> T:
        """One dialogue, over a line of its own."""
        if self._turn.locked():
            raise DeviceRefused(TERMINAL_BUSY)
        async with self._turn:
            self._withdrawn = False
            call = _Call()
            try:
                async with AsyncExitStack() as stack, asyncio.timeout(seconds):
                    return await self._converse(stack, talk, call, told)
            except (LinkLost, TimeoutError, AnswerError, NotTaken) as error:
                if call.settled is not None and not isinstance(error, AnswerError):
                    # Only courtesies were left: what the terminal said is final.
                    settled: T = call.settled
                    return settled
                raise _meaning(error, ordered=call.ordered) from error
            finally:
                talk.close()

    async def _converse(self, stack: AsyncExitStack, talk: Talk[T], call: _Call, told: Told) -> T:
        heard: Heard = None
        link: Link | None = None
        while True:
            try:
                step = talk.send(heard)
            except StopIteration as end:
                answer: T = end.value
                return answer
            heard = None
            if link is None and isinstance(step, Send | Hear):
                # Now, and not before: a question without words disturbs no terminal.
                link = await stack.enter_async_context(self._dial())
            match step:
                case Send(data, orders):
                    assert link is not None
                    await self._send(link, data, call, orders=orders)
                case Hear(seconds):
                    assert link is not None
                    heard = await self._hear(link, seconds)
                case HangUp():
                    await stack.aclose()
                    link = None
                case Pause(seconds):
                    heard = await self._wait(asyncio.get_running_loop().create_future, seconds)
                case Aside(data, seconds):
                    await self._aside(data, seconds)
                case Tell(stage):
                    told(stage)
                case Settle(answer):
                    call.settled = answer

    async def _send(self, link: Link, data: bytes, call: _Call, *, orders: bool) -> None:
        # A line that is never empty would let nobody else have a turn.
        await asyncio.sleep(0)
        ordered = call.ordered
        # Before the send: one that is broken off may have let the order out.
        call.ordered |= orders
        try:
            await link.send(data)
        except LinkLost as error:
            if error.untouched:
                call.ordered = ordered
            raise
        except LinkStalled as error:
            if not error.sent:
                call.ordered = ordered
            raise

    async def _hear(self, link: Link, seconds: float) -> Heard:
        if not seconds:
            return link.drain_input() or None
        return await self._wait(link.receive, seconds)

    async def _aside(self, data: bytes, seconds: float) -> None:
        # What comes of it the order's own line says, so that no loss of this one matters.
        with suppress(LinkLost, LinkStalled, TimeoutError):
            async with asyncio.timeout(seconds), self._dial() as link:
                await link.send(data)
                await link.receive()

    async def _wait(self, what: Callable[[], Awaitable[bytes]], seconds: float) -> Heard:
        if not self._withdrawn:
            try:
                async with asyncio.timeout(seconds) as self._waiting:
                    return await what()
            except TimeoutError:
                pass  # a silence, or the till has given up: `cancel` ends the wait
            finally:
                self._waiting = None
        if self._withdrawn:
            self._withdrawn = False
            return WITHDRAWN
        return None


def _meaning(error: Exception, *, ordered: bool) -> DeviceError:
    """What the caller is told of a dialogue that came to no answer."""
    if isinstance(error, NotTaken):
        # Said in so many words, so it holds even after the order has left.
        fault = TERMINAL_BUSY if error.busy else TERMINAL_ANSWER
        return DeviceRefused(TERMINAL_UNABLE if error.unable else fault, str(error))
    if ordered:
        return OutcomeUnknown(PAYMENT_UNKNOWN, str(error))
    if isinstance(error, LinkForeign):
        return DeviceLost(TERMINAL_CHANGED, str(error))
    if isinstance(error, LinkForbidden):
        return DeviceLost(DEVICE_FORBIDDEN, str(error))
    if isinstance(error, LinkLost):
        return DeviceLost(TERMINAL_OFFLINE, str(error))
    if isinstance(error, AnswerError):
        return DeviceRefused(TERMINAL_ANSWER, str(error))
    return DeviceTimeout(TERMINAL_MUTE, str(error))
