"""The simulated payment terminal: the contract of its class, and what else it can be told to do."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import cast

import pytest

from pos_driver_sim import terminal as sim
from pos_driver_sim.bank import Card
from pos_driver_sim.payment import SimTerminalSettings, open_terminal
from pos_terminal.devices.errors import OutcomeUnknown
from pos_terminal.devices.payments import PaymentTerminal
from pos_terminal.domain.authorisation import Ending, Reason
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.payment_contract import (
    Act,
    PaymentContract,
    PaymentFarEnd,
    nobody,
    purchase,
)


class End(sim.TerminalEnd):
    """The far end, as the contract knows it."""

    tells_partial = True
    tells_abandoned = True
    notices = True

    @property
    def booked(self) -> Sequence[int]:
        return self.bank.moved

    def then(self, *acts: Act) -> None:
        for act in acts:
            if act is Act.LESS:
                self.card = Card(left=500)
                self.script(sim.Act.APPROVE)
            else:
                self.script(sim.Act(act))

    def open(self) -> AbstractAsyncContextManager[PaymentTerminal]:
        port = cast(int, self.settings["port"])
        return open_terminal(SimTerminalSettings(port=port, payment_time=10))


class TestSimTerminal(PaymentContract):
    run = staticmethod(run_hurried)

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[PaymentFarEnd]:
        async with End() as end:
            yield end


@pytest.mark.parametrize("act", [sim.Act.SILENT, sim.Act.GARBAGE, sim.Act.LOSE_AFTER])
def test_whatever_keeps_the_answer_away_leaves_it_unknown_and_booked(act: sim.Act) -> None:
    async def body() -> None:
        async with End() as end:
            end.script(act)
            settings = SimTerminalSettings(port=cast(int, end.settings["port"]), payment_time=0.2)
            async with open_terminal(settings) as terminal:
                with pytest.raises(OutcomeUnknown):
                    await terminal.authorise(purchase(1), nobody)
            assert end.bank.charged(purchase(1).reference) == (1234,)

    run_hurried(body())


def test_a_person_plays_the_customer() -> None:
    async def body() -> None:
        shown: list[int] = []
        async with End(on_change=lambda: shown.append(1)) as end, end.open() as terminal:
            end.always = sim.Act.WAIT
            async with asyncio.TaskGroup() as group:
                payment = group.create_task(terminal.authorise(purchase(1), nobody))
                async with asyncio.timeout(20):
                    while end.waiting is None:
                        await asyncio.sleep(0.001)
                assert end.waiting == purchase(1)
                end.decide(sim.Act.REFUSE)
            refused = payment.result()
            assert (refused.ending, refused.reason) == (Ending.REFUSED, Reason.REFUSED)
            assert (end.waiting, len(shown)) == (None, 2)
            with pytest.raises(ValueError, match="no order waits"):
                end.decide(sim.Act.APPROVE)

    run_hurried(body())


def test_a_late_answer_comes_though_the_till_asked_to_give_up() -> None:
    async def body() -> None:
        async with End() as end, end.open() as terminal:
            end.script(sim.Act.LATE)
            waits = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                order = group.create_task(terminal.authorise(purchase(1), lambda _: waits.set()))
                await waits.wait()
                await terminal.cancel()
                await asyncio.sleep(0)
                end.decide(sim.Act.APPROVE)
            assert order.result().cents == 1234

    run_hurried(body())
