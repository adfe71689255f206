"""Nothing acknowledged is lost: power cuts, kills, full and failing disks."""

import asyncio
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from random import Random

import apsw
import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault
from pos_terminal.journal import wal
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import JournalError, JournalFailed
from pos_terminal.journal.keyring import FOLDER
from pos_terminal.journal.state_directory import MARK
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.testing.powercut import FaultyVFS, Image, Loss, PowerCutVFS, SlowVFS
from tests.conftest import run
from tests.support import journal_victim
from tests.support.journaling import IDENTITY, SIGN_ON, database, every_kind, kept, moment, ticket

CUTS = 15
FEW = 5
BEGINNING = range(1, 30)
"""The changes that make the file, its tables and the first records."""

PATIENCE = 30.0


async def _sell(journal: Journal, random: Random, tickets: int, acknowledged: list[int]) -> None:
    """Tickets in groups of random size, each group appended without waiting for the one before."""
    number = journal.running.counts.sale
    while number < tickets:
        waiting = []
        for _ in range(random.randint(1, 6)):
            number += 1
            waiting.append(journal.append(ticket(number, number), moment(number)))
        for future in waiting:
            acknowledged.extend(record.seq for record in await future)


def _restored(image: Image, directory: Path, loss: Loss, random: Random) -> None:
    directory.mkdir()
    image.restore(directory, loss, random)


def _check_and_sell_on(directory: Path, acknowledged: int) -> None:
    async def body() -> None:
        journal = Journal.open(directory, IDENTITY)
        assert journal.running.seq >= acknowledged
        assert journal.running.seq % 4 == bool(journal.running.seq), "a ticket was split"
        await _sell(journal, Random(0), journal.running.counts.sale + 2, [])
        await journal.close()

    run(body())
    verify(database(directory))


MANY = pytest.mark.slow


@pytest.mark.parametrize(
    ("seed", "cuts", "apart"),
    [(1, FEW, 3), *(pytest.param(n, 70, 1, marks=MANY) for n in (2, 3, 4, 5))],
)
@pytest.mark.parametrize("loss", Loss)
def test_a_power_cut_loses_nothing_acknowledged(
    tmp_path: Path, loss: Loss, seed: int, cuts: int, apart: int
) -> None:
    """Ordinarily at a few random points and some of the beginning; slow, at all of it and 840."""
    random = Random(seed)
    acknowledged: list[int] = []
    at = frozenset(random.sample(range(1, 500), cuts)) | {*BEGINNING[::apart]}
    disk = PowerCutVFS(at, lambda: len(acknowledged))

    async def body() -> None:
        for tickets in (60, 120):  # the cuts fall into a clean stop and a restart, too
            journal = Journal.open(tmp_path / "shop", IDENTITY, vfs=disk.name)
            await _sell(journal, random, tickets, acknowledged)
            await journal.close()

    run(body())
    assert len(disk.cuts) == len(at)
    for number, (image, count) in enumerate(disk.cuts):
        directory = tmp_path / f"cut-{number}"
        _restored(image, directory, loss, random)
        shutil.copytree(tmp_path / "shop" / FOLDER, directory / FOLDER)  # durable before all else
        if count:  # the mark is durable before anything is acknowledged
            shutil.copy(tmp_path / "shop" / MARK, directory)
        else:  # and the keys' name, once a record that they signed is
            (key,) = (directory / FOLDER).iterdir()
            key.rename(key.with_suffix(".new"))
        _check_and_sell_on(directory, count)


