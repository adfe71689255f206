"""What every payment terminal must do, whatever drives it. Subclass, and supply the far end.

class TestMyTerminal(PaymentContract):
    @asynccontextmanager
    async def far_end(self): ...

How it fares when the dialogue is cut at each of its bytes is `pos_terminal.testing.payments`.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol

import pytest
from msgspec.structs import replace

from pos_terminal.devices.errors import DeviceError, DeviceLost, DeviceRefused, OutcomeUnknown
from pos_terminal.devices.payments import Ability, PaymentTerminal
from pos_terminal.domain import faults
from pos_terminal.domain.authorisation import Ending, Order, Original, Outcome, Service, Stage
from pos_terminal.domain.money import Cents
from pos_terminal.testing.running import PATIENCE, run


class Act(StrEnum):
    """What becomes of the next order at the far end."""

    APPROVE = "approve"
    LESS = "less"
    """Approved, but half of what was asked, rounded down: the card had no more on it."""

    REFUSE = "refuse"
    ABANDON = "abandon"
    """The customer presses the red button."""

    WAIT = "wait"
    """Nobody does anything, until the till asks to give up: then it is abandoned."""

    LOSE_AFTER = "lose-after"
    """The line is cut once the money has moved, before a byte of the answer."""

    BUSY = "busy"
    """The terminal does something else, and takes no order."""


class PaymentFarEnd(Protocol):
    """A payment terminal under test, with its customer and its bank.

    `booked` are the cents that moved, in their order: to the shop where they are positive.
    `tells_partial`: its protocol can approve less than was asked; `tells_abandoned`: it knows that
    from refused; `notices`: its line stands between orders, so that a loss is seen without one.
    """

    tells_partial: bool
    tells_abandoned: bool
    notices: bool

    @property
    def booked(self) -> Sequence[int]:
        """What the bank has really moved."""

    def then(self, *acts: Act) -> None:
        """What becomes of the next orders; those after them are approved."""

    def open(self) -> AbstractAsyncContextManager[PaymentTerminal]:
        """The driver's way to open it."""

    async def unplug(self) -> None:
        """Cut the line."""

    async def replug(self) -> None:
        """Mend it; what the terminal had on its screen is given up."""


def nobody(_: Stage) -> None:
    """Takes no notice of how far an order is."""


def purchase(number: int, cents: int = 1234) -> Order:
    """The order of that number."""
    return Order(reference=f"A{number:09d}", cents=Cents(cents))


