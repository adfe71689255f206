"""Nothing acknowledged is lost on a disk that fails under the program as it is, and then is cut."""

import errno
import subprocess
import sys
from collections import Counter
from copy import deepcopy
from pathlib import Path
from random import Random

import pytest

from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from tests.conftest import run
from tests.support import journal_victim
from tests.support.failing_disk import Disk, built, environment, told
from tests.support.journaling import IDENTITY, database, kept

ACKNOWLEDGED = "acknowledged"
SOLD = 40
"""Sales, each acknowledged, that a run makes unless the disk ends it before."""

RULES = [
    f"write:60:{errno.EIO}",
    f"write:60:{errno.ENOSPC}+",
    f"write:60:{errno.EDQUOT}+",
    f"write:60:{errno.EROFS}+",
    "short:60:0",
    f"sync:25:{errno.EIO}",
    f"sync:40:{errno.EIO}",
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("library"))


def sell(root: Path, library: Path, rule: str = "") -> int:
    """A till on that disk, which ends itself or is killed; how it ended."""
    log = root.with_name("log")
    with (root / ACKNOWLEDGED).open("a") as heard:
        process = subprocess.run(
            [sys.executable, journal_victim.__file__, str(root / "state"), str(SOLD)],
            env=environment(library, root, log, rule),
            stdout=heard, stderr=subprocess.DEVNULL, timeout=60, check=False,
        )  # fmt: skip
    return process.returncode


def acknowledged(disk: Disk) -> int:
    """The last record that was said to be durable: what it wrote, synced or not."""
    said = b"".join(data for _, data in disk.waiting.get(ACKNOWLEDGED, []) if data)
    return int(said.split()[-1]) if said.endswith(b"\n") else 0


def survives(disk: Disk, place: Path, random: Random) -> int:
    """A power cut now: how many acknowledged records are missing afterwards."""
    said = acknowledged(disk)
    place.mkdir(mode=0o700)
    deepcopy(disk).cut(place, random)
    if not (place / "state").exists():
        return said
    run(kept(place / "state", []))
    return max(0, said - verify(database(place / "state")).records)


@pytest.mark.parametrize("rule", RULES)
def test_after_a_fault_a_death_and_another_start_a_cut_takes_nothing_acknowledged(
    tmp_path: Path, library: Path, rule: str
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    first = sell(root, library, rule)
    assert first != 0 or rule.startswith("short"), "a fault ends it; half a write is gone on with"
    assert sell(root, library) == 0
    disk = Disk()
    for line in told(tmp_path / "log"):
        disk.take(*line)
    assert acknowledged(disk) >= 2 * SOLD
    assert survives(disk, tmp_path / "cut", Random(rule)) == 0


@pytest.mark.parametrize("cuts", [12, pytest.param(1000, marks=pytest.mark.deep)])
def test_cut_anywhere_it_loses_nothing_acknowledged(
    tmp_path: Path, library: Path, cuts: int
) -> None:
    root, random = tmp_path / "root", Random(cuts)
    root.mkdir()
    for rule in (f"sync:30:{errno.EIO}", f"write:90:{errno.EIO}", ""):
        sell(root, library, rule)
    lines = [*told(tmp_path / "log")]
    lost, disk = 0, Disk()
    # Under deep at every place, and at some again: each cut loses other parts of what waited.
    everywhere, more = divmod(cuts, len(lines))
    places = Counter({place: everywhere for place in range(len(lines))})
    places.update(random.sample(range(len(lines)), more))
    for number, line in enumerate(lines):
        disk.take(*line)
        for again in range(places[number]):
            lost += survives(disk, tmp_path / f"cut{number}-{again}", random)
    print(f"{cuts} cuts in {len(lines)} operations, {acknowledged(disk)} acknowledged")
    assert lost == 0


def test_a_hole_in_the_log_is_said_and_kept(tmp_path: Path) -> None:
    state, copy = tmp_path / "state", tmp_path / "copy"
    copy.mkdir(mode=0o700)

    async def body() -> None:
        journal = Journal.open(state, IDENTITY)
        for number in range(20):
            from_ = journal_victim.sale(number + 1)
            await journal.append(from_, journal_victim.NOW)
        for file in [*state.rglob("*")]:
            if file.is_file() and not file.name.endswith(("-shm", "lock")):
                to = copy / file.relative_to(state)
                to.parent.mkdir(exist_ok=True, mode=0o700)
                to.write_bytes(file.read_bytes())
                to.chmod(0o600)
        await journal.close()

    run(body())
    log = copy / "journal.db-wal"
    whole = log.read_bytes()

    def opened(content: bytes) -> tuple[int, tuple[str, ...]]:
        log.write_bytes(content)
        (copy / "journal.db-shm").unlink(missing_ok=True)
        journal = Journal.open(copy, IDENTITY)
        found = journal.running.seq, journal.doubts
        run(journal.close())
        return found

    database_file = (copy / "journal.db").read_bytes()
    frame = 24 + 4096
    torn = bytearray(whole)
    torn[-100] ^= 1
    last, doubts = opened(bytes(torn))
    assert doubts == (), "the end of a log that a cut tore was never acknowledged"
    (copy / "journal.db").write_bytes(database_file)
    hurt = bytearray(whole)
    hurt[32 + (len(whole) // frame // 2) * frame + 500] ^= 1
    left, doubts = opened(bytes(hurt))
    assert left < last and len(doubts) == 1
    assert (copy / "journal.db-wal.hole").read_bytes() == bytes(hurt)