@pytest.mark.parametrize(
    ("synchronous", "psow", "loss"), [("normal", 1, Loss.DROPPED), ("full", 1, Loss.SPOILED)]
)
def test_the_same_cuts_do_lose_rows_on_other_settings(
    tmp_path: Path, synchronous: str, psow: int, loss: Loss
) -> None:
    """The disk that the test above passes on is one that loses what is not written with care."""
    random = Random(3)
    (tmp_path / "shop").mkdir()
    written: list[int] = []
    disk = PowerCutVFS(frozenset(random.sample(range(50, 250), CUTS)), lambda: len(written))
    db = apsw.Connection(
        f"file:{tmp_path}/shop/plain.db?psow={psow}",
        flags=apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI,
        vfs=disk.name,
    )
    db.pragma("journal_mode", "wal")
    db.pragma("synchronous", synchronous)
    db.execute("CREATE TABLE plain (seq INTEGER PRIMARY KEY, rec BLOB)")
    for number in range(200):
        db.execute("INSERT INTO plain (rec) VALUES (zeroblob(600))")
        written.append(number)
    db.close()
    cuts_with_loss = 0
    for number, (image, count) in enumerate(disk.cuts):
        directory = tmp_path / f"cut-{number}"
        _restored(image, directory, loss, random)
        cuts_with_loss += _plain_rows(directory / "plain.db") < count
    assert cuts_with_loss


def _plain_rows(path: Path) -> int:
    db = apsw.Connection(str(path))
    try:
        rows: int = db.execute("SELECT count(*) FROM plain").get
    except apsw.SQLError:  # not even the table is there
        return 0
    finally:
        db.close()
    return rows


def _reap(victim: "subprocess.Popen[str]", patience: int, random: Random) -> int:
    """Kill a till after some acknowledgements; the last record that it acknowledged."""
    assert victim.stdout
    for _ in range(random.randint(1, patience)):
        victim.stdout.readline()
    victim.kill()
    acknowledged = [int(line) for line in victim.stdout.read().split("\n")[:-1]]
    victim.wait(PATIENCE)
    victim.stdout.close()
    return acknowledged[-1] if acknowledged else 0


@pytest.mark.parametrize(
    "kills", [3, pytest.param(40, marks=MANY), pytest.param(200, marks=pytest.mark.deep)]
)
def test_kill_9_loses_nothing_acknowledged_and_splits_nothing(tmp_path: Path, kills: int) -> None:
    random = Random(4)
    before = 0
    for _ in range(kills):
        command = [sys.executable, journal_victim.__file__, str(tmp_path)]
        victim = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        acknowledged = _reap(victim, 300, random)
        found = verify(database(tmp_path))
        assert found.records >= max(acknowledged, before)
        assert found.records % 2 == 1
        before = found.records
    run(kept(tmp_path, []))
    assert verify(database(tmp_path)).records == before


FAILURES = [
    (apsw.FullError, faults.DISK_FULL),
    pytest.param(apsw.IOError, faults.JOURNAL_FAILED, marks=MANY),
    pytest.param(apsw.ReadOnlyError, faults.JOURNAL_FAILED, marks=MANY),
]


@pytest.mark.parametrize(("error", "fault"), FAILURES)
def test_a_disk_that_refuses_a_write_stops_selling_and_loses_nothing(
    tmp_path: Path, error: type[apsw.Error], fault: Fault
) -> None:
    """At each change in turn, from the first that opening makes to those of the last append."""
    first, failures = 0, 0
    while True:
        first += 1
        disk = FaultyVFS(error, first)
        directory = tmp_path / str(first)
        acknowledged = run(_sell_until_refused(directory, disk, fault))
        if disk.changes < first:
            assert acknowledged == 24
            break
        failures += 1
        disk.healed = True
        _check_and_sell_on(directory, acknowledged)
    assert failures > 12


async def _sell_until_refused(directory: Path, disk: FaultyVFS, fault: Fault) -> int:
    """How many records were acknowledged before the disk refused; all who waited were told."""
    acknowledged = 0
    try:
        journal = Journal.open(directory, IDENTITY, vfs=disk.name)
    except JournalError as error:
        assert error.fault is fault
        return 0
    waiting = [journal.append(ticket(n, n), moment(n)) for n in (1, 2)]
    await asyncio.wait(waiting)
    waiting += [journal.append(ticket(n, n), moment(n)) for n in (3, 4)]
    await asyncio.wait(waiting)
    for number in (5, 6):
        waiting.append(journal.append(ticket(number, number), moment(number)))
        await asyncio.wait(waiting)
    refused = False
    for future in waiting:
        if refusal := future.exception():
            assert isinstance(refusal, JournalFailed)
            assert refusal.fault is fault
            refused = True
        else:
            assert not refused, "acknowledged behind one that was refused"
            acknowledged += len(future.result())
    await journal.close()
    return acknowledged


