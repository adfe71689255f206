"""Rounds through the journal while nothing else happens, and what follows when one finds it bad."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.counter.steps import Trouble
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.journal import consistency_proof
from pos_terminal.journal.errors import Broken, JournalError, JournalFailed
from pos_terminal.journal.scrub import Pass
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.journal.witness import Witness
from pos_terminal.runtime.integrity import Guard
from tests.conftest import run
from tests.support.journaling import IDENTITY, SIGN_ON, database, kept, moment, tamper

PATIENCE = 20.0


def test_a_round_sees_every_record(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON] * 170))
    walk = Pass(database(tmp_path))
    steps = [walk.done]
    while walk.step():
        steps.append(walk.done)
    assert (steps, walk.done) == ([0, 50, 100, 150], 171)
    run(kept(tmp_path, [SIGN_ON]))
    assert walk.step() is False and walk.done == 172, "what came meanwhile is seen, too"


def test_a_round_that_ends_before_what_was_written_says_so(tmp_path: Path) -> None:
    """An end that is cut off fits in itself: whoever writes knows what is missing."""
    run(kept(tmp_path, [SIGN_ON] * 20))
    tamper(tmp_path, "DELETE FROM journal WHERE seq > 17")
    assert Pass(database(tmp_path)).step() is False
    with pytest.raises(Broken, match="elle manque ; 21 sont écrites") as caught:
        Pass(database(tmp_path), written=lambda: 21).step()
    assert (caught.value.seq, caught.value.facts["before"]) == (18, "2026-01-05T08:30:15.000+01:00")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET sig = zeroblob(70) WHERE seq = 120",
        "DELETE FROM journal WHERE seq = 120",
    ],
)
def test_a_round_finds_what_was_changed(tmp_path: Path, change: str) -> None:
    run(kept(tmp_path, [SIGN_ON] * 170))
    tamper(tmp_path, change)
    walk = Pass(database(tmp_path))
    with pytest.raises(Broken) as caught:
        while walk.step():
            pass
    assert caught.value.seq == 120


def test_what_is_found_is_recorded_and_said(tmp_path: Path) -> None:
    run(kept(tmp_path, [SIGN_ON] * 300))
    tamper(tmp_path, "UPDATE journal SET sig = zeroblob(70) WHERE seq = 3")
    run(kept(tmp_path, []))  # a start from a checkpoint behind it sees nothing
    shown: list[Trouble] = []
    found = Broken(3, "sa signature n'est pas celle de la clé en vigueur")

    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)

        async def record(events: Sequence[Event]) -> None:
            await journal.append(events, moment())

        guard = Guard(tmp_path, lambda: journal, record, shown.append, quiet=0, rest=0)
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            works = [guard.scrub_always(), guard.record_findings()]
            tasks = [group.create_task(work) for work in works]
            async for each in journal.records(301):
                last = each
                break
            for _ in range(2):
                guard.found(found)
            for task in tasks:
                task.cancel()
        assert isinstance(last.event, TechnicalEvent)
        assert last.event.code == jet.INTEGRITY
        assert last.event.detail == f"{found.detail} ; celle d'avant est du 05/01/2026 08:30"
        await journal.close()

    run(body())
    assert shown == [Trouble(faults.JOURNAL_DAMAGED)]


def test_checkpoints_are_witnessed_as_they_are_made(tmp_path: Path) -> None:
    place = tmp_path / "medium"
    place.mkdir()
    shown: list[Trouble] = []

    async def body() -> None:
        state = tmp_path / "state"
        await kept(state, [SIGN_ON] * 20)
        journal = Journal.open(state, IDENTITY, witness=place)

        async def record(events: Sequence[Event]) -> None:
            await journal.append(events, moment())

        guard = Guard(state, lambda: journal, record, shown.append)
        watching = asyncio.create_task(guard.be_witnessed(place, moment))
        async with asyncio.timeout(PATIENCE):
            for size in (1, 256, 512):
                while verify(database(state)).witnessed < size:
                    await asyncio.sleep(0.01)
                await journal.append([SIGN_ON] * 300, moment())
        watching.cancel()
        await asyncio.wait([watching])
        await journal.close()

    run(body())
    assert shown == []


def test_a_witness_that_disagrees_or_is_gone_is_said(tmp_path: Path) -> None:
    shown: list[Trouble] = []

    async def body() -> None:
        state = tmp_path / "state"
        await kept(state, [SIGN_ON])
        journal = Journal.open(state, IDENTITY)

        async def record(events: Sequence[Event]) -> None:
            await journal.append(events, moment())

        guard = Guard(state, lambda: journal, record, shown.append)
        watching = asyncio.create_task(guard.be_witnessed(tmp_path / "gone", moment))
        async with asyncio.timeout(PATIENCE):
            while not shown:
                await asyncio.sleep(0.01)
        assert str(tmp_path / "gone") in guard.unwitnessed, "and it stays in the till's status"
        (tmp_path / "gone").mkdir()
        await journal.append([SIGN_ON] * 300, moment())
        async with asyncio.timeout(PATIENCE):
            while guard.unwitnessed:
                await asyncio.sleep(0.01)
        watching.cancel()
        await asyncio.wait([watching])
        await journal.close()

    run(body())
    assert shown == [Trouble(faults.WITNESS_MISSING)]


def test_a_till_that_sells_beside_a_fork_stops(
    tmp_path: Path,
) -> None:
    """The witness saw another end of this till's journal: nothing more is acknowledged here."""
    shown: list[Trouble] = []
    place, state, fork = tmp_path / "medium", tmp_path / "state", tmp_path / "fork"
    place.mkdir()

    async def body() -> None:
        await kept(state, [SIGN_ON])
        shutil.copytree(state, fork)
        await kept(fork, [SIGN_ON] * 300)
        Witness(place).cosign(consistency_proof.export(database(fork), 0), moment().local)
        journal = Journal.open(state, IDENTITY)

        async def record(events: Sequence[Event]) -> None:
            await journal.append(events, moment())

        guard = Guard(state, lambda: journal, record, shown.append)
        tasks = [
            asyncio.create_task(guard.be_witnessed(place, moment)),
            asyncio.create_task(guard.record_findings()),
        ]
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(JournalFailed) as refused:
                while True:
                    await journal.append([SIGN_ON], moment())
                    await asyncio.sleep(0.01)
        assert refused.value.fault is faults.WITNESS_DISAGREES
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await journal.close()

    run(body())
    assert shown == [Trouble(faults.WITNESS_DISAGREES)]
    with pytest.raises(JournalError):
        Journal.open(state, IDENTITY, witness=place)
