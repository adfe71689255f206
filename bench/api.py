"""The local API: a paper to the last byte, a weight to who follows, a thousand sockets."""

import asyncio
import http.client
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Thread

from bench import console
from bench.figures import MIB, Figure, Setting, latencies
from bench.process import memory
from bench.shop import PATIENCE, Shop, open_shop
from pos_service_console.api.document import BASE
from pos_service_console.listening import ALL, AN_ADDRESS
from pos_service_console.static.pos_api import Till
from pos_terminal.channel.api import TokenAsked
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.interface import TOKEN
from pos_terminal.domain.staff import tokens
from tests.support.agent import AgentProcess

PAPERS, WEIGHTS, SOCKETS = 150, 60, 1000
BAR_PRINT, BAR_WEIGHT, BAR_MEMORY = 5.0, 20.0, 75.0
EVERY = 0.1
"""Seconds between two papers: no faster than a token may."""

SETTINGS = """
[agent]
services = ["console"]
[service.console]
interface = "lo"
names = ["localhost"]
port = 0
"""


def measure(setting: Setting) -> list[Figure]:
    """Through the agent as it ships, over TLS, beside a till as a process of its own; and what the
    pages ask of its store.
    """
    return [*asyncio.run(_measure(setting)), *console.measure(setting)]


async def _measure(setting: Setting) -> list[Figure]:
    folder = setting.directory / "api"
    async with open_shop(folder, more=SETTINGS) as shop, shop.started() as terminal:
        await terminal.all_open(len(shop.ends.devices))
        async with AgentProcess(folder, till=shop.state) as agent:
            await agent.start()
            port = await asyncio.to_thread(port_of, agent.log)
            asked = TokenAsked("bench", [tokens.PRINT, tokens.WEIGH], 3600)
            secret = (await AsyncClient(shop.state / "till").call(TOKEN, asked)).grant
            printed = await _papers(shop, port, secret, setting.rounds(PAPERS))
            weighed = await _weights(shop, port, secret, setting.rounds(WEIGHTS))
            assert agent.process
            before = memory(agent.process.pid)
            with ExitStack() as stack:
                served = await asyncio.to_thread(crowd, stack, port, addresses=1)
            await asyncio.to_thread(_until, partial(_takes_in, port))
            with ExitStack() as stack:
                of_many = await asyncio.to_thread(crowd, stack, port, addresses=SOCKETS)
                beside = memory(agent.process.pid)
            await agent.stop()
    return [
        *latencies("api.print", "API: a paper, from the request to the printer's last byte",
                   printed, limit=("", ()), p50_at_most=BAR_PRINT),
        *latencies("api.weight", "API: a weight, from the scale's answer to who follows",
                   weighed, limit=("", ()), p50_at_most=BAR_WEIGHT),
        Figure(key="api.sockets.served", unit="", value=served, at_most=AN_ADDRESS,
               what=f"API: of {SOCKETS} idle connections of one address so many are held"),
        Figure(key="api.sockets.of_many", unit="", value=of_many, at_most=ALL,
               what=f"API: of {SOCKETS} of as many addresses"),
        Figure(key="api.sockets.memory", what="resident: the agent, a thousand at its door",
               value=round(beside.resident, 1), unit=MIB, at_most=BAR_MEMORY,
               limit=("before", round(before.resident, 1))),
    ]  # fmt: skip


def port_of(log: Path) -> int:
    """The console's port, once the agent has said it: it makes a certificate first."""
    until = time.monotonic() + 4 * PATIENCE
    while time.monotonic() < until:
        found = re.search(r"console is at https://localhost:(\d+)/", log.read_text())
        if found:
            return int(found[1])
        time.sleep(0.02)
    raise RuntimeError(log.read_text()[-2000:])


class _Noted(list[bytes]):
    """What a scale was asked, and when: it answers at once."""

    def __init__(self) -> None:
        super().__init__()
        self.at: list[float] = []

    def append(self, command: bytes) -> None:
        self.at.append(time.monotonic())
        super().append(command)


def _until(so: Callable[[], object]) -> None:
    """Wait until that is so."""
    until = time.monotonic() + PATIENCE
    while not so():
        if time.monotonic() > until:
            raise RuntimeError("a weight was not told")
        time.sleep(0.001)


def trusting() -> ssl.SSLContext:
    """Whoever is at loopback is the agent."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    return tls


async def _papers(shop: Shop, port: int, secret: str, count: int) -> list[float]:
    """A connection that is held, as a program's is; the first paper opens it, and counts for
    none.
    """
    link = http.client.HTTPSConnection("localhost", port, context=trusting(), timeout=PATIENCE)
    lines = [{"text": f"{line + 1} CROISSANT AU BEURRE", "right": "1,30"} for line in range(20)]
    paper = json.dumps({"title": "bench", "lines": lines})

    def ask(key: str) -> None:
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json",
                   "Idempotency-Key": key}  # fmt: skip
        link.request("POST", f"{BASE}/print", paper, headers)
        answer = link.getresponse().read()
        if json.loads(answer).get("outcome") != "printed":
            raise RuntimeError(answer.decode())

    taken = []
    for number in range(count + 1):
        begun = time.monotonic()
        await asyncio.to_thread(ask, f"bench-{number}")
        taken.append((await shop.ends.far_printer.job()).last - begun)
        await asyncio.sleep(EVERY)
    link.close()
    return taken[1:]


async def _weights(shop: Shop, port: int, secret: str, count: int) -> list[float]:
    """It answers as it is asked: from that moment on, to the message."""
    scale, seen = shop.ends.scale, dict[int, float]()
    scale.asked = noted = _Noted()
    till = Till(f"https://localhost:{port}", secret)
    till._tls = trusting()
    messages: Iterator[dict[str, int]] = till.follow("/weight/live")

    def read() -> None:
        try:
            for each in messages:
                seen[each["grams"]] = time.monotonic()
        except OSError:
            return

    reader = Thread(target=read, daemon=True)
    reader.start()
    taken = []
    for number in range(count):
        grams = 100 + 5 * number
        before, scale.grams = len(noted.at), grams
        await asyncio.to_thread(_until, partial(seen.__contains__, grams))
        taken.append(seen[grams] - noted.at[before])
    return taken


def _takes_in(port: int) -> bool:
    """Whether those that are gone have made room."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as link:
        time.sleep(0.1)
        return _is_held(link)


def crowd(stack: ExitStack, port: int, *, addresses: int) -> int:
    """Who connects, of so many addresses, and says nothing; how many are not closed at once."""
    links = []
    for number in range(SOCKETS):
        high, low = divmod(number % addresses, 250)
        link = stack.enter_context(socket.create_connection(
            ("127.0.0.1", port), PATIENCE, source_address=(f"127.0.{1 + high}.{1 + low}", 0)
        ))  # fmt: skip
        links.append(link)
    time.sleep(1.0)
    return sum(map(_is_held, links))


def _is_held(link: socket.socket) -> bool:
    link.setblocking(False)
    try:
        return link.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
