"""A terminal that repeats only its last answer, without a reference: what tells it from an older.

The payment before is always of the same sum, so that only its number tells.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pos_driver_payments.zvt import ZvtSettings, open_terminal
from pos_driver_sim.card.machine import Act
from pos_driver_sim.card.wires import TcpTerminal
from pos_driver_sim.card.zvt import ZvtEnd
from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.payments import PaymentTerminal
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, PaymentEnded
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import PaymentAnswered, PaymentBegun, PaymentIntended
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import PaymentOutcome
from pos_terminal.journal.errors import JournalFailed
from pos_terminal.runtime.payment_lane import PaymentLane
from pos_terminal.runtime.port import Port
from pos_terminal.testing.payment_contract import nobody, purchase
from tests.conftest import run
from tests.support.shop import open_shop
from tests.support.toys import until

INTENDED = PaymentIntended(sale=1, ref="A000000101", tender="CARD", amount=1234, terminal="tpe")


async def asked(
    end: TcpTerminal, record: Callable[[Sequence[Event]], Awaitable[None]]
) -> PaymentEnded:
    """What a lane tells of its order, another payment being the terminal's last."""
    told: list[Input] = []
    port_number = end.settings["port"]
    assert isinstance(port_number, int)
    settings = ZvtSettings(host="127.0.0.1", port=port_number, payment_time=5.0)

    @asynccontextmanager
    async def opened() -> AsyncIterator[PaymentTerminal]:
        async with open_terminal(settings) as terminal:
            yield terminal

    async with opened() as terminal:
        await terminal.authorise(purchase(1), nobody)
    end.machine.bank.bookings.clear()
    port = Port("tpe", DeviceClass.PAYMENT_TERMINAL, opened, stayed=0.0)
    lane = PaymentLane(port, told.append, record, again=0.02, long_enough=5.0)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in (port.run(), lane.run())]
        lane.ask(INTENDED)
        await until(lambda: any(isinstance(each, PaymentEnded) for each in told))
        for task in tasks:
            task.cancel()
    return next(each for each in told if isinstance(each, PaymentEnded))


@pytest.mark.parametrize(
    ("act", "fault", "moved"),
    [(Act.LOSE_AFTER, None, [1234]), (Act.LOSE_BEFORE, faults.CARD_ABANDONED, [])],
)
def test_its_answer_is_told_from_the_one_before(
    act: Act, fault: faults.Fault | None, moved: list[int]
) -> None:
    async def scenario() -> None:
        recorded: list[Event] = []

        async def record(events: Sequence[Event]) -> None:
            assert end.machine.deals[1:] == []  # before the order
            recorded.extend(events)
            end.machine.script(act)

        async with TcpTerminal(ZvtEnd()) as end:
            ended = await asked(end, record)
            assert end.machine.moved == moved
            assert recorded == [PaymentBegun(ref=INTENDED.ref, after="0470-000470")]
        assert ended.fault == fault
        assert (ended.outcome.cents if ended.outcome else 0) == sum(moved)

    run(scenario())


def test_nothing_is_sent_where_that_cannot_be_written_down() -> None:
    async def scenario() -> None:
        async def record(events: Sequence[Event]) -> None:
            raise JournalFailed(faults.JOURNAL_FAILED, "no room")

        async with TcpTerminal(ZvtEnd()) as end:
            ended = await asked(end, record)
            assert end.machine.deals[1:] == []
        assert ended == PaymentEnded(INTENDED.ref, fault=faults.JOURNAL_FAILED)

    run(scenario())


@pytest.mark.parametrize("act", [Act.SILENT, Act.WAIT])
def test_a_start_settles_what_was_asked_before_it(tmp_path: Path, act: Act) -> None:
    """Stopped before the answer came; the terminal knows whether the money moved, and is asked."""

    moves = act is Act.SILENT

    async def body() -> None:
        async with TcpTerminal(ZvtEnd()) as end:
            machine = end.machine
            table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in end.settings.items())
            more = (
                f'\n[devices.card]\nclass = "payment-terminal"\n{table}'
                '\n[[terminals]]\ndevice = "card"\ntenders = ["CARD"]\n'
                '\n[[terminals]]\ndevice = "tpe"\ntenders = ["TR"]\n'
            )
            async with open_shop(tmp_path, more=more, plugins=["zvt"]) as shop:
                await shop.type("5 PLU CARD")
                await shop.journaled(PaymentAnswered)
                machine.script(act)
                await shop.type("5 PLU CARD")
                await until(lambda: len(machine.moved) == 2 if moves else bool(machine.waiting))
            machine.power_cycle()  # the card that was waited for is gone
            async with open_shop(tmp_path, more=more, plugins=["zvt"]) as shop:
                _, answered = await shop.journaled(PaymentAnswered, 2)
                paid = PaymentOutcome.PAID if moves else PaymentOutcome.REFUSED
                assert answered.outcome is paid
                if not moves:
                    await shop.type("C CARD")
                tickets = await shop.journaled(SaleClosed, 2)
            assert [ticket.total for ticket in tickets] == machine.moved == [800, 800]

    run(body())
