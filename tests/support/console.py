"""The owner's console beside a selling shop: the agent as a process, a browser at its address."""

import asyncio
import http.client
import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pos_terminal.domain.events.cash import CashCounted, DrawerOpened
from pos_terminal.runtime.clock import Clock
from pos_terminal.testing.running import PATIENCE
from tests.support.agent import AgentProcess, agent
from tests.support.shop import Shop, open_shop, wired
from tests.support.shop_staff import signed_on
from tests.support.staff import BOSS, PINS

SETTINGS = """
[agent]
services = ["console"]
[service.console]
interface = "lo"
names = ["localhost", "127.0.0.1"]
port = 0
"""


@dataclass
class Console:
    """A shop with its console; `port` is where that listens."""

    shop: Shop
    process: AgentProcess
    port: int

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    async def ask(
        self, method: str, path: str, body: str | bytes | None = None, **headers: str
    ) -> "Got":
        """One request, off the loop, by nobody's library for browsers."""
        return await asyncio.to_thread(self._ask, method, path, body, headers)

    def _ask(
        self, method: str, path: str, body: str | bytes | None, headers: Mapping[str, str]
    ) -> "Got":
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        patience = 6 * PATIENCE  # 50,000 articles are parsed twice for one page
        link = http.client.HTTPSConnection("localhost", self.port, context=tls, timeout=patience)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "POST":
            given.setdefault("Origin", self.address)
        if not given.get("Origin", "-"):
            del given["Origin"]  # a program that is no browser sends none
        try:
            link.request(method, path, body, given)
            answer = link.getresponse()
            set_ = [each.partition(";")[0] for each in answer.headers.get_all("set-cookie", [])]
            return Got(answer.status, answer.read().decode(), dict(answer.getheaders()), set_)
        finally:
            link.close()

    async def sign_in(self, role: str = "manager") -> str:
        """By the keypad; the cookie."""
        asked = await self.ask("POST", "/enter", f"role={role}")
        (waiting,) = asked.cookies
        async with asyncio.timeout(PATIENCE):
            while True:
                shown = await self.ask("GET", "/enter", Cookie=waiting)
                if found := re.search(r'class="code">(\d{3}) (\d{3})<', shown.text):
                    break
        await self.type_code(found[1] + found[2])
        async with asyncio.timeout(PATIENCE):
            while True:
                let_in = await self.ask("GET", "/enter", Cookie=waiting)
                if let_in.status == 303:
                    return let_in.cookies[0]

    async def type_code(self, code: str) -> None:
        """What the manager types at the counter."""
        await self.shop.type(f"{code} ACCES")
        await self.shop.shows("ACCES CONSOLE", "12 H ?")
        await self.shop.type(f"ACCES {BOSS} CLERK {PINS[BOSS]} CLERK")
        await self.shop.shows("ACCES DONNE")

    async def count_drawer(self) -> None:
        """An empty drawer, counted by the manager."""
        await self.shop.type(f"COMPTE {BOSS} CLERK {PINS[BOSS]} CLERK")
        await self.shop.journaled(DrawerOpened)
        await self.shop.type("COMPTE " * 15)
        await self.shop.journaled(CashCounted)


@dataclass
class Got:
    """An answer."""

    status: int
    text: str
    headers: dict[str, str]
    cookies: list[str]

    @property
    def token(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.text)
        assert found, self.text
        return found[1]


@asynccontextmanager
async def open_console(
    folder: Path, site: Path | None = None, clock: Clock | None = None, more: str = ""
) -> AsyncIterator[Console]:
    """A shop that sells in `folder`, and its console; «foo» in `site` is enabled beside it.

    `more` are further tables of the till's settings.
    """
    ours = SETTINGS.replace('"console"', '"console", "foo"') if site else SETTINGS
    async with open_shop(folder / "shop", more=ours + more, clock=clock) as shop:
        await signed_on(shop)
        async with beside(folder, shop, site) as console:
            yield console


@asynccontextmanager
async def beside(folder: Path, shop: Shop, site: Path | None = None) -> AsyncIterator[Console]:
    """The console of that shop, once it is there."""
    async with agent(folder, till=shop.state, site=site) as process:
        found = None
        async with asyncio.timeout(3 * PATIENCE):
            while found is None:
                log = process.log.read_text()
                found = re.search(r"the console is at https://localhost:(\d+)/", log)
                await asyncio.sleep(0.05)
        yield Console(shop, process, int(found[1]))


Start = Callable[[], AbstractAsyncContextManager[Shop]]


class Restarted:
    """A till that is started again whenever it ends to be, as systemd does; `console` outlives it.

    `between` is called with the state directory before each further start.
    """

    def __init__(self, start: Start) -> None:
        self._start = start
        self._ready = asyncio.Event()
        self._over = asyncio.Event()
        self._stopped = asyncio.Event()
        self._up = asyncio.Event()
        self.between: Callable[[Path], None] = lambda _: None
        self.shop: Shop
        self.console: Console

    async def run(self) -> None:
        """Keep it running, until the block ends."""
        while not self._over.is_set():
            await self._up.wait()
            async with self._start() as shop:
                self.shop = shop
                if self._ready.is_set():
                    self.console.shop = shop
                self._ready.set()
                while not (shop.app.again or self._over.is_set() or not self._up.is_set()):
                    await asyncio.sleep(0.02)
            self._stopped.set()
            self.between(shop.state)

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """While there is no till."""
        self._stopped.clear()
        self._up.clear()
        await self._stopped.wait()
        try:
            yield
        finally:
            self._up.set()

    @asynccontextmanager
    async def going(self, folder: Path) -> AsyncIterator[None]:
        """With its console, while the block runs."""
        self._up.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.run())
            await self._ready.wait()
            try:
                await signed_on(self.shop)
                async with beside(folder, self.shop) as self.console:
                    yield
            finally:
                self._over.set()
                self._up.set()


@asynccontextmanager
async def restarted(folder: Path) -> AsyncIterator[Restarted]:
    """A shop whose till may be started anew, and its console."""
    async with wired(folder / "shop", more=SETTINGS) as start:
        till = Restarted(start)
        async with till.going(folder):
            yield till
