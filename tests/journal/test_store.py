"""A journal on a real disk: appended, followed, reopened, and refused where it must be."""

import asyncio
import multiprocessing
import sqlite3
from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path

import apsw
import pytest
from blockbuster import blockbuster_ctx

from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.event import SERIES
from pos_terminal.domain.events.sale import SaleOpened
from pos_terminal.domain.faults import Fault
from pos_terminal.journal.database import SLICE, reading
from pos_terminal.journal.errors import JournalError, JournalFailed
from pos_terminal.journal.migrations import LAYOUT
from pos_terminal.journal.record import Record
from pos_terminal.journal.state_directory import LOCK, MARK
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.journal.writer import EVENTS
from pos_terminal.verifier.chain import leaf
from tests.conftest import run
from tests.support.journaling import (
    CATALOG,
    IDENTITY,
    SIGN_ON,
    closed,
    database,
    every_kind,
    kept,
    line,
    moment,
    tamper,
    ticket,
)


def refused(directory: Path, identity: Identity = IDENTITY) -> Fault:
    with pytest.raises(JournalError) as caught:
        Journal.open(directory, identity)
    assert caught.value.fault.code in str(caught.value)
    return caught.value.fault


def test_what_is_appended_is_there_after_reopening(tmp_path: Path) -> None:
    async def body() -> None:
        records = await kept(tmp_path, every_kind())
        assert [record.event for record in records] == every_kind()
        assert [record.seq for record in records] == list(range(2, len(records) + 2))
        journal = Journal.open(tmp_path, IDENTITY)
        async with aclosing(journal.records(1)) as followed:
            again = [await anext(followed) for _ in records]
        assert again == records
        assert journal.running.seq == len(records) + 1
        assert journal.running.head == records[-1].hash
        await journal.close()

    run(body())


def test_after_a_clean_stop_the_journal_is_one_file(tmp_path: Path) -> None:
    run(kept(tmp_path, every_kind()))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"journal.db", "keys", MARK, LOCK}


def _note(ended: list[int], number: int, _: object) -> None:
    ended.append(number)


def test_one_append_is_all_or_nothing_and_in_order(tmp_path: Path) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        ended: list[int] = []
        futures = [journal.append(ticket(n, n), moment(n)) for n in range(1, 101)]
        for number, future in enumerate(futures):
            future.add_done_callback(partial(_note, ended, number))
        groups = await asyncio.gather(*futures)
        assert ended == list(range(100))
        assert [r.seq for group in groups for r in group] == list(range(2, 402))
        assert all(len({r.moment for r in group}) == 1 for group in groups)
        assert journal.running.counts.tickets == {SERIES: 100}
        await journal.close()

    run(body())


def test_a_future_that_nobody_awaits_any_more_is_committed_all_the_same(tmp_path: Path) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        journal.append([SIGN_ON], moment()).cancel()
        (record,) = await journal.append([SIGN_ON], moment())
        assert record.seq == 3
        await journal.close()

    run(body())


def test_nothing_to_append_and_too_much(tmp_path: Path) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        assert await journal.append([], moment()) == ()
        with pytest.raises(ValueError, match="at most"):
            journal.append([SIGN_ON] * (EVENTS + 1), moment())
        assert len(await journal.append([SIGN_ON] * EVENTS, moment())) == EVENTS
        await journal.close()

    run(body())


def test_close_writes_what_waits_and_refuses_what_comes(tmp_path: Path) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        waiting = [journal.append([SIGN_ON], moment()) for _ in range(100)]
        await journal.close()
        assert [future.result()[0].seq for future in waiting] == list(range(2, 102))
        with pytest.raises(JournalFailed, match="fermé"):
            await journal.append([SIGN_ON], moment())
        await journal.close()

    run(body())


def test_a_close_that_is_cancelled_lets_go_of_the_directory_first(tmp_path: Path) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        waiting = journal.append([SIGN_ON], moment())
        closing = asyncio.create_task(journal.close())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert (await waiting)[0].seq == 2
        await kept(tmp_path, [SIGN_ON])

    run(body())


