"""What a program follows and has done: records, weights, papers, messages; by the client that is
given to programs, over the real listener.
"""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos_service_console.api.live import OF_A_TOKEN
from pos_service_console.static.pos_api import Problem, Till
from pos_terminal.channel import interface
from pos_terminal.channel.interface import GrantEnding
from pos_terminal.domain.events.grants import GrantUsed
from pos_terminal.testing.running import PATIENCE, run
from tests.support.api import BASE, make_token
from tests.support.console import Console, open_console

# Each has a till and an agent of its own.
pytestmark = pytest.mark.slow


async def till(console: Console, folder: Path, *scope: str) -> Till:
    """The client, which trusts this box's authority and no other."""
    cookie = await console.sign_in()
    token = await make_token(console, cookie, *scope)
    authority = folder / "caisse.crt"
    authority.write_text((await console.ask("GET", "/authority.crt")).text)
    return Till(console.address, token, authority=str(authority))


class Reader:
    """Reads what is followed in a thread of its own."""

    def __init__(self, messages: Iterator[Any]) -> None:
        self.seen: list[Any] = []
        self.problem: Problem | None = None
        self._messages = messages
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for each in self._messages:
                self.seen.append(each)
        except Problem as problem:
            self.problem = problem
        except OSError:
            return  # the agent has ended

    async def until(self, wanted: Any) -> None:
        async with asyncio.timeout(PATIENCE):
            while not wanted(self):
                await asyncio.sleep(0.02)

    async def ended(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while self._thread.is_alive():
                await asyncio.sleep(0.02)


def test_records_are_replayed_then_come_as_they_are_made(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            shop = console.shop
            await shop.type("1 PLU CASH")
            client = await till(console, tmp_path, "events.read")
            reader = Reader(client.follow("/events/live", after=0))
            await reader.until(lambda it: any(e["kind"] == "sale.closed" for e in it.seen))
            many = len(reader.seen)
            await shop.type("2 PLU CASH")
            await reader.until(lambda it: [e["kind"] for e in it.seen].count("sale.closed") == 2)
            assert [each["seq"] for each in reader.seen] == [*range(1, len(reader.seen) + 1)]
            assert len(reader.seen) > many
            # From where another left off; what is beyond the end is a problem, and not silence.
            later = Reader(client.follow("/events/live", after=many))
            await later.until(lambda it: it.seen)
            assert later.seen[0]["seq"] == many + 1
            with pytest.raises(Problem) as raised:
                await asyncio.to_thread(next, client.follow("/events/live", after=10**6))
            assert raised.value.code == "C-146"
            for query in ({}, {"after": -1}, {"after": 0, "who": 1}):
                with pytest.raises(Problem) as raised:
                    await asyncio.to_thread(next, client.follow("/events/live", **query))
                assert raised.value.code == "bad-request"
            # Its token is ended: so is what it follows.
            await shop.till.call(interface.END_GRANT, GrantEnding(number=2))
            await reader.ended()
            assert reader.problem and reader.problem.code == "token-unknown"

    run(body())


def test_whoever_follows_is_counted_and_whoever_is_no_program_is_refused(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            client = await till(console, tmp_path, "events.read")
            readers = [Reader(client.follow("/events/live", after=0)) for _ in range(OF_A_TOKEN)]
            for each in readers:
                await each.until(lambda it: it.seen)
            with pytest.raises(Problem) as raised:
                await asyncio.to_thread(next, client.follow("/events/live", after=0))
            assert raised.value.code == "full"
            with pytest.raises(Problem) as raised:
                await asyncio.to_thread(next, client.follow("/weight/live"))
            assert raised.value.code == "scope-missing"
            with pytest.raises(Problem) as raised:
                await asyncio.to_thread(next, client.follow("/elsewhere"))
            assert raised.value.code == "not-found"
            token = client._token
            for headers, status in (
                ({"Authorization": ""}, 401),
                ({"Host": "evil.example"}, 421),
                ({"Origin": "https://evil.example"}, 403),
                ({"Authorization": "", "Cookie": "__Host-console=" + token}, 401),
            ):
                given = {
                    "Upgrade": "websocket", "Connection": "Upgrade",
                    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version": "13",
                    "Authorization": f"Bearer {token}", **headers,
                }  # fmt: skip
                got = await console.ask("GET", f"{BASE}/events/live?after=0", **given)
                assert got.status == status, headers
            # Anything else that is followed is nobody's.
            got = await console.ask(
                "GET", "/live", Upgrade="websocket", Connection="Upgrade",
                Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAAAA==", Sec_WebSocket_Version="13",
            )  # fmt: skip
            assert got.status == 403

    run(body())


def test_weights_come_as_the_scale_says_them(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            scale = console.shop.bench.scale
            scale.grams = 200
            client = await till(console, tmp_path, "scale.weigh")
            assert await asyncio.to_thread(client.get, "/weight") == {
                "grams": 200, "net": False, "fault": "",
            }  # fmt: skip
            reader = Reader(client.follow("/weight/live"))
            await reader.until(lambda it: it.seen)
            scale.grams = 345
            await reader.until(lambda it: it.seen[-1]["grams"] == 345)
            scale.mute = True
            await reader.until(lambda it: it.seen[-1]["grams"] is None)
            assert reader.seen[-1]["fault"].startswith("W-"), "a mute scale has no old weight"
            scale.mute = False
            await reader.until(lambda it: it.seen[-1]["grams"] == 345)
            await console.shop.till.call(interface.END_GRANT, GrantEnding(number=2))
            await reader.ended()

    run(body())


def test_a_paper_is_printed_once_whatever_is_sent_again(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            client = await till(console, tmp_path, "printer.print", "display.show")
            printer = console.shop.bench.printer
            lines = [{"text": "COMTE", "right": "2"}, {}, {"text": "4006381333931", "code": "ean"}]
            printed = await asyncio.gather(
                *(asyncio.to_thread(client.print, "a-1", "Table 4", lines) for _ in range(3))
            )
            assert printed == [{"outcome": "printed", "fault": ""}] * 3
            paper = (await printer.next_paper()).text
            assert "COMTE" in paper and "CE N'EST PAS UN TICKET" in paper
            with pytest.raises(Problem) as raised:
                await asyncio.to_thread(client.print, "a-1", "Table 5", lines)
            assert raised.value.code == "key-reused"
            printer.paper_out = True
            refused = await asyncio.to_thread(client.print, "a-2", "Table 4", lines)
            assert refused == {"outcome": "refused", "fault": "P-103"}
            printer.paper_out = False
            again = await asyncio.to_thread(client.print, "a-2", "Table 4", lines)
            assert again == refused, "it is told what became of it, and nothing is printed"
            done = await asyncio.to_thread(client.print, "a-3", "Table 4", lines)
            assert done["outcome"] == "printed"
            await printer.next_paper()
            assert len(printer.papers) == 2
            for key in ("", "x" * 65, "\t"):
                with pytest.raises(Problem):
                    await asyncio.to_thread(client.print, key, "Table 4", lines)
            with pytest.raises(Problem) as raised:
                await asyncio.to_thread(
                    client.print, "a-4", "Table 4", [{"text": "1", "code": "ean"}]
                )
            assert raised.value.code == "C-146"
            acts = [each.act for each in await console.shop.journaled(GrantUsed, 4)]
            assert acts[1:] == ["Print receipt Table 4"] * 3
            # The agent dies with a paper under way: what became of it is unknown, and it is not
            # printed a second time.
            printer.mute_in_order = True
            hanging = asyncio.create_task(asyncio.to_thread(client.print, "a-5", "Table 4", lines))
            await printer.next_paper()
            await console.process.kill()
            with pytest.raises(OSError):
                await hanging

    run(body())


def test_a_message_is_shown_while_nobody_is_served(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            client = await till(console, tmp_path, "display.show")
            shown = await asyncio.to_thread(
                client.put, "/display", {"line1": "BON APPETIT", "seconds": 120}
            )
            assert shown == {"seconds": 120}
            await console.shop.shows("BON APPETIT")
            await console.shop.type("1 PLU")
            await console.shop.shows("TRADITION")
            with pytest.raises(Problem) as raised:
                await asyncio.to_thread(client.put, "/display", {"line1": "GRATUIT"})
            assert (raised.value.status, raised.value.code) == (409, "S-122")
            with pytest.raises(Problem) as raised:
                await asyncio.to_thread(client.put, "/display", {"line1": "X" * 21})
            assert raised.value.code == "bad-body"

    run(body())


def test_the_client_is_the_one_that_the_console_gives(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            got = await console.ask("GET", "/static/pos_api.py")
            assert got.status == 200 and got.headers["content-type"].startswith("text/x-python")
            space: dict[str, Any] = {"__name__": "pos_api"}
            exec(compile(got.text, "pos_api.py", "exec"), space)
            authority = tmp_path / "caisse.crt"
            authority.write_text((await console.ask("GET", "/authority.crt")).text)
            trusting = space["Till"](console.address, "0", authority=str(authority))
            with pytest.raises(space["Problem"]) as raised:
                await asyncio.to_thread(trusting.get, "/status")
            assert raised.value.code == "token-unknown"
            with pytest.raises(ssl.SSLError):  # another authority's
                await asyncio.to_thread(space["Till"](console.address, "0").get, "/status")

    run(body())
