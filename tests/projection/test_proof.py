"""Answers that money follows from are what signed records say, whatever projection.db says."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import LookedUp, LookUp
from pos_terminal.domain.events.values import AccountMove, DepositNature
from pos_terminal.domain.lookup.questions import AccountWanted, DepositWanted, VoucherWanted, Wanted
from pos_terminal.journal.errors import JournalError
from pos_terminal.projection.comparison import must_agree
from pos_terminal.projection.store import Projection
from pos_terminal.projection.tables import NAME
from pos_terminal.runtime.lookup_lane import LookupLane
from tests.conftest import run
from tests.support.journaled import Line
from tests.support.season import lived

INVENTED = "INSERT INTO voucher VALUES ('aa', 'multi', 5000, '', 0, '', 0)"
FORGED = [
    (VoucherWanted("aa"), INVENTED),
    (
        DepositWanted("9999"),
        f"INSERT INTO deposit VALUES ('9999', '{DepositNature.EARNEST}', 0, 5000, 0)",
    ),
    (
        AccountWanted("ab" * 16),
        f"INSERT INTO account VALUES (3, '{'ab' * 16}', '{AccountMove.SETTLED}', -50, 'T', 1, 'x')",
    ),
]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("past")
    run(lived(directory, (3,), tickets=20))
    caught_up(directory).close()
    return directory


@pytest.fixture
def state(past: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(past, tmp_path / "state"))


def caught_up(state: Path) -> Projection:
    projection = Projection(state)
    while projection.advance():
        pass
    return projection


def edit(state: Path, statement: str) -> None:
    with sqlite3.connect(state / NAME) as db:
        db.execute(statement)
    db.close()


@pytest.mark.parametrize(("wanted", "statement"), FORGED)
def test_what_no_record_says_does_not_pay(state: Path, wanted: Wanted, statement: str) -> None:
    edit(state, statement)
    projection = caught_up(state)
    with pytest.raises(JournalError) as refused:
        projection.answer(wanted)
    assert refused.value.fault is faults.PROJECTION_FORGED
    projection.close()
    assert not (state / NAME).exists(), "it is made anew"
    again = caught_up(state)
    again.answer(wanted)
    again.close()
    must_agree(state)


def test_verify_says_where_the_projection_disagrees(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = Line(state, capsys)
    assert line("journal", "verify")[0] == 0
    edit(state, INVENTED)
    status, said = line("journal", "verify")
    assert (status, said["code"]) == (1, "J-119")
    assert "voucher : aa, multi, 5000" in said["detail"]


def test_a_till_compares_by_itself_and_answers_rightly_from_then_on(state: Path) -> None:
    edit(state, INVENTED)
    found: list[JournalError] = []
    answers: list[object] = []

    async def body() -> None:
        lane = LookupLane(state, answers.append, None, found.append)  # type: ignore[arg-type]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(lane.compare_always(lambda: True))]
            while not found:
                await asyncio.sleep(0.05)
            tasks.append(group.create_task(lane.run()))
            lane.ask(LookUp(1, VoucherWanted("aa")))
            while not answers:
                await asyncio.sleep(0.05)
            for task in tasks:
                task.cancel()

    run(body())
    assert [each.fault for each in found] == [faults.PROJECTION_FORGED]
    assert answers == [LookedUp(1)], "there is no such voucher"
    must_agree(state)
