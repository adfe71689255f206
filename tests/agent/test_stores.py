"""The agent's files: their names, their limits, and what happens to one that is damaged."""

from pathlib import Path

import apsw
import pytest

from pos_terminal.agent.progress import SCHEMA, START, Cursor, Position
from pos_terminal.agent.stores import DAMAGED, checked
from pos_terminal.channel.interface import Record
from pos_terminal.testing.running import run
from tests.support.agent import stores

RECORD = Record(7, "sale", b"{}", b"\x07" * 32)


def test_a_cursor_is_where_it_was_left(tmp_path: Path) -> None:
    async def body() -> None:
        async with stores(tmp_path) as found:
            worker = found.worker("plugin", SCHEMA)
            cursor = await Cursor.open(worker, "a")
            assert cursor.at == START
            await cursor.move(RECORD)
        async with stores(tmp_path) as found:
            worker = found.worker("plugin", SCHEMA)
            cursor = await Cursor.open(worker, "a")
            assert cursor.at == Position(7, b"\x07" * 32)
            assert (await Cursor.open(worker, "b")).at == START
            await cursor.rewind()
            assert (await Cursor.open(worker, "a")).at == START

    run(body())


@pytest.mark.parametrize("damage", [b"not a database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_put_aside_and_said(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "plugin.db"
    path.write_bytes(damage)
    damaged: list[Path] = []

    async def body() -> None:
        async with stores(tmp_path, damaged) as found:
            cursor = await Cursor.open(found.worker("plugin", SCHEMA), "a")
            await cursor.move(RECORD)
        assert damaged == [path]
        assert path.with_name(path.name + DAMAGED).read_bytes() == damage
        async with stores(tmp_path, damaged) as found:
            assert (await Cursor.open(found.worker("plugin", SCHEMA), "a")).at.seq == 7
        assert damaged == [path]

    run(body())


def test_files_are_this_users_alone_and_have_a_limit(tmp_path: Path) -> None:
    async def body() -> None:
        async with stores(tmp_path) as found:
            worker = found.worker("plugin", "CREATE TABLE t (x BLOB) STRICT")

            def flood(db: apsw.Connection) -> None:
                for _ in range(100):
                    db.execute("INSERT INTO t VALUES (zeroblob(1000000))")

            with pytest.raises(apsw.FullError):
                await worker.do(flood)
            await worker.do(lambda db: db.execute("INSERT INTO t VALUES (x'00')"))
            assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}

    run(body())


@pytest.mark.parametrize("name", ["", "A", "../x", "a/b", "a.b", "x" * 33, "1st"])
def test_a_name_is_part_of_a_files(name: str) -> None:
    with pytest.raises(ValueError, match="small letters"):
        checked(name)
