"""The lane of a payment terminal: has it carry out orders, and finds out what became of them.

An order comes here once its intent is durable, and is sent once, whatever happens. What is not
certain then is asked of the terminal, opened anew where the line was lost, until it tells or time
is up; then a person decides, and may have it asked again.

What a terminal calls its last payment is durable before a byte of the order leaves, as the intent
is: without it nobody could tell after a power cut whether what it repeats answers this order.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import NoReturn

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.devices.errors import DeviceError, DeviceLost, OutcomeUnknown
from pos_terminal.devices.payments import Ability, PaymentTerminal
from pos_terminal.domain import faults
from pos_terminal.domain.authorisation import Order, Stage, masked, word
from pos_terminal.domain.counter.card_payments import order
from pos_terminal.domain.counter.steps import (
    AskTerminal,
    CancelPayment,
    EndTerminalDay,
    Input,
    PaymentEnded,
    PaymentStage,
    RecallPayment,
    TerminalDayEnded,
)
from pos_terminal.domain.events.payment import PaymentBegun, PaymentIntended
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.health.advice import advice
from pos_terminal.journal.errors import JournalError
from pos_terminal.persons.bridge import Append
from pos_terminal.runtime.port import Port

log = logging.getLogger(__name__)

Put = Callable[[Input], None]

AGAIN = 2.0
"""Seconds between two questions what became of an order: a terminal that was cut off starts in
about a minute, and one that is busy with the card should not be disturbed."""

LONG_ENOUGH = 90.0
"""Seconds for which it is asked before a person has to decide: a customer waits."""

MOST_STAGES = 100
"""Stages of one order that the clerk is shown. A terminal tells some ten; one that never stops must
not fill the till's queue, in which keys wait behind them."""


class MerchantSlip(Struct, frozen=True):
    """The merchant's copy of a card receipt, by the payment's reference."""

    ref: str
    lines: tuple[str, ...]


class _Asked(Struct, frozen=True):
    """An order to be sent, or one that may have been sent earlier; None: its day is to end."""

    intended: PaymentIntended | None
    sent: bool = False
    known: str = ""