def test_followers_see_every_record_once_whatever_their_pace(tmp_path: Path) -> None:
    async def follow(journal: Journal, after: int, pause: int, seen: list[int]) -> None:
        async with aclosing(journal.records(after)) as followed:
            async for record in followed:
                seen.append(record.seq)
                for _ in range(pause):
                    await asyncio.sleep(0)

    async def body() -> None:
        await kept(tmp_path, [SIGN_ON] * 700)
        journal = Journal.open(tmp_path, IDENTITY)
        seen: dict[tuple[int, int], list[int]] = {
            (after, pause): [] for after in (0, 650, 701) for pause in (0, 9)
        }
        async with asyncio.TaskGroup() as group:
            for (after, pause), numbers in seen.items():
                group.create_task(follow(journal, after, pause, numbers))
            for number in range(1, 101):
                await journal.append(ticket(number, number), moment())
            await journal.close()
        for (after, _), numbers in seen.items():
            assert numbers == list(range(after + 1, 1102))

    run(body())


def test_a_follower_hears_only_of_what_is_durable(tmp_path: Path) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        async with aclosing(journal.records()) as followed:
            coming = asyncio.ensure_future(anext(followed))
            future = journal.append([SIGN_ON], moment())
            assert (await coming).kind == "key.made"
            record = await anext(followed)
            assert future.done() and future.result() == (record,)
        await journal.close()

    run(body())


def test_a_follower_that_knows_more_than_there_is_hears_of_it(tmp_path: Path) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        await journal.append([SIGN_ON], moment())
        with pytest.raises(ValueError, match="no record 3"):
            await anext(journal.records(3))
        await journal.close()

    run(body())


def test_the_loop_is_never_blocked(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON] * 50))
    journal = Journal.open(tmp_path, IDENTITY)

    async def body() -> None:
        async with aclosing(journal.records()) as followed:
            for _ in range(51):
                await anext(followed)
            await journal.append([SIGN_ON], moment())
            assert (await anext(followed)).seq == 52
        await journal.close()

    with blockbuster_ctx():
        run(body())


def test_recent_rebuilds_the_open_sales_and_the_last_ticket(tmp_path: Path) -> None:
    events = [*ticket(1, 1), *ticket(2, 2), SIGN_ON, SaleOpened(sale=3, catalog=CATALOG), line(3)]

    async def body() -> None:
        await kept(tmp_path, events)
        journal = Journal.open(tmp_path, IDENTITY)
        assert [record.event for record in journal.recent()] == events[7:]
        assert journal.running.opened == {3: 11}
        await journal.append([closed(3, 3)], moment())
        assert [record.event for record in journal.recent()] == [closed(3, 3)]
        await journal.close()

    run(body())


def test_a_number_that_is_not_the_next_stops_the_journal_unwritten(tmp_path: Path) -> None:
    async def body() -> list[Record]:
        journal = Journal.open(tmp_path, IDENTITY)
        await journal.append([SaleOpened(sale=1, catalog=CATALOG)], moment())
        wrong = journal.append([line(1), closed(1, 2)], moment())
        behind = journal.append([line(1)], moment())
        for future in (wrong, behind):
            with pytest.raises(JournalFailed, match="T-2 after 0") as caught:
                await future
            assert caught.value.fault is faults.JOURNAL_FAILED
        with pytest.raises(JournalFailed):
            await journal.append([line(1)], moment())
        with pytest.raises(JournalFailed):
            async for _ in journal.records(2):
                pytest.fail("nothing more was written")
        await journal.close()
        reopened = Journal.open(tmp_path, IDENTITY)
        await reopened.append([line(1), closed(1, 1)], moment())
        await reopened.close()
        return reopened.recent()

    assert [record.seq for record in run(body())] == [4]


