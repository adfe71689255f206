"""The till as the agent meets it: gone, frozen, older, restored; and its records in any case."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pos_terminal.agent import till as module
from pos_terminal.agent.progress import SCHEMA, START, Cursor, Position
from pos_terminal.agent.till import Contact, OtherJournal, TillClient
from pos_terminal.agent.world import Agent
from pos_terminal.channel.client import AsyncClient
from pos_terminal.domain import faults
from pos_terminal.testing.running import PATIENCE, run
from tests.support.agent import FakeTill, SetClock, stores


def met(folder: Path) -> TillClient:
    return TillClient(AsyncClient(folder / "till", patience=0.5), SetClock(), pauses=(0.05,))


@asynccontextmanager
async def watched(till: TillClient) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(till.watch())
        yield
        task.cancel()


async def until(till: TillClient, contact: Contact) -> None:
    version = -1
    async with asyncio.timeout(PATIENCE):
        while till.link.contact is not contact:
            _, version = await till.links.newer(version)


async def records(till: TillClient, after: Position, count: int) -> list[int]:
    found = []
    async with asyncio.timeout(PATIENCE):
        async for record in till.records(after):
            found.append(record.seq)
            if len(found) == count:
                break
    return found


def test_it_is_said_once_that_the_till_is_gone_and_once_that_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    till, far = met(tmp_path), FakeTill(tmp_path)
    caplog.set_level("INFO", module.__name__)

    async def body() -> None:
        async with watched(till):
            await until(till, Contact.SILENT)
            assert till.link.fault is faults.TILL_SILENT
            await asyncio.sleep(2)  # and asks meanwhile, again and again
            async with far.up():
                await until(till, Contact.THERE)
                assert till.link.settings == far.settings
            await until(till, Contact.SILENT)
        said = [record.message.split(":")[0] for record in caplog.records if "the till" in
                record.message]  # fmt: skip
        assert said == [
            "the till is silent", "the till is there, version 9.9", "the till is silent",
        ]  # fmt: skip
        assert faults.TILL_SILENT.remedy in caplog.text

    run(body())


def test_one_that_takes_the_connection_and_answers_nothing_is_silent(tmp_path: Path) -> None:
    frozen = socket.socket(socket.AF_UNIX)

    async def body() -> None:
        with frozen:
            frozen.bind(str(tmp_path / "till"))
            frozen.listen(8)
            till = met(tmp_path)
            async with watched(till):
                await until(till, Contact.SILENT)
                assert till.link.fault is faults.CHANNEL_BROKEN

    run(body())


def test_an_older_till_is_said_with_code_and_remedy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    till, far = met(tmp_path), FakeTill(tmp_path)
    far.older = True

    async def body() -> None:
        async with far.up(), watched(till):
            await until(till, Contact.OTHER_VERSION)
            assert till.link.fault is faults.OTHER_VERSION
            assert "C-144" in caplog.text and faults.OTHER_VERSION.remedy in caplog.text

    run(body())


def test_records_go_on_over_restarts_and_what_was_purged_is_passed_over(tmp_path: Path) -> None:
    till, far = met(tmp_path), FakeTill(tmp_path)

    async def body() -> None:
        await far.sell(250)
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(records(till, START, 260))
            async with far.up():
                await asyncio.sleep(0.5)
            await far.sell(5)
            async with far.up():
                await far.sell(5)
                assert await reading == list(range(1, 261))
        far.purged = 100
        async with far.up():
            assert await records(till, START, 2) == [101, 102]
            at = Position(50, far.records[49].hash)
            assert await records(till, at, 2) == [101, 102]

    run(body())


def test_another_journal_is_noticed_by_its_length_and_by_its_hash(tmp_path: Path) -> None:
    till, far = met(tmp_path), FakeTill(tmp_path)

    async def body() -> None:
        await far.sell(10)
        right, wrong = Position(5, far.records[4].hash), Position(5, b"\x05" * 32)
        async with far.up():
            assert await records(till, right, 5) == [6, 7, 8, 9, 10]
            with pytest.raises(OtherJournal, match="record 5 is another"):
                await records(till, wrong, 1)
            for beyond in (11, 12, 99):
                with pytest.raises(OtherJournal, match="ends"):
                    await records(till, Position(beyond, b""), 1)

    run(body())


def test_a_service_reads_another_journal_from_its_start(tmp_path: Path) -> None:
    far = FakeTill(tmp_path)

    async def body() -> None:
        async with stores(tmp_path) as found, far.up():
            await far.sell(3)
            agent = Agent(
                "foo", till=met(tmp_path), incidents=None, clock=SetClock(),  # type: ignore[arg-type]
                stores=found, given=far.settings, checks=lambda: (),
            )  # fmt: skip
            cursor = await agent.cursor("all")
            async for record in agent.records(cursor):
                await cursor.move(record)
                if record.seq == 3:
                    break
            far.records.clear()
            await far.sell(2, salt="restored")
            got = []
            async with asyncio.timeout(PATIENCE):
                async for record in agent.records(cursor):
                    got.append(record.seq)
                    await cursor.move(record)
                    if record.seq == 2:
                        break
            assert got == [1, 2]
            again = await Cursor.open(found.worker("foo", SCHEMA), "all")
            assert again.at == Position(2, far.records[1].hash)

    run(body())
