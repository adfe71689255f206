"""The console as a service of the agent: certificate, interface, pages, sign-ins."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from pos_service_console.api.routing import Api
from pos_service_console.app import Application
from pos_service_console.door import Door
from pos_service_console.listening import serve
from pos_service_console.sessions import Sessions, Waiting
from pos_service_console.settings import ConsoleSettings
from pos_service_console.tls import SCHEMA, Kept, certificate, context
from pos_terminal.agent.world import Agent
from pos_terminal.channel.console import ConsoleAsked, SignInAsked
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import CONSOLE, SIGN_IN
from pos_terminal.domain.health.advice import advice
from pos_terminal.tasks.groups import first

log = logging.getLogger(__name__)

AGAIN = 30.0
"""Seconds between two times that the till is told where the pages are: it may have begun anew."""

FORGOTTEN = 600.0
"""Seconds after which a browser that waited in vain is forgotten."""


class ConsoleService:
    """One terminal's."""

    def __init__(
        self, agent: Agent, settings: ConsoleSettings, news: Callable[[], int], api: Api
    ) -> None:
        self._agent = agent
        self._settings = settings
        self._news = news
        self._api = api
        self._store = agent.store("tls", SCHEMA)
        self._sessions = Sessions(agent.till, agent.clock)
        self._asking: asyncio.Queue[Waiting] = asyncio.Queue()
        self._port = settings.port

    async def run(self) -> None:
        """Serve, until the interface's address changes. OSError where it has none."""
        settings = self._settings
        kept = await certificate(self._store, settings.names, self._agent.clock.utc())
        pages = Application(
            self._agent, self._sessions, self._asking.put_nowait, kept.authority, news=self._news,
            api=self._api,
        )  # fmt: skip
        door = Door(pages.routes(), settings.names, lambda: self._port)
        await first(
            serve(door, settings.interface, settings.port, context(kept), self._up),
            self._tell(kept),
            self._sign_in(),
        )

    def _up(self, port: int) -> None:
        self._port = port
        log.info("the console is at %s", self._address())

    def _address(self) -> str:
        return f"https://{self._settings.names[0]}:{self._port}/"

    async def _tell(self, kept: Kept) -> None:
        """Have the till know where the pages are, for whoever asks at the counter."""
        said = ""
        while True:
            try:
                asked = ConsoleAsked(self._address(), kept.fingerprint)
                await self._agent.till.call(CONSOLE, asked)
                said = ""
            except ChannelError as error:
                if advice(error) != said:
                    said = advice(error)
                    log.warning("%s", said)
            await asyncio.sleep(AGAIN)

    async def _sign_in(self) -> None:
        """Ask the till for each browser that wants to be let in."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._let_in(await self._asking.get()))

    async def _let_in(self, waits: Waiting) -> None:
        loop = asyncio.get_running_loop()
        try:
            asked = SignInAsked(waits.role)
            async for news in self._agent.till.follow(SIGN_IN, asked):
                if news.code:
                    waits.code = news.code
                if news.grant and news.number:
                    waits.session = self._sessions.begin(
                        waits.role, news.number, news.grant, news.until or "", news.by or 0
                    )
                    break
        except ChannelError as error:
            waits.failed = str(error.fault)
            log.info("nobody was signed in: %s", advice(error))
        loop.call_later(FORGOTTEN, partial(self._sessions.done, waits))