class PaymentLane:
    """Serves one terminal. Orders take turns; to give up and to stop go past them."""

    def __init__(
        self,
        port: Port[PaymentTerminal],
        put: Put,
        record: Append,
        *,
        again: float = AGAIN,
        long_enough: float = LONG_ENOUGH,
    ) -> None:
        self.name = port.name
        self.slips: asyncio.Queue[MerchantSlip] = asyncio.Queue()
        self._port = port
        self._put = put
        self._record = record
        self._again = again
        self._long_enough = long_enough
        self._asked: asyncio.Queue[_Asked] = asyncio.Queue()
        self._given_up: asyncio.Queue[PaymentIntended] = asyncio.Queue()
        self._current = ""
        self._after: dict[str, str] = {}
        """What the terminal called its last payment, by the order that was to follow."""

    def ask(self, intended: PaymentIntended, known: str = "") -> None:
        """Have an order carried out that was never sent; call this once its intent is durable.

        A terminal that is `known` by a number and says another is asked nothing.
        """
        self._asked.put_nowait(_Asked(intended, sent=False, known=known))

    def recall(self, intended: PaymentIntended, after: str = "") -> None:
        """Find out what became of an order that may have been sent; `after` is from its record."""
        if after:
            self._after[intended.ref] = after
        self._asked.put_nowait(_Asked(intended, sent=True))

    def cancel(self, intended: PaymentIntended) -> None:
        """Ask the terminal to give this order up; what became of it is still told."""
        self._given_up.put_nowait(intended)

    def end_day(self) -> None:
        """Have the terminal close its day, behind what it is asked before."""
        self._asked.put_nowait(_Asked(None))

    async def run(self) -> NoReturn:
        """Serve for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._cancel())
            while True:
                asked = await self._asked.get()
                if asked.intended is None:
                    self._put(await self._end_day())
                    continue
                self._current = asked.intended.ref
                ended = await self._became(asked.intended, asked)
                self._put(ended)
                self._current = ""
                if ended.outcome and ended.outcome.merchant_slip:
                    self.slips.put_nowait(MerchantSlip(ended.ref, ended.outcome.merchant_slip))

    async def _cancel(self) -> NoReturn:
        while True:
            intended = await self._given_up.get()
            if intended.ref != self._current:
                continue  # it has ended, or waits for its turn: its answer says it
            try:
                async with self._port.use() as terminal:
                    await terminal.cancel()
            except DeviceError as error:  # the order itself tells what becomes of it
                log.warning("%s: %s", self.name, error)

    async def _end_day(self) -> TerminalDayEnded:
        try:
            totals = await self._port.do(lambda terminal: terminal.end_of_day())
        except DeviceError as error:
            return TerminalDayEnded(self.name, fault=error.fault)
        return TerminalDayEnded(self.name, replace(totals, terminal=word(totals.terminal)))

    async def _became(self, intended: PaymentIntended, asked: _Asked) -> PaymentEnded:
        ref = intended.ref
        if not asked.sent:
            try:
                return await self._authorise(intended, asked.known)
            except OutcomeUnknown as error:
                log.error("%s: %s: %s", self.name, ref, error.fault)
            except DeviceError as error:
                return PaymentEnded(ref, fault=error.fault)
        return await self._recall(intended)

    async def _authorise(self, intended: PaymentIntended, known: str) -> PaymentEnded:
        """How the order ended, or why it was not sent at all."""
        ref = intended.ref
        stages = iter(range(MOST_STAGES))

        def told(stage: Stage) -> None:
            if next(stages, None) is not None:
                self._put(PaymentStage(ref, stage))

        async def authorise(terminal: PaymentTerminal) -> PaymentEnded:
            if known and Ability.IDENTITY in terminal.abilities:
                said = word(await terminal.identity())
                if said != known:
                    return PaymentEnded(ref, fault=faults.TERMINAL_CHANGED, identity=said)
            # Before the order, since afterwards its own answer would be the last.
            fault = await self._begun(ref, await terminal.begin(self._order(intended)))
            if fault:
                return PaymentEnded(ref, fault=fault)
            return PaymentEnded(ref, masked(await terminal.authorise(self._order(intended), told)))

        try:
            return await self._port.do(authorise)
        except DeviceLost as error:
            # A driver that failed in the middle says nothing of the money.
            if error.fault is faults.INTERNAL:
                raise OutcomeUnknown(faults.PAYMENT_UNKNOWN) from error
            raise

    async def _begun(self, ref: str, last: str) -> Fault | None:
        """Write down what the last payment is called; the fault where that cannot be durable."""
        # What looks like a card's number, or has no end, is kept nowhere, and masked or cut it
        # would be another number, by which an older payment is taken for this one: then nothing is
        # concluded from it.
        after = last if word(last) == last else ""
        if after == self._after.get(ref, ""):
            return None  # nothing to write down, or written down before the line was lost
        self._after[ref] = after
        try:
            await self._record((PaymentBegun(ref=ref, after=after),))
        except JournalError as error:  # handed on as a value: it is none of the device's
            log.error("%s: %s: not sent: %s", self.name, ref, advice(error))
            return error.fault
        return None

    def _order(self, intended: PaymentIntended) -> Order:
        return replace(order(intended), after=self._after.get(intended.ref, ""))

    async def _recall(self, intended: PaymentIntended) -> PaymentEnded:
        """Ask until it tells, or says that it cannot; then nobody knows."""
        ref = intended.ref
        try:
            async with asyncio.timeout(self._long_enough):
                while True:
                    try:
                        return await self._once(intended)
                    except OutcomeUnknown:
                        break
                    except DeviceError as error:
                        log.warning("%s: %s: %s", self.name, ref, error.fault)
                    self._port.wake()
                    await asyncio.sleep(self._again)
        except TimeoutError:
            log.error("%s: %s: nobody knows what became of it", self.name, ref)
        return PaymentEnded(ref, fault=faults.PAYMENT_UNKNOWN, unknown=True)

    async def _once(self, intended: PaymentIntended) -> PaymentEnded:
        async with self._port.use() as terminal:
            if Ability.OUTCOME not in terminal.abilities:
                raise OutcomeUnknown(faults.PAYMENT_UNKNOWN)
            outcome = await terminal.outcome(self._order(intended))
        if outcome is None:
            return PaymentEnded(intended.ref, fault=faults.CARD_ABANDONED)
        return PaymentEnded(intended.ref, masked(outcome))


class PaymentLanes:
    """The lanes of all terminals, by the names that the settings give them."""

    def __init__(self, ports: dict[str, Port[PaymentTerminal]], put: Put, record: Append) -> None:
        self.slips: asyncio.Queue[MerchantSlip] = asyncio.Queue()
        self.lanes = {name: PaymentLane(port, put, record) for name, port in ports.items()}
        for lane in self.lanes.values():
            lane.slips = self.slips
        self._put = put

    def release(self, effect: AskTerminal | RecallPayment | CancelPayment | EndTerminalDay) -> None:
        """Have the terminal that it names do it."""
        if isinstance(effect, EndTerminalDay):
            if found := self.lanes.get(effect.terminal):
                found.end_day()
            return
        lane, intended = self.lanes.get(effect.intended.terminal), effect.intended
        match effect:
            case AskTerminal(known=known) if lane:
                lane.ask(intended, known)
            case AskTerminal():
                self._put(PaymentEnded(intended.ref, fault=faults.TERMINAL_OFFLINE))
            case RecallPayment(after=after) if lane:
                lane.recall(intended, after)
            case RecallPayment():  # of one that is in the settings no more nobody can tell
                self._put(PaymentEnded(intended.ref, fault=faults.PAYMENT_UNKNOWN, unknown=True))
            case CancelPayment() if lane:
                lane.cancel(intended)
