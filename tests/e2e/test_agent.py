"""The agent beside a till that sells: whatever a service does, the till loses nothing, and sells.

The service that tells a host of every ticket is one by other hands, built as a wheel.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.testing.running import PATIENCE, run
from tests.support.agent import AgentProcess, agent, install_service, shown
from tests.support.shop import Shop, open_shop
from tests.support.wheels import built_and_installed


@pytest.fixture(scope="module")
def foo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_and_installed("pos-service-foo", tmp_path_factory.mktemp("third-party"))


class Host:
    """The world outside: answers each line with its id, as often as it comes; or drops the line."""

    def __init__(self) -> None:
        self.port = 0
        self.got: list[dict[str, object]] = []
        self.drops = 0

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if self.drops:
            self.drops -= 1
        elif line:
            self.got.append(json.loads(line))
            writer.write(str(self.got[-1]["id"]).encode() + b"\n")
        writer.close()

    @property
    def numbers(self) -> list[object]:
        """The tickets' numbers, in the order in which they arrived first."""
        return list(dict.fromkeys(each["number"] for each in self.got))


def services(*names: str, port: int = 0) -> str:
    told = f"\n[agent]\nservices = {json.dumps(names)}\n"
    return told + (f"\n[service.foo]\nport = {port}\n" if "foo" in names else "")


async def sell(shop: Shop, tickets: int) -> None:
    """Sell so many, each seen on the display before the next."""
    for _ in range(tickets):
        await shop.type("1 PLU")
        await shop.shows("TRADITION")
        await shop.type("CASH")
        await shop.shows("TOTAL")


async def until_told(host: Host, tickets: int) -> None:
    async with asyncio.timeout(3 * PATIENCE):
        while len(host.numbers) < tickets:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("kills", [2, pytest.param(5, marks=pytest.mark.slow)])
def test_a_third_partys_service_tells_every_ticket_over_kills_of_the_agent(
    tmp_path: Path, foo: Path, kills: int
) -> None:
    host, chance = Host(), random.Random(11)

    async def body() -> None:
        async with host.up():
            more = services("foo", port=host.port)
            killed = AgentProcess(tmp_path, till=tmp_path / "state", site=foo)
            async with killed as process, open_shop(tmp_path, more=more) as shop:
                for _ in range(kills):
                    await process.start()
                    host.drops = chance.randrange(3)
                    await sell(shop, 3)
                    await asyncio.sleep(chance.uniform(0, 1.5))
                    await process.kill()
                await process.start()
                told = await process.until(lambda told: "foo:collect" in shown(told))
                assert {s.version for s in told.services if s.plugin == "foo"} == {"2.7.1"}
                await until_told(host, 3 * kills)
                await process.stop()
                closed = await shop.journaled(SaleClosed, 3 * kills)
        assert host.numbers == [each.number for each in closed], "every ticket, in order"
        repeated = len(host.got) - len(host.numbers)
        assert repeated <= kills, "one that was being sent at each kill"

    run(body())


def test_the_till_is_started_again_and_the_service_goes_on(tmp_path: Path, foo: Path) -> None:
    host = Host()

    async def body() -> None:
        async with host.up():
            more = services("foo", port=host.port)
            async with agent(tmp_path, till=tmp_path / "state", site=foo) as process:
                for day in (1, 2):
                    async with open_shop(tmp_path, more=more) as shop:
                        await sell(shop, 2)
                        await until_told(host, 2 * day)
                    await process.until(lambda told: told.till == "silent")
        assert host.numbers == [1, 2, 3, 4]
        assert len(host.got) == 4

    run(body())


FAULTS = {
    "raises": "raise RuntimeError('no reason')",
    "hangs": "while True:\n            try:\n                await asyncio.sleep(1000)\n"
    "            except asyncio.CancelledError: pass",
    "blocks": "time.sleep(3600)",
    "leaks": "kept = []\n        while True: kept.append(bytes(1_000_000))",
}
SAID = {
    "raises": "pausing RuntimeError: no reason",
    "hangs": "hung",
    "blocks": "stopped tenu à l'écart, 1 fois : it blocked the agent in ",
    "leaks": "stopped tenu à l'écart, 1 fois : memory grew to ",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_clerk_sells_on_whatever_a_service_does(
    tmp_path: Path, foo: Path, fault: str
) -> None:
    host, site = Host(), tmp_path / "site"
    site.mkdir()
    install_service(
        site, fault,
        "@hookimpl\ndef pos_services(agent):\n    async def run():\n"
        f"        {FAULTS[fault]}\n    return one(run, silence=0.5)",
    )  # fmt: skip
    for file in foo.iterdir():
        (site / file.name).symlink_to(file)

    async def body() -> None:
        async with host.up():
            more = services(fault, "foo", port=host.port)
            stalls = AgentProcess(tmp_path, till=tmp_path / "state", site=site, stall=3.0)
            async with stalls as process, open_shop(tmp_path, more=more) as shop:
                await process.start()
                async with asyncio.TaskGroup() as group:
                    selling = group.create_task(sell(shop, 10))
                    if fault in ("blocks", "leaks"):
                        assert await process.ended() == 1
                        await process.start()  # as systemd would
                    await process.until(
                        lambda told: any(w.startswith(SAID[fault]) for w in shown(told).values())
                        and shown(told).get("foo:collect") == "running"
                    )
                    await selling
                await until_told(host, 10)
                await process.stop()
                closed = await shop.journaled(SaleClosed, 10)
        assert host.numbers == [each.number for each in closed] == list(range(1, 11))

    run(body())
