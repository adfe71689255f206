"""Power cuts in all phases of a purge: it has not begun or can be finished; nothing else goes."""

import asyncio
import shutil
from pathlib import Path
from random import Random

import pytest

from pos_terminal.archive import purge_plan
from pos_terminal.domain.events.period import Archived, Period, PeriodClosed, Purged
from pos_terminal.journal import keyring, purge
from pos_terminal.journal.chain import Row
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.testing.powercut import Image, Loss, PowerCutVFS
from tests.conftest import run
from tests.support.journaled import IDENTITY, days, kept, records
from tests.support.journaling import SIGN_ON, moment

CUTS, BEGINNING = 40, range(1, 25)
BATCH = 40
"""Records that one transaction empties: several transactions in a purge of a few days."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = tmp_path_factory.mktemp("shop") / "state"
    days(state, 4)
    with kept(state, seed=5) as shop:
        shop.start()
        shop.sale()
    return state


def rows(state: Path) -> list[Row]:
    with reading(state / NAME) as reader:
        return reader.rows(0, 1_000_000)


def third_z(state: Path) -> int:
    """The last record of the third day."""
    zs = [r.seq for r in records(state) if isinstance(r.event, PeriodClosed)
          and r.event.period is Period.DAY]  # fmt: skip
    return zs[2]


async def _purged(state: Path, disk: PowerCutVFS, last: int, acknowledged: list[int]) -> None:
    """What the command does once the copies are verified."""
    journal = Journal.open(state, IDENTITY, vfs=disk.name)
    said = Purged(last=last, sha256="a" * 64, copies=("a" * 64, "b" * 64))
    archived = Archived(first=1, last=last, sha256=said.sha256)
    opening = purge_plan.opening(state, last)
    for record in await journal.append([archived, opening, said], moment()):
        acknowledged.append(record.seq)
    purge.purge(state / NAME, last, vfs=disk.name, batch=BATCH)
    await journal.close()


def _whole(shop: Path, state: Path, last: int) -> int:
    """How many changes the disk sees when nothing is cut."""
    disk = PowerCutVFS()
    run(_purged(Path(shutil.copytree(shop, state)), disk, last, []))
    first, *rest = rows(state)[:last]
    assert first.rec and {row.rec for row in rest} == {b""}, "what brought the key stays"
    return disk.changes


MANY = pytest.mark.slow


@MANY
@pytest.mark.parametrize("loss", Loss)
def test_a_cut_purge_has_not_begun_or_can_be_finished(
    shop: Path, tmp_path: Path, loss: Loss
) -> None:
    before, last, random = rows(shop), third_z(shop), Random(11)
    changes = _whole(shop, tmp_path / "whole", last)
    at = frozenset((*BEGINNING, *random.sample(range(1, changes + 1), CUTS)))
    acknowledged: list[int] = []
    disk = PowerCutVFS(at, lambda: len(acknowledged))
    state = Path(shutil.copytree(shop, tmp_path / "state"))
    disk.hold(state)
    run(_purged(state, disk, last, acknowledged))
    phases = {
        _phase(_restored(shop, image, loss, random, tmp_path / f"cut-{n}"), before, last, count)
        for n, (image, count) in enumerate(disk.cuts)
    }
    assert phases >= {"before", "begun", "emptied"}, "the cuts are spread"


def _restored(shop: Path, image: Image, loss: Loss, random: Random, directory: Path) -> Path:
    directory.mkdir()
    image.restore(directory, loss, random)
    shutil.copytree(shop / keyring.FOLDER, directory / keyring.FOLDER)
    return directory


def _phase(state: Path, before: list[Row], last: int, acknowledged: int) -> str:
    """How far it had come; whatever that is, nothing is lost, and it can be finished."""
    after = rows(state)
    assert len(after) >= len(before) + acknowledged
    same = [(row.seq, row.kind, row.hash) for row in after[: len(before)]]
    assert same == [(row.seq, row.kind, row.hash) for row in before]
    assert [row.rec for row in after[last : len(before)]] == [row.rec for row in before[last:]]
    emptied = sum(row.rec == b"" for row in after[:last])
    for row, whole in zip(after[:last], before, strict=False):
        assert (row.rec, row.sig) in ((b"", None), (whole.rec, whole.sig))
    verify(state / NAME)
    recorded = any(row.kind == Purged.kind for row in after)
    with reading(state / NAME) as reader:
        begun = reader.purged() == last
    phase = "begun" if begun else "recorded" if recorded else "before"
    if emptied == last - 1:  # the first record brought the keys, and stays
        phase = "emptied"
    assert recorded or not emptied
    unfinished = {"before": {0}, "emptied": {0, last}}.get(phase, {last})
    assert purge_plan.unfinished(state) in unfinished, phase
    if recorded:
        purge.purge(state / NAME, last)
        assert purge_plan.unfinished(state) == 0
    asyncio.run(_sell_on(state))
    verify(state / NAME)
    return phase


async def _sell_on(state: Path) -> None:
    journal = Journal.open(state, IDENTITY)
    await journal.append([SIGN_ON], moment())
    await journal.close()