def test_a_second_journal_in_the_same_place_is_locked_out(tmp_path: Path) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        await journal.append([SIGN_ON], moment())
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            codes = pool.apply(_code_of_opening, (tmp_path,))
        assert codes == faults.JOURNAL_LOCKED.code
        (tmp_path / LOCK).unlink()  # as who tidies up does
        assert refused(tmp_path) is faults.JOURNAL_LOCKED
        await journal.append([SIGN_ON], moment())
        await journal.close()
        await kept(tmp_path, [SIGN_ON])

    run(body())


def _code_of_opening(directory: Path) -> str:
    try:
        Journal.open(directory, IDENTITY)
    except JournalError as error:
        return error.fault.code
    return "opened"


@pytest.mark.parametrize(
    "identity",
    [
        Identity(store="boulangerie", terminal="3", software="0.1.0", simulated=False),
        Identity(store="cave", terminal="2", software="0.1.0", simulated=False),
        Identity(store="boulangerie", terminal="2", software="0.1.0", simulated=True),
    ],
)
def test_a_foreign_journal_is_left_as_it_was(tmp_path: Path, identity: Identity) -> None:
    run(kept(tmp_path, every_kind()))
    before = database(tmp_path).read_bytes()
    assert refused(tmp_path, identity) is faults.JOURNAL_FOREIGN
    assert database(tmp_path).read_bytes() == before


def test_a_newer_program_takes_the_journal_up(tmp_path: Path) -> None:
    async def body() -> None:
        await kept(tmp_path, [SIGN_ON])
        newer = Identity(store="boulangerie", terminal="2", software="0.2.0", simulated=False)
        journal = Journal.open(tmp_path, newer)
        (record,) = await journal.append([SIGN_ON], moment())
        assert record.envelope.sw == "0.2.0"
        await journal.close()
        assert verify(database(tmp_path)).records == 3

    run(body())


def test_unknown_kinds_stop_selling_wherever_they_are(tmp_path: Path) -> None:
    async def body() -> None:
        await kept(tmp_path, every_kind())
        with sqlite3.connect(database(tmp_path)) as db:
            db.execute("INSERT INTO kind VALUES ('menu.sold', 3)")
        db.close()

    run(body())
    assert refused(tmp_path) is faults.JOURNAL_NEWER


def test_a_newer_layout_is_refused(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON]))
    tamper(tmp_path, f"PRAGMA user_version = {LAYOUT + 1000}")
    assert refused(tmp_path) is faults.JOURNAL_NEWER


def test_another_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    with sqlite3.connect(database(tmp_path)) as db:
        db.execute("CREATE TABLE notes (text)")
    db.close()
    before = database(tmp_path).read_bytes()
    assert refused(tmp_path) is faults.JOURNAL_FOREIGN
    assert database(tmp_path).read_bytes() == before


def _remove(directory: Path) -> None:
    database(directory).unlink()


def _empty(directory: Path) -> None:
    database(directory).write_bytes(b"")


def _rubbish(directory: Path) -> None:
    database(directory).write_bytes(b"rubbish " * 1000)


def _cut_short(directory: Path) -> None:
    path = database(directory)
    path.write_bytes(path.read_bytes()[:8192])


def _edit_recent(directory: Path) -> None:
    tamper(directory, "UPDATE journal SET rec = CAST(rec || x'20' AS BLOB) WHERE seq = 16")


def _forget_a_hash(directory: Path) -> None:
    tamper(directory, "UPDATE journal SET hash = x'00' WHERE seq = 15")


def _forge_base(directory: Path) -> None:
    """A last record whose hash fits, and whose base is not what the records from there say."""
    with reading(database(directory)) as reader:
        (last,) = reader.rows(16, 1)
    rec = last.rec.replace(b'"base":7,', b'"base":6,')
    assert rec != last.rec
    forged = f"rec = x'{rec.hex()}', hash = x'{leaf(rec).hex()}'"
    tamper(directory, f"UPDATE journal SET {forged} WHERE seq = 17")


