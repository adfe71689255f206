"""Each service that the project brings, made to raise, hang and leak in turn while a clerk sells.

They are found where the agent finds them: one that is added is among them, and wants its settings.
"""

import json
from pathlib import Path

import pytest

from pos_terminal.agent.status import AgentStatus
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.journal.database import NAME
from pos_terminal.journal.verify import verify
from pos_terminal.testing.running import run
from tests.support.agent import BUNDLED, AgentProcess, shown_all
from tests.support.relay import Relay, made
from tests.support.shop import Shop, open_shop

ROOT = Path(__file__).parents[2]
TABLES = f"""
[agent]
services = [{", ".join(f'"{name}"' for name in BUNDLED)}]
[service.alerts]
server = "127.0.0.1"
user = "till"
sender = "till@example.com"
[[service.alerts.recipients]]
address = "owner@example.com"
[service.console]
interface = "lo"
names = ["localhost"]
port = 0
[service.health]
network = false
[service.heartbeat]
url = "https://127.0.0.1:9/"
[service.timestamp]
url = "https://127.0.0.1:9/"
[service.update]
url = "https://127.0.0.1:9/"
[service.webhook]
url = "https://127.0.0.1:9/"
[service.witness]
urls = ["https://127.0.0.1:9/"]
[service.support]
"""
"""The relay's lines come last. Nobody is at the far ends: each says so, and goes on."""

SECRETS = ("alerts-password", "heartbeat-token", "webhook-secret")

SILENCE = 2.0
"""Seconds without a step after which a service counts as hung here."""

SABOTAGED = '''
import asyncio
from pathlib import Path

from msgspec.structs import replace

__path__ = [{real!r}]
exec(compile(Path({real!r}, "__init__.py").read_text(), {real!r} + "/__init__.py", "exec"))
_real, _order, _kept = [pos_services], Path({order!r}), []


def _worse(name, work):
    async def run():
        told = "", ""
        async with asyncio.TaskGroup() as group:
            working = group.create_task(work())
            while told[0] != name:
                await asyncio.wait((working,), timeout=0.1)
                told = _order.read_text().rpartition(" ")[::2]
            working.cancel()
        match told[1]:
            case "raises":
                raise RuntimeError("a bug of " + name)
            case "leaks":
                while True:
                    _kept.append(b"x" * 1_000_000)
                    await asyncio.sleep(0.02)
        while True:
            try:
                await asyncio.sleep(1000)
            except asyncio.CancelledError:
                pass
    return run


@hookimpl
def pos_services(agent):
    for each in _real[0](agent):
        worse = _worse("{name}:" + each.name, each.run)
        yield replace(each, run=worse, silence={silence})
'''
"""Stands in for a service's package: the real one, but each task does worse once it is told to."""


def sabotaged(site: Path, order: Path) -> None:
    """All services, to be found before the project's own."""
    site.mkdir()
    for name, module in BUNDLED.items():
        place = site / module
        place.mkdir()
        real = str(ROOT / "plugins" / module)
        (place / "__init__.py").write_text(
            SABOTAGED.format(name=name, real=real, order=str(order), silence=SILENCE)
        )


def tables(relay: Relay) -> str:
    return TABLES + "".join(f"{key} = {json.dumps(of)}\n" for key, of in relay.settings.items())


def told_of(told: AgentStatus, service: str) -> str:
    """What the status says of that service, or of the plug-in that holds it."""
    plugin, _, name = service.partition(":")
    return "; ".join(
        f"{each.status} {each.why}"
        for each in told.services
        if each.plugin == plugin and each.service in (name, "")
    )


async def sell(shop: Shop, tickets: int) -> None:
    """One more ticket, seen by the customer and durable: the last of so many."""
    await shop.type("1 PLU")
    await shop.shows("TRADITION")
    await shop.type("CASH")
    await shop.shows("TOTAL")
    await shop.journaled(SaleClosed, tickets)


SAID = {"raises": "pausing RuntimeError: a bug of ", "hangs": "hung", "leaks": "memory grew to "}


@pytest.mark.slow
@pytest.mark.parametrize("way", SAID)
def test_a_clerk_sells_on_whatever_each_service_does(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, order = tmp_path / "site", tmp_path / "order"
    order.write_text("")
    sabotaged(site, order)
    process = AgentProcess(tmp_path, till=tmp_path / "state", site=site)

    async def body() -> int:
        async with made() as relay, process, open_shop(tmp_path, more=tables(relay)) as shop:
            for secret in SECRETS:
                (relay.terminal / secret).write_text("0" * 32)
            monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(relay.terminal))
            await process.start()
            told = await process.until(
                lambda told: {each.partition(":")[0] for each in shown_all(told)} == set(BUNDLED)
            )
            services = sorted(shown_all(told))
            if way == "leaks":  # the whole plug-in is held back, whichever of its services it was
                services = list({each.partition(":")[0]: each for each in services}.values())
            for sold, service in enumerate(services, 1):
                order.write_text(f"{service} {way}")
                if way == "leaks":
                    assert await process.ended() == 1
                    order.write_text("")
                    await process.start()  # as systemd would
                await sell(shop, sold)
                await process.until(lambda told: SAID[way] in told_of(told, service))  # noqa: B023
                order.write_text("")
            await process.stop()
            return len(services)

    sold = run(body())
    assert verify(tmp_path / "state" / NAME).counts.tickets["T"] == sold >= len(BUNDLED)
