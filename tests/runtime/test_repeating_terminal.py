"""A terminal that repeats only its last answer, without a reference, behind the till's lane."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from pos_driver_payments.zvt import ZvtSettings, open_terminal
from pos_driver_sim.card.machine import Act
from pos_driver_sim.card.wires import TcpTerminal
from pos_driver_sim.card.zvt import ZvtEnd
from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.payments import PaymentTerminal
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, PaymentEnded
from pos_terminal.domain.events.payment import PaymentIntended
from pos_terminal.runtime.payment_lane import PaymentLane
from pos_terminal.runtime.port import Port
from pos_terminal.testing.payment_contract import nobody, purchase
from tests.conftest import run
from tests.support.toys import until

INTENDED = PaymentIntended(sale=1, ref="A000000101", tender="CARD", amount=1234, terminal="tpe")


@pytest.mark.parametrize(
    ("act", "fault", "moved"),
    [(Act.LOSE_AFTER, None, [1234]), (Act.LOSE_BEFORE, faults.CARD_ABANDONED, [])],
)
def test_its_answer_is_told_from_the_one_before(
    act: Act, fault: faults.Fault | None, moved: list[int]
) -> None:
    """The payment before was of the same sum, so that only its number tells."""
    told: list[Input] = []

    async def scenario() -> None:
        async with TcpTerminal(ZvtEnd()) as end:
            port_number = end.settings["port"]
            assert isinstance(port_number, int)
            settings = ZvtSettings(host="127.0.0.1", port=port_number, payment_time=5.0)

            @asynccontextmanager
            async def opened() -> AsyncIterator[PaymentTerminal]:
                async with open_terminal(settings) as terminal:
                    yield terminal

            async with opened() as terminal:
                await terminal.authorise(purchase(1), nobody)
            end.machine.book.clear()
            end.machine.script(act)
            port = Port("tpe", DeviceClass.PAYMENT_TERMINAL, opened, stayed=0.0)
            lane = PaymentLane(port, told.append, again=0.02, long_enough=5.0)
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work) for work in (port.run(), lane.run())]
                lane.ask(INTENDED)
                await until(lambda: any(isinstance(each, PaymentEnded) for each in told))
                for task in tasks:
                    task.cancel()
            assert end.machine.book == moved

    run(scenario())
    ended = next(each for each in told if isinstance(each, PaymentEnded))
    assert ended.fault == fault
    assert (ended.outcome.cents if ended.outcome else 0) == sum(moved)
