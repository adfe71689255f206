"""The nightly backup of a till that sells: made, read again, recorded, and what fails said once."""

import asyncio
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pos_terminal.archive import backup
from pos_terminal.channel import interface
from pos_terminal.channel.interface import Nothing
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import CommandGiven, TechnicalEvent
from pos_terminal.domain.moment import Moment
from pos_terminal.journal import last_backup
from pos_terminal.journal.store import Journal
from pos_terminal.runtime.nightly_backup import Backups
from pos_terminal.runtime.settings import NightlyBackup
from pos_terminal.testing.running import run
from tests.support.bench import moment
from tests.support.journaling import IDENTITY
from tests.support.shop import open_shop

PARIS = ZoneInfo("Europe/Paris")


def at(local: datetime) -> Moment:
    now, said = moment(), local.replace(tzinfo=PARIS).isoformat()
    return Moment(at=said, utc=now.utc, mono=now.mono, boot=now.boot, trust=now.trust)


async def backed_up(state: Path, when: datetime) -> None:
    journal = Journal.open(state, IDENTITY)
    *_, record = await journal.append([last_backup.made(1, "5a" * 32)], at(when))
    last_backup.note(state, record.seq)
    await journal.close()


async def nobody(events: object) -> None:
    raise AssertionError(events)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, datetime(2026, 3, 4, 12), True),
        (datetime(2026, 3, 4, 3, 0, 1), datetime(2026, 3, 4, 23), False),
        (datetime(2026, 3, 4, 3, 0, 1), datetime(2026, 3, 5, 2, 59), False),
        (datetime(2026, 3, 4, 3, 0, 1), datetime(2026, 3, 5, 3, 0), True),
        (datetime(2026, 3, 4, 2, 59), datetime(2026, 3, 4, 4), True),
        (datetime(2040, 3, 4, 3, 0, 1), datetime(2026, 3, 4, 23), True),
    ],
)
def test_each_night_has_one(
    tmp_path: Path, last: datetime | None, now: datetime, due: bool
) -> None:
    if last:
        run(backed_up(tmp_path, last))
    settings = NightlyBackup(directory=str(tmp_path))
    backups = Backups(settings, tmp_path, "caisse-1-2-", nobody, lambda trouble: None)
    assert backups.is_due(at(now)) is due


def test_a_till_backs_itself_up_while_it_sells(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    for day in range(1, 4):
        (stick / f"caisse-1-2-2026010{day}T030000.zip").write_text("old")
    (stick / "caisse-1-3-20260101T030000.zip").write_text("another till's")

    async def body() -> None:
        more = f'\n[backup]\ndirectory = "{stick}"\nkeep = 2\n'
        async with open_shop(tmp_path, more=more) as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
            given = (await shop.journaled(CommandGiven))[0]
            assert given.command == "journal backup"
            async with asyncio.timeout(20):
                while len(left := sorted(path.name for path in stick.glob("*.zip"))) > 3:
                    await asyncio.sleep(0.05)
            assert left[0:2] == ["caisse-1-2-20260103T030000.zip", left[1]]
            assert backup.is_backup(stick / left[1])
            last = last_backup.last_at(shop.state)
            assert last
            async with asyncio.timeout(40):
                while True:
                    status = await shop.till.call(interface.STATUS, Nothing())
                    if status.last_backup:
                        break
                    await asyncio.sleep(0.5)
            assert status.last_backup == last

    run(body())


def test_a_stick_that_is_not_there_is_said_and_recorded(tmp_path: Path) -> None:
    async def body() -> None:
        more = f'\n[backup]\ndirectory = "{tmp_path / "none"}"\n'
        async with open_shop(tmp_path, more=more) as shop:
            await shop.shows("PAS DE SAUVEGARDE", "J-134")
            failed = (await shop.journaled(TechnicalEvent))[0]
            assert (failed.code, failed.detail[:7]) == (jet.BACKUP, "échec :")
            assert "C-131" in failed.detail
            await shop.type("C 1 PLU CASH")
            await shop.journaled(SaleClosed)

    run(body())


@pytest.mark.parametrize("more", [{"hour": 24}, {"keep": 1}])
def test_what_cannot_be(more: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(more))):
        replace(NightlyBackup(directory="x"), **more)
