"""The world of one service: a fake till's settings, real files, a clock that tests set."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw

from pos_terminal.agent.hookspecs import Service
from pos_terminal.agent.incidents import SCHEMA, IncidentBook
from pos_terminal.agent.till import TillClient
from pos_terminal.agent.world import Agent
from pos_terminal.channel.client import AsyncClient
from tests.support.agent import FakeTill, SetClock, stores


@asynccontextmanager
async def world(
    folder: Path,
    table: dict[str, Any],
    name: str,
    services: Callable[..., Iterable[Service]] | None = None,
) -> AsyncIterator[tuple[Agent, SetClock]]:
    clock = SetClock()
    given = msgspec.structs.replace(
        FakeTill(folder).settings, tables=Raw(msgspec.json.encode({name: table}))
    )
    async with stores(folder) as opened, asyncio.TaskGroup() as group:
        book = await IncidentBook.open(opened.worker("agent", SCHEMA), clock)
        till = TillClient(AsyncClient(folder / "till"), clock)
        agent = Agent(
            name, till=till, incidents=book, clock=clock, stores=opened, given=given,
            checks=lambda: (),
        )  # fmt: skip
        running = services(agent=agent) if services else ()
        tasks = [group.create_task(each.run()) for each in running]
        try:
            yield agent, clock
        finally:
            for task in tasks:
                task.cancel()
