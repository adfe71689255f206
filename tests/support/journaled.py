"""The made-up shop over a real journal, and the command line on its state directory."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

import pos_terminal
from pos_terminal.__main__ import main
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.event import Event
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import Journal, read_records
from tests.support.shopkeeping import Shop

IDENTITY = Identity("boulangerie", "2", pos_terminal.__version__, simulated=False)


class Kept(Shop):
    """A shop whose events go to a journal on the disk."""

    def __init__(self, runner: asyncio.Runner, journal: Journal, seed: int) -> None:
        super().__init__(Random(seed), running=journal.running)
        self.numbers.update(journal.running.counts.tickets)
        self._runner = runner
        self._journal = journal

    def add(self, *events: Event) -> None:
        for event in events:
            self._runner.run(self._append(event))
            self.running = self._journal.running
        self.now += timedelta(seconds=self.random.randint(5, 90))

    async def _append(self, event: Event) -> None:
        self.records += await self._journal.append([event], self.moment())


@contextmanager
def kept(state: Path, seed: int = 1) -> Iterator[Kept]:
    with asyncio.Runner() as runner:
        journal = Journal.open(state, IDENTITY)
        try:
            yield Kept(runner, journal, seed)
        finally:
            runner.run(journal.close())


def days(state: Path, count: int, *, begin: date = date(2026, 1, 5)) -> None:
    """So many days, each closed."""
    with kept(state) as shop:
        for number in range(count):
            shop.day(begin + timedelta(days=number))


def records(state: Path) -> list[Record]:
    return read_records(state / "journal.db", "", 0, 1_000_000)


class Line:
    """The command line: `line("close", "day")` is its exit status and its JSON."""

    def __init__(self, state: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._state = state
        self._capsys = capsys

    def __call__(self, *words: str | Path, state: Path | None = None) -> tuple[int, Any]:
        status = main([*map(str, words), "--state", str(state or self._state), "--json"])
        said = self._capsys.readouterr().out
        return status, json.loads(said) if said else None

    def text(self, *words: str | Path) -> tuple[int, str, str]:
        status = main([*map(str, words), "--state", str(self._state)])
        said = self._capsys.readouterr()
        return status, said.out, said.err
