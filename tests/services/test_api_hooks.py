"""Webhooks: a program elsewhere is called with what happens, signed, until somebody ends that."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from pos_service_console.static.pos_api import verified
from pos_terminal.domain.events.grants import GrantEnded, GrantGiven
from pos_terminal.testing.running import PATIENCE, run
from tests.support.console import Console, open_console
from tests.support.https_server import HttpsServer
from tests.support.staff import BOSS

# A till and an agent of its own.
pytestmark = pytest.mark.slow


async def make(console: Console, cookie: str, url: str, *words: str, near: bool = True) -> str:
    page = await console.ask("GET", "/api", Cookie=cookie)
    form = {"token": page.token, "url": url, **dict.fromkeys(words, "1"), "near": "1" * near}
    made = await console.ask("POST", "/api/hook", urlencode(form), Cookie=cookie)
    found = re.search(r'class="secret">(whsec_[^<]+)<', made.text)
    return found[1] if found else f"{made.status} {made.text}"


async def got(server: HttpsServer, count: int) -> None:
    async with asyncio.timeout(3 * PATIENCE):
        while len(server.got) < count:
            await asyncio.sleep(0.05)


def test_a_call_is_signed_repeated_and_ended(tmp_path: Path) -> None:
    server = HttpsServer(tmp_path)
    server.answers = [500]

    async def body() -> None:
        more = f'webhook_ca = "{server.pem}"\n'
        async with open_console(tmp_path, more=more) as console:
            await console.shop.type("1 PLU CASH")  # before there was one: nobody is told of it
            cookie = await console.sign_in()
            for wrong in ("http://localhost/", "https://a:b@localhost/", "", "https://x/#a"):
                assert "whsec_" not in await make(console, cookie, wrong, "tickets"), wrong
            assert "whsec_" not in await make(console, cookie, server.url)  # of nothing
            secret = await make(console, cookie, server.url, "tickets")
            (_, given) = await console.shop.journaled(GrantGiven, 2)
            assert (given.by, given.scope) == (BOSS, ("events.read",))
            assert given.token == "webhook 127.0.0.1"
            await console.shop.type("2 PLU CASH")
            await got(server, 2)  # the first attempt was answered 500
            first, again = server.got
            assert first.headers["webhook-id"] == again.headers["webhook-id"]
            called = json.loads(again.body)
            assert called["event"]["kind"] == "sale.closed" and called["terminal"] == "2"
            assert called["event"]["record"]["body"]["total"] == 100
            # By hand, as the standard says.
            signed = f"{again.headers['webhook-id']}.{again.headers['webhook-timestamp']}.".encode()
            key = base64.b64decode(secret.removeprefix("whsec_"))
            expected = hmac.new(key, signed + again.body, hashlib.sha256).digest()
            assert again.headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
            # As the client does; what is tampered with, old, or another's is none.
            assert verified(secret, again.headers, again.body) == called
            later = time.time() + 3600
            other = "whsec_" + base64.b64encode(b"0" * 32).decode()
            for by, headers, content, now in (
                (secret, again.headers, again.body + b" ", None),
                (secret, again.headers, again.body, later),
                (other, again.headers, again.body, None),
                (secret, {**again.headers, "webhook-id": "1-1"}, again.body, None),
                (secret, {}, again.body, None),
            ):
                with pytest.raises(ValueError, match="webhook"):
                    verified(by, headers, content, now=now)
            assert secret not in console.process.log.read_text()
            listed = await console.ask("GET", "/api", Cookie=cookie)
            assert "webhook 127.0.0.1" in listed.text and secret not in listed.text
            # Ended, it is called no more; one that is made anew is.
            ending = f"token={listed.token}&number=2"
            assert (await console.ask("POST", "/api/end", ending, Cookie=cookie)).status == 303
            await console.shop.journaled(GrantEnded)
            await console.shop.type("3 PLU CASH")
            await make(console, cookie, server.url, "tickets")
            await console.shop.type("1 PLU CASH")
            await got(server, 3)
            assert json.loads(server.got[2].body)["event"]["record"]["body"]["total"] == 130

    with server.up():
        run(body())


def test_an_address_inside_the_network_is_called_where_she_says_that_it_is_there(
    tmp_path: Path,
) -> None:
    server = HttpsServer(tmp_path)

    async def body() -> None:
        async with open_console(tmp_path, more=f'webhook_ca = "{server.pem}"\n') as console:
            cookie = await console.sign_in()
            await make(console, cookie, server.url, "tickets", near=False)
            await console.shop.type("1 PLU CASH")
            async with asyncio.timeout(3 * PATIENCE):
                while "B-136" not in (await console.ask("GET", "/incidents", Cookie=cookie)).text:
                    await asyncio.sleep(0.2)
            assert server.got == []

    with server.up():
        run(body())
