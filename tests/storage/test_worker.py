"""The worker of a SQLite file: durable before it answers, in order, bounded."""

import asyncio
import threading
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from pos_terminal.storage.sqlite import connect
from pos_terminal.storage.worker import WAITING, Busy, Job, Worker
from pos_terminal.testing.running import PATIENCE, run

CREATE = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE


def opened(path: Path) -> Worker:
    def open_file() -> apsw.Connection:
        db = connect(path, "", CREATE)
        db.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY) STRICT")
        return db

    return Worker("test", open_file)


def rows(path: Path) -> list[int]:
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as db:
        return [n for (n,) in db.execute("SELECT n FROM t ORDER BY n")]


def put(*numbers: int) -> Job[None]:
    def job(db: apsw.Connection) -> None:
        db.executemany("INSERT INTO t VALUES (?)", [(number,) for number in numbers])

    return job


def test_what_has_returned_is_committed(tmp_path: Path) -> None:
    path = tmp_path / "a.db"

    async def body() -> None:
        with closing(opened(path)) as worker:
            for number in range(5):
                await worker.do(put(number))
                assert rows(path) == list(range(number + 1))

    run(body())


def test_a_job_that_raises_is_undone_and_its_caller_hears_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"

    def half(db: apsw.Connection) -> None:
        put(1, 2)(db)
        raise LookupError("in the middle")

    async def body() -> None:
        with closing(opened(path)) as worker:
            with pytest.raises(LookupError, match="in the middle"):
                await worker.do(half)
            await worker.do(put(3))

    run(body())
    assert rows(path) == [3]


def test_a_file_that_cannot_be_opened_is_said_and_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "later"

    async def body() -> None:
        with closing(opened(folder / "a.db")) as worker:
            with pytest.raises(apsw.CantOpenError):
                await worker.do(lambda db: None)
            folder.mkdir()
            await worker.do(put(1))

    run(body())
    assert rows(folder / "a.db") == [1]


def test_a_caller_that_is_cancelled_leaves_its_job_done(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    begun, go_on = threading.Event(), threading.Event()

    def slow(db: apsw.Connection) -> None:
        begun.set()
        go_on.wait()
        db.execute("INSERT INTO t VALUES (1)")

    async def body() -> None:
        with closing(opened(path)) as worker:
            async with asyncio.TaskGroup() as group:
                task = group.create_task(worker.do(slow))
                await asyncio.to_thread(begun.wait)
                task.cancel()
            go_on.set()
            await worker.do(lambda db: None)

    run(body())
    assert rows(path) == [1]


def test_a_flood_is_refused_and_what_was_taken_is_done(tmp_path: Path) -> None:
    path = tmp_path / "a.db"

    async def body() -> None:
        with closing(opened(path)) as worker:
            jobs = [worker.do(put(n)) for n in range(2 * WAITING)]
            done = await asyncio.gather(*jobs, return_exceptions=True)
            refused = [n for n, each in enumerate(done) if isinstance(each, Busy)]
            assert refused
            assert rows(path) == [n for n in range(2 * WAITING) if n not in refused]

    run(body())


def test_closing_stops_a_statement_without_end(tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"

    async def body() -> None:
        worker = opened(tmp_path / "a.db")
        await worker.do(lambda db: None)
        begun = threading.Event()

        def job(db: apsw.Connection) -> None:
            begun.set()
            db.execute(endless).fetchall()

        asked = asyncio.gather(worker.do(job), return_exceptions=True)
        await asyncio.to_thread(begun.wait)
        async with asyncio.timeout(PATIENCE):
            await asyncio.to_thread(worker.close)
        (error,) = await asked
        assert isinstance(error, apsw.InterruptError)

    run(body())
