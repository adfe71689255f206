"""A shop with clerks that lets its support in, and a peer that does what the service does."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from pos_service_support import pos_support_commands
from pos_service_support.service import SupportService
from pos_service_support.settings import SupportSettings
from pos_terminal.agent.clock import SystemClock
from pos_terminal.agent.incidents import SCHEMA, IncidentBook
from pos_terminal.agent.till import TillClient
from pos_terminal.agent.world import Agent
from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Granted, Nothing
from pos_terminal.channel.support import (
    CommandAsked,
    Consent,
    ConsentNews,
    ConsentsAsked,
    SessionAsked,
    SessionEnding,
)
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.staff.support import heard, principal
from pos_terminal.runtime.clock import Clock
from pos_terminal.testing.running import PATIENCE
from tests.support.agent import stores
from tests.support.printed import papers
from tests.support.relay import Relay, made, running
from tests.support.shop import Shop, open_shop
from tests.support.shop_staff import signed_on
from tests.support.staff import BOSS, PINS

FIRM = '[support]\nfirm = "Acme"\n'
HOST_KEY = "SHA256:AbCd/1234+xyz"


@asynccontextmanager
async def staffed_shop(
    folder: Path, more: str = FIRM, *, again: bool = False, clock: Clock | None = None,
    vfs: str = "",
) -> AsyncIterator[Shop]:  # fmt: skip
    """A shop where LEA is signed on; `again`: one that was there before."""
    async with open_shop(folder, more=more, clock=clock, vfs=vfs) as shop:
        if not again:
            await signed_on(shop)
        yield shop


async def consent(shop: Shop, digit: str = "2") -> str:
    """Agree at the counter; the code that was printed."""
    await shop.type(f"{digit} ASSISTANCE ASSISTANCE {BOSS} CLERK {PINS[BOSS]} CLERK")
    paper = await papers(shop, "ASSISTANCE : CODE")
    found = re.search(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}\b", paper)
    assert found, paper
    return heard(found[0])


class Peer:
    """What the service does, as calls. `news` has what the till told, newest last."""

    def __init__(self, shop: Shop) -> None:
        self.till = shop.till
        self.news: list[ConsentNews] = []
        self._more = asyncio.Event()

    @asynccontextmanager
    async def following(
        self, grant: str | None = None, *, outlives: bool = False
    ) -> AsyncIterator["Peer"]:
        """Stand for the support while the block runs; `outlives` the till, if need be."""

        async def follow() -> None:
            with suppress(ChannelError) if outlives else nullcontext():
                asked = ConsentsAsked(HOST_KEY, grant)
                async for each in self.till.follow(interface.CONSENTS, asked):
                    self.news.append(each)
                    self._more.set()

        async with asyncio.TaskGroup() as group:
            task = group.create_task(follow())
            await self.until(bool)
            yield self
            task.cancel()

    async def until(self, wanted: object) -> ConsentNews:
        """Wait for news that fit."""
        assert callable(wanted)
        async with asyncio.timeout(PATIENCE):
            while not wanted(self.news):
                self._more.clear()
                await self._more.wait()
        return self.news[-1]

    async def consent(self) -> Consent:
        """The consent that stands, once one does."""
        news = await self.until(lambda news: news and news[-1].consent)
        assert news.consent
        return news.consent

    async def enter(self, code: str, who: str = "marie") -> Granted:
        """Come in by that code."""
        number = (await self.consent()).number
        shown = principal("1", "2", code)
        asked = SessionAsked(number, shown, who, "SHA256:marie")
        return await self.till.call(interface.SESSION, asked)

    async def command(self, grant: str, line: str, words: str, level: GrantLevel) -> None:
        await self.till.call(interface.COMMAND, CommandAsked(grant, line, words, level))

    async def leave(self, grant: str, recording: str = "ab" * 32) -> None:
        """Go, and hear that it is over: the next consent is another one."""
        await self.till.call(interface.END_SESSION, SessionEnding(grant, recording))
        await self.until(lambda news: news[-1].consent is None)


@asynccontextmanager
async def serving_support(shop: Shop, relay: Relay, folder: Path) -> AsyncIterator[SupportService]:
    """The service, as the agent runs it, beside a shop's till."""
    clock = SystemClock()
    given = await shop.till.call(interface.SETTINGS, Nothing())
    table = Raw(msgspec.json.encode({"support": relay.settings}))
    folder.mkdir()
    async with stores(folder) as opened, asyncio.TaskGroup() as group:
        book = await IncidentBook.open(opened.worker("agent", SCHEMA), clock)
        agent = Agent(
            "support", till=TillClient(shop.till, clock), incidents=book, clock=clock,
            stores=opened, given=msgspec.structs.replace(given, tables=table), checks=tuple,
            commands=lambda: pos_support_commands(agent),
        )  # fmt: skip
        service = SupportService(agent, agent.settings(SupportSettings))
        running = group.create_task(service.run())
        try:
            yield service
        finally:
            running.cancel()


@dataclass
class Door:
    """The shop's, as its support finds it."""

    shop: Shop
    service: SupportService

    async def code(self, level: str = "2") -> str:
        """Agree at the counter, and wait until the terminal has reached the relay; the code."""
        before = self.service.visit  # one that is over may still be on its way out
        code = await consent(self.shop, level)
        async with asyncio.timeout(PATIENCE):
            while self.service.visit in (None, before):
                await asyncio.sleep(0.01)
            assert self.service.visit
            await self.service.visit.linked.wait()
        return code


@asynccontextmanager
async def open_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Shop, Relay, Door]]:
    """A shop whose support may come, and its relay."""
    async with made() as relay:
        monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(relay.terminal))
        async with (
            running(relay),
            staffed_shop(folder / "shop") as shop,
            serving_support(shop, relay, folder / "agent") as service,
        ):
            yield shop, relay, Door(shop, service)
