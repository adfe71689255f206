"""What the console bears: a table cut short, another's hands, a cookie that was stolen."""

import asyncio
import re
import ssl
from pathlib import Path
from urllib.parse import urlencode

import pytest

from pos_terminal.domain.events.system import CatalogChanged
from pos_terminal.testing.running import run
from tests.support.console import Console, Got, open_console
from tests.support.shop import CATALOG

pytestmark = pytest.mark.slow


async def connected(console: Console) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    return await asyncio.open_connection("localhost", console.port, ssl=tls)


async def put_in(console: Console, cookie: str, text: str) -> tuple[str, str]:
    """The page that shows what a table would change, and the form's token."""
    page = await console.ask("GET", "/articles/import", Cookie=cookie)
    form = urlencode({"token": page.token, "table": text})
    got = await console.ask("POST", "/articles/import", form, Cookie=cookie)
    assert got.status == 200, got.text[:500]
    return got.text, page.token


async def agree(console: Console, cookie: str, page: str, token: str) -> int:
    (name,) = set(re.findall(r'name="sha256" value="(\w+)"', page))
    form = urlencode({"token": token, "sha256": name})
    return (await console.ask("POST", "/articles/apply", form, Cookie=cookie)).status


def test_what_was_cut_short_or_is_another_s_changes_nothing(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            one, two = await console.sign_in(), await console.sign_in()
            dearer = CATALOG.replace('TRADITION,"1,30"', 'TRADITION,"1,40"')
            page, token = await put_in(console, one, dearer)
            # Another manager's hands cannot agree to what this one was shown.
            other = (await console.ask("GET", "/articles/import", Cookie=two)).token
            assert await agree(console, two, page, other) == 404
            assert await agree(console, two, page, token) == 403
            # An upload that breaks off is none.
            form = urlencode({"token": token, "table": dearer.replace("1,40", "1,50")}).encode()
            reader, writer = await connected(console)
            head = (
                f"POST /articles/import HTTP/1.1\r\nHost: localhost:{console.port}\r\n"
                f"Origin: {console.address}\r\nCookie: {one}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(form)}\r\n\r\n"
            )
            writer.write(head.encode() + form[:-40])
            await writer.drain()
            writer.close()
            # What was seen before is still what is agreed to.
            assert await agree(console, one, page, token) == 303
            await console.shop.journaled(CatalogChanged)
            await console.shop.type("1 PLU")
            await console.shop.shows("TRADITION", "1,40")
            # Signed out, a cookie is worth nothing to whoever took it.
            left = await console.ask("POST", "/leave", f"token={token}", Cookie=one)
            assert left.status == 303
            stolen = await console.ask("GET", "/sales", Cookie=one)
            assert (stolen.status, stolen.headers["location"]) == (303, "/enter")
            assert (await console.ask("GET", "/sales", Cookie=two)).status == 200
            del reader

    run(body())


def test_a_form_that_is_sent_twice_is_done_once(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in()
            page = await console.ask("GET", "/customers/new", Cookie=cookie)
            once = re.findall(r'name="once" value="([^"]+)"', page.text)[-1]
            form = {"token": page.token, "once": once, "name": "ECOLE JULES FERRY"}

            async def send(**more: str) -> Got:
                body = urlencode({**form, **more})
                return await console.ask("POST", "/customers/new", body, Cookie=cookie)

            wrong = await send(siret="12")  # what was refused may be put right on the same page
            assert wrong.status == 422
            two = await asyncio.gather(*(send() for _ in range(4)))
            assert {each.status for each in two} == {303}
            assert len({each.headers["location"] for each in two}) == 1
            other = await send(name="MAIRIE")  # back, and another thing typed
            assert other.headers["location"] != two[0].headers["location"]
            known = await console.ask("GET", "/customers", Cookie=cookie)
            assert "2 clients" in known.text and known.text.count("ECOLE JULES FERRY") == 1

    run(body())
