"""The agent's book of incidents: what is told outlasts the agent, numbered, and nothing is lost."""

import asyncio
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from pos_terminal.agent.incidents import SCHEMA, IncidentBook
from pos_terminal.agent.stores import Stores
from pos_terminal.domain import faults
from pos_terminal.testing.running import PATIENCE, run
from tests.support.agent import SetClock, stores


async def opened(found: Stores, clock: SetClock) -> IncidentBook:
    return await IncidentBook.open(found.worker("agent", SCHEMA), clock)


async def told(book: IncidentBook, after: int, count: int) -> list[tuple[int, str, str]]:
    found = []
    async with asyncio.timeout(PATIENCE):
        async for place, change in book.changes(after):
            found.append((place, change.what.value, change.incident.subject))
            if len(found) == count:
                break
    return found


def test_what_is_told_is_numbered_and_outlasts_the_agent(tmp_path: Path) -> None:
    clock = SetClock()

    async def body() -> None:
        async with stores(tmp_path) as found:
            book = await opened(found, clock)
            book.report("printer", faults.PAPER_OUT, "first")
            clock.go(10)
            await book.advance()
            assert await told(book, 0, 1) == [(1, "opened", "printer")]
        async with stores(tmp_path) as found:
            book = await opened(found, clock)
            (row,) = book
            assert (row.subject, row.fault, row.detail) == ("printer", faults.PAPER_OUT, "first")
            clock.go(10)
            await book.advance()
            assert book.place == 1, "an agent that was started again tells nothing twice"
            book.recover("printer", faults.PAPER_OUT)
            await book.advance()
            assert await told(book, 0, 2) == [(1, "opened", "printer"), (2, "recovered", "printer")]
            assert await told(book, 1, 1) == [(2, "recovered", "printer")]
            assert list(book) == []

    run(body())


def test_whoever_waits_hears_at_once(tmp_path: Path) -> None:
    clock = SetClock()

    async def body() -> None:
        async with stores(tmp_path) as found, asyncio.TaskGroup() as group:
            book = await opened(found, clock)
            waiting = group.create_task(told(book, 0, 1))
            await asyncio.sleep(0)
            book.report("till", faults.TILL_SILENT)
            clock.go(5)
            await book.advance()
            assert await waiting == [(1, "opened", "till")]

    run(body())


def test_a_disk_that_takes_nothing_delays_what_is_told_and_loses_none(tmp_path: Path) -> None:
    clock = SetClock()
    path = tmp_path / "agent.db"

    async def body() -> None:
        async with stores(tmp_path) as found:
            book = await opened(found, clock)
            book.report("till", faults.TILL_SILENT)
            clock.go(10)
            with closing(apsw.Connection(str(path))) as other:
                other.execute("CREATE TRIGGER full BEFORE INSERT ON change BEGIN "
                              "SELECT RAISE(ABORT, 'no room'); END")  # fmt: skip
            with pytest.raises(apsw.ConstraintError, match="no room"):
                await book.advance()
            with closing(apsw.Connection(str(path))) as other:
                other.execute("DROP TRIGGER full")
            clock.go(1)
            await book.advance()
            assert await told(book, 0, 1) == [(1, "opened", "till")]
            assert book.place == 1

    run(body())


def test_repetitions_wear_no_card_out(tmp_path: Path) -> None:
    clock = SetClock()

    async def body() -> None:
        async with stores(tmp_path) as found:
            worker = found.worker("agent", SCHEMA)
            book = await IncidentBook.open(worker, clock)
            book.report("heat", faults.BOX_HOT)
            clock.go(10)
            await book.advance()
            before = await worker.do(lambda db: db.total_changes())
            for _ in range(600):
                clock.go(0.5)
                book.report("heat", faults.BOX_HOT, f"at {clock.at}")
                await book.advance()
            written = await worker.do(lambda db: db.total_changes()) - before
            assert written <= 2 * 6, "a row is written once a minute: deleted and put in"

    run(body())


def test_an_incident_of_a_later_version_is_forgotten_and_stops_nobody(tmp_path: Path) -> None:
    clock = SetClock()

    async def body() -> None:
        async with stores(tmp_path) as found:
            book = await opened(found, clock)
            book.report("heat", faults.BOX_HOT)
            clock.go(10)
            await book.advance()
        with closing(apsw.Connection(str(tmp_path / "agent.db"))) as db:
            db.execute("UPDATE incident SET row = cast(replace(row, 'B-103', 'B-299') AS BLOB)")
        async with stores(tmp_path) as found:
            book = await opened(found, clock)
            assert list(book) == []
            clock.go(10)
            await book.advance()

    run(body())