class PaymentContract:
    """Subclass it and override `far_end`.

    `run` runs each body; `hurried.run_hurried` does so without waiting, where the far end is in its
    loop.
    """

    run = staticmethod(run)

    def far_end(self) -> AbstractAsyncContextManager[PaymentFarEnd]:
        """A terminal, plugged in, at rest, that knows of no order."""
        raise NotImplementedError

    def test_a_payment_is_what_the_bank_has_booked(self) -> None:
        """Approved to the cent, one after the other, each once."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as terminal, asyncio.timeout(PATIENCE):
                for number, cents in enumerate((1, 1234, 99_999), 1):
                    outcome = await terminal.authorise(purchase(number, cents), nobody)
                    assert (outcome.ending, outcome.cents) == (Ending.APPROVED, cents)
                assert list(end.booked) == [1, 1234, 99_999]

        self.run(body())

    def test_its_own_number_is_the_one_that_its_answers_bear(self) -> None:
        """None from one that tells it with a payment alone, if at all."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as terminal, asyncio.timeout(PATIENCE):
                number = await terminal.identity()
                paid = await terminal.authorise(purchase(1), nobody)
                assert number in ("", paid.terminal)
                assert list(end.booked) == [1234]

        self.run(body())

    def test_no_is_an_answer_and_moves_nothing(self) -> None:
        """Refused and abandoned are answers, told apart where the protocol does."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as terminal, asyncio.timeout(PATIENCE):
                end.then(Act.REFUSE, Act.ABANDON)
                refused = await terminal.authorise(purchase(1), nobody)
                abandoned = await terminal.authorise(purchase(2), nobody)
                endings = [refused.ending, abandoned.ending]
                if end.tells_abandoned:
                    assert endings == [Ending.REFUSED, Ending.ABANDONED]
                assert Ending.APPROVED not in endings
                assert (refused.cents, abandoned.cents, list(end.booked)) == (0, 0, [])
                assert (await terminal.authorise(purchase(3), nobody)).cents == 1234

        self.run(body())

    def test_less_than_asked_is_said(self) -> None:
        """The customer's card had only so much on it: that much was paid, and no more."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as terminal, asyncio.timeout(PATIENCE):
                if end.tells_partial:
                    end.then(Act.LESS)
                    outcome = await terminal.authorise(purchase(1, 1001), nobody)
                    assert (outcome.ending, outcome.cents) == (Ending.APPROVED, 500)
                    assert list(end.booked) == [500]

        self.run(body())

    def test_a_line_lost_after_the_money_moved_is_unknown_until_it_is_asked(self) -> None:
        """And asking gives the answer, or says that nobody can tell; never «no such payment»."""

        async def body() -> None:
            async with self.far_end() as end, asyncio.timeout(PATIENCE):
                async with end.open() as terminal:
                    order = purchase(1)
                    order = replace(order, after=await terminal.begin(order))
                    end.then(Act.LOSE_AFTER)
                    with pytest.raises(OutcomeUnknown) as unknown:
                        await terminal.authorise(order, nobody)
                    assert unknown.value.fault == faults.PAYMENT_UNKNOWN
                await end.replug()
                async with end.open() as terminal:
                    found = await _asked(terminal, order)
                    if Ability.OUTCOME in terminal.abilities:
                        assert isinstance(found, Outcome)
                        assert (found.ending, found.cents) == (Ending.APPROVED, 1234)
                    else:
                        assert isinstance(found, OutcomeUnknown)
                assert list(end.booked) == [1234]

        self.run(body())

    def test_an_order_that_never_came_is_known_not_to_be_there_or_unknown(self) -> None:
        """None only from a terminal that is sure; and asking moves no money."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as terminal, asyncio.timeout(PATIENCE):
                await terminal.authorise(purchase(1, 100), nobody)
                order = purchase(2, 200)
                order = replace(order, after=await terminal.begin(order))
                found = await _asked(terminal, order)
                assert found is None or isinstance(found, OutcomeUnknown)
                assert list(end.booked) == [100]

        self.run(body())

    def test_the_customer_walks_away(self) -> None:
        """The till asks to give up, the order ends, and the terminal takes the next one."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as terminal, asyncio.timeout(PATIENCE):
                await terminal.cancel()  # with no order under way: nothing
                if Ability.CANCEL not in terminal.abilities:
                    return
                end.then(Act.WAIT)
                waits = asyncio.Event()
                async with asyncio.TaskGroup() as group:
                    order = group.create_task(
                        terminal.authorise(purchase(1), lambda _: waits.set())
                    )
                    await waits.wait()
                    await terminal.cancel()
                assert order.result().ending is Ending.ABANDONED
                assert (await terminal.authorise(purchase(2), nobody)).cents == 1234
                assert list(end.booked) == [1234]

        self.run(body())

    def test_a_busy_terminal_takes_no_order(self) -> None:
        """It says so, nothing moves, and later it takes the same order."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as terminal, asyncio.timeout(PATIENCE):
                end.then(Act.BUSY)
                with pytest.raises(DeviceRefused) as busy:
                    await terminal.authorise(purchase(1), nobody)
                assert busy.value.fault == faults.TERMINAL_BUSY
                assert list(end.booked) == []
                assert (await terminal.authorise(purchase(1), nobody)).cents == 1234

        self.run(body())

    def test_money_goes_back(self) -> None:
        """A refund and a reversal, where it has words for them; else TERMINAL_UNABLE, and none."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as terminal, asyncio.timeout(PATIENCE):
                paid = await terminal.authorise(purchase(1), nobody)
                original = Original(
                    reference=purchase(1).reference, cents=paid.cents, number=paid.number,
                    authorisation=paid.authorisation, last_four=paid.last_four,
                )  # fmt: skip
                booked = [1234]
                for number, service, ability, cents in (
                    (2, Service.REFUND, Ability.REFUND, 234),
                    (3, Service.REVERSAL, Ability.REVERSAL, 1234),
                ):
                    order = Order(reference=f"A{number:09d}", cents=Cents(cents), service=service,
                                  original=original)  # fmt: skip
                    if ability in terminal.abilities:
                        back = await terminal.authorise(order, nobody)
                        assert (back.ending, back.cents) == (Ending.APPROVED, cents)
                        booked.append(-cents)
                    else:
                        with pytest.raises(DeviceRefused) as unable:
                            await terminal.authorise(order, nobody)
                        assert unable.value.fault == faults.TERMINAL_UNABLE
                assert list(end.booked) == booked

        self.run(body())

    def test_its_day_adds_up(self) -> None:
        """What it says it moved is what the bank has; one without words for it says so."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as terminal, asyncio.timeout(PATIENCE):
                await terminal.authorise(purchase(1, 500), nobody)
                await terminal.authorise(purchase(2, 250), nobody)
                if Ability.END_OF_DAY not in terminal.abilities:
                    with pytest.raises(DeviceRefused) as unable:
                        await terminal.end_of_day()
                    assert unable.value.fault == faults.TERMINAL_UNABLE
                    return
                totals = await terminal.end_of_day()
                if totals.known:
                    bought = [each for each in totals.sums if each.service is Service.PURCHASE]
                    assert sum(each.cents for each in bought) == sum(end.booked) == 750
                    assert sum(each.count for each in bought) == 2

        self.run(body())

    def test_unplug_replug_pay(self) -> None:
        """A loss is noticed, an order says that it was not sent, and a replugged terminal pays."""

        async def body() -> None:
            async with self.far_end() as end, asyncio.timeout(PATIENCE):
                async with end.open() as terminal:
                    await end.unplug()
                    with pytest.raises(DeviceLost) as lost:
                        if end.notices:
                            await terminal.gone()
                        await terminal.authorise(purchase(1), nobody)
                    assert lost.value.fault == faults.TERMINAL_OFFLINE
                with pytest.raises(DeviceLost):
                    async with end.open() as terminal:
                        await terminal.authorise(purchase(1), nobody)
                await end.replug()
                async with end.open() as terminal:
                    assert (await terminal.authorise(purchase(1), nobody)).cents == 1234
                assert list(end.booked) == [1234]

        self.run(body())


async def _asked(terminal: PaymentTerminal, order: Order) -> Outcome | DeviceError | None:
    try:
        return await terminal.outcome(order)
    except OutcomeUnknown as unknown:
        return unknown
