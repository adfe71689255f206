"""The lane of look-ups: answers in order, counts every record, and says why it cannot."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, LookedUp, LookUp
from pos_terminal.domain.events.balances import VoucherBalance
from pos_terminal.domain.events.event import SERIES
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.sale import SaleOpened
from pos_terminal.domain.events.stock import StockMoved
from pos_terminal.domain.events.system import TillStarted
from pos_terminal.domain.events.values import MovementCause, PreviousEnd, VoucherPurpose
from pos_terminal.domain.lookup.questions import (
    StockHeld,
    StockWanted,
    TicketWanted,
    VoucherWanted,
)
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.store import Journal
from pos_terminal.runtime.customers import Customers
from pos_terminal.runtime.lookup_lane import LookupLane
from pos_terminal.testing.running import run
from tests.support.journaling import CATALOG, IDENTITY, closed, database, moment, tamper_beside


async def unheard(_: object) -> None:
    """A journal that nobody tells anything."""


TICKET = [SaleOpened(sale=1, catalog=CATALOG), closed(1, 1, 500)]
FLIPPED = (
    "UPDATE journal SET rec = CAST(replace(CAST(rec AS TEXT), '\"op\":0', '\"op\":1') AS BLOB) "
    "WHERE kind = 'sale.closed'"
)
NOBODY = Customers(Path("/nowhere"), unheard)
STARTED = TillStarted(
    version="0.1.0", after=PreviousEnd.FIRST, configuration="ab" * 32, catalog="c0" * 32
)


def serving(
    state: Path,
    test: Callable[[LookupLane, Journal], Coroutine[None, None, None]],
    put: Callable[[Input], None],
    **waits: float,
) -> list[JournalError]:
    """A lane beside a journal that is written; the damage that it found."""
    damage: list[JournalError] = []

    async def body() -> None:
        journal = Journal.open(state, IDENTITY)
        lane = LookupLane(state, put, NOBODY, damage.append, **waits)  # type: ignore[arg-type]
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
    return damage


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


@pytest.mark.parametrize("taken", [True, False])
def test_a_damaged_record_is_a_fault_and_a_finding(tmp_path: Path, *, taken: bool) -> None:
    said: asyncio.Queue[Input] = asyncio.Queue()
    wanted = TicketWanted(SERIES, 1)

    async def test(lane: LookupLane, journal: Journal) -> None:
        await journal.append(TICKET, moment())
        if taken:
            lane.ask(LookUp(1, wanted))
            assert (await answer(said)).fault is None
        tamper_beside(database(tmp_path), FLIPPED)
        for request in (2, 3):
            lane.ask(LookUp(request, wanted))
            assert await answer(said) == LookedUp(request, fault=faults.JOURNAL_DAMAGED)

    damage = serving(tmp_path, test, said.put_nowait)
    assert {error.detail for error in damage} == {
        "écriture 4 : ses octets ne sont pas ceux de son empreinte"
    }


def test_a_projection_that_lies_is_made_anew(tmp_path: Path) -> None:
    said: asyncio.Queue[Input] = asyncio.Queue()

    async def test(lane: LookupLane, journal: Journal) -> None:
        moved = StockMoved(plu="1", cause=MovementCause.DELIVERED, numerator=3, denominator=1)
        await journal.append([moved], moment())
        lane.ask(LookUp(1, StockWanted(("1",))))
        held = (await answer(said)).found
        assert isinstance(held, StockHeld) and held.stock[0].numerator == 3
        tamper_beside(tmp_path / "projection.db", "UPDATE stock SET numerator = '3x'")
        lane.ask(LookUp(2, StockWanted(("1",))))
        assert await answer(said) == LookedUp(2, fault=faults.PROJECTION_FAILED)
        lane.ask(LookUp(3, StockWanted(("1",))))
        assert await answer(said) == LookedUp(3, held)

    damage = serving(tmp_path, test, said.put_nowait)
    assert [error.fault for error in damage] == [faults.PROJECTION_FAILED]
