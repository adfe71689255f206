"""The service «alerts» on scratch files, beside a till that a test makes up, with a set clock."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw

from pos_service_alerts import pos_services
from pos_terminal.agent.clock import Clock
from pos_terminal.agent.incidents import SCHEMA, IncidentBook
from pos_terminal.agent.stores import Stores
from pos_terminal.agent.till import TillClient
from pos_terminal.agent.world import Agent
from pos_terminal.channel.client import AsyncClient
from tests.support.agent import FakeTill, SetClock, stores


class Alerting:
    """The agent's parts that matter to it. `advance` tells what is due after so many seconds."""

    def __init__(self, agent: Agent, clock: SetClock, book: IncidentBook) -> None:
        self.agent = agent
        self.clock = clock
        self.book = book

    async def advance(self, seconds: float) -> None:
        self.clock.go(seconds)
        await self.book.advance()


@asynccontextmanager
async def serving_alerts(
    folder: Path,
    opened: Stores,
    book: IncidentBook,
    clock: Clock,
    settings: dict[str, Any],
    only: Sequence[str] = (),
) -> AsyncIterator[Agent]:
    """The services run until the block ends, beside whatever till there is in `folder`."""
    tables = Raw(msgspec.json.encode({"alerts": settings}))
    given = FakeTill(folder).settings
    given = msgspec.structs.replace(given, shop="Au Bon Pain", terminal="2", tables=tables)
    till = TillClient(AsyncClient(folder / "till", patience=5.0), clock, pauses=(0.05,))
    agent = Agent(
        "alerts", till=till, incidents=book, clock=clock, stores=opened, given=given,
        checks=lambda: (),
    )  # fmt: skip
    async with asyncio.TaskGroup() as group:
        running: list[asyncio.Task[object]] = [group.create_task(till.watch())]
        await till.links.newer(-1)
        for service in pos_services(agent):
            if not only or service.name in only:
                running.append(group.create_task(service.run()))
        try:
            yield agent
        finally:
            for task in running:
                task.cancel()


@asynccontextmanager
async def alerting(
    folder: Path,
    settings: dict[str, Any],
    *,
    clock: SetClock | None = None,
    only: Sequence[str] = (),
) -> AsyncIterator[Alerting]:
    """Its services run until the block ends; `only` those of these names, if any."""
    clock = clock or SetClock()
    async with FakeTill(folder).up(), stores(folder) as opened:
        book = await IncidentBook.open(opened.worker("agent", SCHEMA), clock)
        async with serving_alerts(folder, opened, book, clock, settings, only) as agent:
            yield Alerting(agent, clock, book)