def _delete_all(directory: Path) -> None:
    tamper(directory, "DELETE FROM journal")


def _delete_a_recent_one(directory: Path) -> None:
    tamper(directory, "DELETE FROM journal WHERE seq = 15")


def _swap_in_another(directory: Path) -> None:
    elsewhere = directory / "elsewhere"
    run(kept(elsewhere, [SIGN_ON]))
    database(elsewhere).replace(database(directory))


@pytest.mark.parametrize(
    "damage",
    [
        _rubbish, _cut_short, _edit_recent, _forget_a_hash, _delete_a_recent_one, _forge_base,
        _swap_in_another,
    ],
)  # fmt: skip
def test_a_damaged_journal_is_never_sold_upon_nor_begun_anew(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    run(kept(tmp_path, every_kind()))
    damage(tmp_path)
    for _ in range(2):
        assert refused(tmp_path) is faults.JOURNAL_DAMAGED


@pytest.mark.parametrize("mark", [True, False], ids=["mark", "key alone"])
@pytest.mark.parametrize("loss", [_remove, _empty, _delete_all])
def test_a_journal_that_is_gone_is_never_begun_anew_by_itself(
    tmp_path: Path, loss: Callable[[Path], None], *, mark: bool
) -> None:
    run(kept(tmp_path, every_kind()))
    loss(tmp_path)
    if not mark:
        (tmp_path / MARK).unlink()
    for _ in range(2):
        assert refused(tmp_path) is faults.JOURNAL_LOST


@pytest.mark.parametrize("spoilt", [b"{}", b"\xff", b'{"first":"\xff"}', b"[" * 100_000])
def test_a_spoilt_mark_is_made_again_of_the_first_record_and_said(
    tmp_path: Path, spoilt: bytes
) -> None:
    run(kept(tmp_path, every_kind()))
    mark = (tmp_path / MARK).read_bytes()
    (tmp_path / MARK).write_bytes(spoilt)

    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        assert "journal.mark illisible" in journal.doubts[0]
        await journal.close()

    run(body())
    assert (tmp_path / MARK).read_bytes() == mark
    database(tmp_path).unlink()
    (tmp_path / MARK).write_bytes(spoilt)
    assert refused(tmp_path) is faults.JOURNAL_LOST, "beside no journal it tells of one"


def test_a_mark_that_a_power_cut_prevented_is_made_up_for(tmp_path: Path) -> None:
    run(kept(tmp_path, every_kind()))
    mark = (tmp_path / MARK).read_bytes()
    (tmp_path / MARK).unlink()
    run(kept(tmp_path, []))
    assert (tmp_path / MARK).read_bytes() == mark


@pytest.mark.parametrize("statement", ["UPDATE journal SET rec = x'00'", "DELETE FROM journal"])
def test_the_table_itself_refuses_changes(tmp_path: Path, statement: str) -> None:
    run(kept(tmp_path, [SIGN_ON]))
    db = apsw.Connection(str(database(tmp_path)))
    with pytest.raises(apsw.ConstraintError, match="append-only"):
        db.execute(statement)
    for seq in (0, 1, 4):
        with pytest.raises(apsw.ConstraintError, match="append-only"):
            db.execute(f"INSERT OR REPLACE INTO journal VALUES ({seq}, 'x', x'00', x'00', NULL)")
    db.close()


def test_a_directory_that_cannot_be_made_is_an_error_with_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file" / "state") is faults.STATE_IMPOSSIBLE


def test_a_walk_finds_each_record_of_its_kinds_once_slice_behind_slice(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON] * (2 * SLICE + 3)))
    with reading(database(tmp_path)) as reader:
        every = [row for row in reader.rows(0, 4 * SLICE) if row.kind == SIGN_ON.kind]
        assert len(every) == 2 * SLICE + 3, "and the keys, which are of another kind"
        assert list(reader.of_kinds([SIGN_ON.kind], 0)) == every
        assert reader.of_kind(SIGN_ON.kind, every[3].seq) == every[4:]
