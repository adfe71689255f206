"""The lane of look-ups: answers in order, counts every record, and says why it cannot."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, LookedUp, LookUp
from pos_terminal.domain.events.balances import VoucherBalance
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.system import TillStarted
from pos_terminal.domain.events.values import PreviousEnd, VoucherPurpose
from pos_terminal.domain.lookup.questions import VoucherWanted
from pos_terminal.journal.store import Journal
from pos_terminal.runtime.customers import Customers
from pos_terminal.runtime.lookup_lane import LookupLane
from pos_terminal.testing.running import run
from tests.support.journaling import IDENTITY, moment


async def unheard(_: object) -> None:
    """A journal that nobody tells anything."""


NOBODY = Customers(Path("/nowhere"), unheard)
STARTED = TillStarted(
    version="0.1.0", after=PreviousEnd.FIRST, configuration="ab" * 32, catalog="c0" * 32
)


def serving(
    state: Path,
    test: Callable[[LookupLane, Journal], Coroutine[None, None, None]],
    put: Callable[[Input], None],
    **waits: float,
) -> None:
    """A lane beside a journal that is written."""

    async def body() -> None:
        journal = Journal.open(state, IDENTITY)
        lane = LookupLane(state, put, NOBODY, **waits)  # type: ignore[arg-type]
        task = asyncio.get_running_loop().create_task(lane.run())
        try:
            await journal.append([STARTED], moment())
            await test(lane, journal)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await journal.close()

    run(body())


async def answer(said: asyncio.Queue[Input]) -> LookedUp:
    async with asyncio.timeout(30):
        found = await said.get()
    assert isinstance(found, LookedUp)
    return found


def test_every_record_before_the_question_counts(tmp_path: Path) -> None:
    said: asyncio.Queue[Input] = asyncio.Queue()

    async def test(lane: LookupLane, journal: Journal) -> None:
        for number in range(1, 4):
            moved = VoucherMoved(voucher="V1", purpose=VoucherPurpose.MULTI, amount=500)
            await journal.append([moved], moment(number))
            lane.ask(LookUp(number, VoucherWanted("V1")))
            found = await answer(said)
            assert found.request == number
            worth = VoucherBalance(
                voucher="V1", purpose=VoucherPurpose.MULTI, amount=500 * number
            )
            assert found.found == worth
        lane.ask(LookUp(8, VoucherWanted("V2")))
        lane.ask(LookUp(9, VoucherWanted("V1")))
        assert await answer(said) == LookedUp(8)
        assert (await answer(said)).request == 9

    serving(tmp_path, test, said.put_nowait)


def test_what_cannot_be_read_is_said_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said: asyncio.Queue[Input] = asyncio.Queue()

    async def test(lane: LookupLane, _: Journal) -> None:
        in_the_way = tmp_path / "projection.db"
        in_the_way.mkdir()
        lane.ask(LookUp(1, VoucherWanted("V1")))
        assert await answer(said) == LookedUp(1, fault=faults.PROJECTION_FAILED)
        assert "projection.db" in caplog.text
        in_the_way.rmdir()
        lane.ask(LookUp(2, VoucherWanted("V1")))
        assert await answer(said) == LookedUp(2)

    serving(tmp_path, test, said.put_nowait)


def test_who_waits_too_long_is_told(tmp_path: Path) -> None:
    said: asyncio.Queue[Input] = asyncio.Queue()

    async def test(lane: LookupLane, journal: Journal) -> None:
        moved = VoucherMoved(voucher="V1", purpose=VoucherPurpose.MULTI, amount=1)
        for _ in range(12):
            await journal.append([moved] * 100, moment(1))
        lane.ask(LookUp(1, VoucherWanted("V1")))
        assert await answer(said) == LookedUp(1, fault=faults.PROJECTION_BEHIND)
        lane.ask(LookUp(2, VoucherWanted("V1")))  # it is there by now
        whole = VoucherBalance(voucher="V1", purpose=VoucherPurpose.MULTI, amount=1200)
        assert await answer(said) == LookedUp(2, whole)

    serving(tmp_path, test, said.put_nowait, patience=-1.0)


def test_between_questions_it_takes_in_what_is_new(tmp_path: Path) -> None:
    async def test(_: LookupLane, __: Journal) -> None:
        async with asyncio.timeout(30):
            while not (tmp_path / "projection.db").exists():
                await asyncio.sleep(0.01)

    serving(tmp_path, test, lambda _: None, rest=0.01)