def test_a_full_disk_that_has_room_again_sells_on_in_the_same_place(tmp_path: Path) -> None:
    async def body() -> None:
        disk = FaultyVFS(apsw.FullError, 10**9)
        journal = Journal.open(tmp_path, IDENTITY, vfs=disk.name)
        await journal.append([SIGN_ON], moment())
        disk.fail_from_now()
        with pytest.raises(JournalFailed) as caught:
            await journal.append([SIGN_ON], moment())
        assert caught.value.fault is faults.DISK_FULL
        await journal.close()
        disk.healed = True
        journal = Journal.open(tmp_path, IDENTITY, vfs=disk.name)
        assert journal.running.seq == 2
        (record,) = await journal.append([SIGN_ON], moment())
        assert record.seq == 3
        await journal.close()

    run(body())


def test_on_a_slow_card_what_waits_shares_commits(tmp_path: Path) -> None:
    async def body() -> None:
        disk = SlowVFS(sync=0.02, sometimes=0.1, every=10)
        journal = Journal.open(tmp_path, IDENTITY, vfs=disk.name)
        await journal.append([SIGN_ON], moment())
        before = disk.syncs
        await asyncio.gather(*(journal.append([SIGN_ON], moment()) for _ in range(320)))
        assert disk.syncs - before <= 12
        await journal.close()

    run(body())


class _HeldVFS(SlowVFS):
    """Its syncs of journal.db itself, which only a checkpoint does, wait until they are let go."""

    def __init__(self) -> None:
        super().__init__(sync=0, sometimes=0)
        self.checkpointing = threading.Event()
        self.go_on = threading.Event()

    def _syncing(self, file: str) -> None:
        if file == NAME:
            self.checkpointing.set()
            self.go_on.wait(PATIENCE)


def test_no_append_waits_for_a_checkpoint(tmp_path: Path) -> None:
    disk = _HeldVFS()
    run(kept(tmp_path, [SIGN_ON]))

    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY, vfs=disk.name)
        async with asyncio.timeout(PATIENCE / 2):  # the checkpoint is held for longer
            for _ in range(7):  # some 1,400 frames, and LIMIT is 1,024
                await journal.append([SIGN_ON] * 1000, moment())
        assert await asyncio.to_thread(disk.checkpointing.wait, PATIENCE)
        async with asyncio.timeout(PATIENCE / 2):
            for _ in range(20):
                await journal.append([SIGN_ON], moment())
        disk.go_on.set()
        await journal.close()

    run(body())
    verify(database(tmp_path))


def test_taking_a_journal_up_waits_for_no_sync(tmp_path: Path) -> None:
    async def body() -> None:
        await kept(tmp_path, every_kind())
        disk = SlowVFS(sync=0, sometimes=0)
        journal = Journal.open(tmp_path, IDENTITY, vfs=disk.name)
        assert disk.syncs == 0
        await journal.close()

    run(body())


@pytest.mark.slow
def test_the_log_is_taken_in_while_appends_go_on_and_stays_short(tmp_path: Path) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        written, longest = 0, 0
        while written < 40_000_000:
            groups = [journal.append([SIGN_ON] * 100, moment()) for _ in range(32)]
            written += sum(len(r.rec) for group in await asyncio.gather(*groups) for r in group)
            longest = max(longest, (tmp_path / "journal.db-wal").stat().st_size)
        assert longest < 4 * wal.BOUND * 4120 // 3
        assert database(tmp_path).stat().st_size > written // 2
        await journal.close()

    run(body())
