"""The owner's console over HTTP: who is let in, who is not, and what a till makes of it."""

import asyncio
import re
import shutil
import ssl
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest

from pos_service_console.certificate import Made
from pos_service_console.door import AT_ONCE
from pos_service_console.settings import ConsoleSettings
from pos_terminal.channel import interface
from pos_terminal.channel.interface import GrantEnding
from pos_terminal.domain import faults
from pos_terminal.domain.events.grants import GrantEnded, GrantGiven, GrantUsed
from pos_terminal.domain.events.paper import ReceiptRequested
from pos_terminal.domain.events.period import PeriodClosed, PeriodReported
from pos_terminal.domain.events.system import CatalogChanged
from pos_terminal.testing.running import PATIENCE, run
from tests.needs import need
from tests.support.agent import install_service
from tests.support.console import Console, Got, open_console
from tests.support.shop import CATALOG
from tests.support.staff import BOSS

# Each has a till and an agent of its own.
pytestmark = pytest.mark.slow

DEARER = CATALOG.replace('TRADITION,"1,30"', 'TRADITION,"1,40"')


def test_whoever_is_not_let_in_learns_and_does_nothing(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            await console.shop.type("1 PLU CASH")
            pages = ("sales", "tickets", "tickets/1", "articles", "articles/catalogue.csv",
                     "devices", "incidents", "changes")  # fmt: skip
            for page in pages:
                got = await console.ask("GET", f"/{page}")
                assert (got.status, got.headers["location"]) == (303, "/enter"), page
                forged = await console.ask("GET", f"/{page}", Cookie="__Host-console=" + "A" * 43)
                assert forged.status == 303, page
            assert (await console.ask("GET", "/live")).status == 403
            for path in ("/articles/apply", "/devices", "/articles/import"):
                assert (await console.ask("POST", path, "device=drawer")).status == 303
            front = await console.ask("GET", "/enter")
            assert "1,30" not in front.text and "LEA" not in front.text
            assert "Boulangerie" not in front.text
            # The names of another, and pages of another's.
            assert (await console.ask("GET", "/enter", Host="evil.example")).status == 421
            assert (await console.ask("GET", "/enter", Host="localhost")).status == 421
            for origin in ("https://evil.example", "null", f"http://localhost:{console.port}"):
                got = await console.ask("POST", "/enter", "role=manager", Origin=origin)
                assert got.status == 403, origin
            for path in ("/static/../service.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py",
                         "//etc/passwd", "/articles/../../etc/passwd", "/static/%00"):  # fmt: skip
                got = await console.ask("GET", path)
                assert got.status in (303, 404) and "import" not in got.text, path
            put = await console.ask("PUT", "/articles", "x", Origin=console.address)
            assert put.status == 405
            policy = front.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy
            assert "access-control-allow-origin" not in front.headers

    run(body())


def test_a_sign_in_is_as_good_as_its_grant(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in()
            assert cookie.startswith("__Host-console=")
            page = await console.ask("GET", "/sales", Cookie=cookie)
            assert page.status == 200 and "Chiffre d'affaires TTC" in page.text
            (given,) = await console.shop.journaled(GrantGiven)
            assert (given.purpose, given.by) == ("console", BOSS)
            # Nobody writes without the token that stands in her forms.
            for body_ in ("device=display", "device=display&token=", "device=display&token=AAAA"):
                assert (await console.ask("POST", "/devices", body_, Cookie=cookie)).status == 403
            tested = await console.ask(
                "POST", "/devices", urlencode({"device": "display", "token": page.token}),
                Cookie=cookie,
            )  # fmt: skip
            assert tested.status == 200 and "display: affiché" in tested.text
            (used,) = await console.shop.journaled(GrantUsed)
            assert used.act == "Test display"
            # Ended at the counter, the cookie opens nothing.
            await console.shop.type("1 ACCES")
            await console.shop.shows("ACCES FINI")
            await console.shop.journaled(GrantEnded)
            async with asyncio.timeout(PATIENCE):
                while (await console.ask("GET", "/sales", Cookie=cookie)).status != 303:
                    await asyncio.sleep(0.05)

    run(body())


def test_a_technician_sees_devices_and_no_turnover(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in("technician")
            page = await console.ask("GET", "/devices", Cookie=cookie)
            assert page.status == 200 and "/sales" not in page.text
            for name in ("sales", "tickets", "articles", "changes"):
                assert (await console.ask("GET", f"/{name}", Cookie=cookie)).status == 404, name
            opened = await console.ask(
                "POST", "/devices", urlencode({"device": "drawer", "token": page.token}),
                Cookie=cookie,
            )  # fmt: skip
            assert (opened.status == 409 and "O-1" in opened.text) or "C-143" in opened.text
            assert not console.shop.bench.printer.pulses
            left = await console.ask("POST", "/leave", f"token={page.token}", Cookie=cookie)
            assert left.status == 303
            (ended,) = await console.shop.journaled(GrantEnded)
            assert ended.why == "returned"

    run(body())


async def shows(console: Console, cookie: str, path: str, text: str) -> None:
    """Wait until that page says that: it reads the journal a little later than the till writes."""
    async with asyncio.timeout(PATIENCE):
        while text not in (await console.ask("GET", path, Cookie=cookie)).text:
            await asyncio.sleep(0.2)


async def put_in(console: Console, cookie: str, table: str) -> tuple[int, str, str]:
    """Put a table in; the status, the page, the form's token."""
    page = await console.ask("GET", "/articles/import", Cookie=cookie)
    form = urlencode({"token": page.token, "table": table})
    got = await console.ask("POST", "/articles/import", form, Cookie=cookie)
    return got.status, got.text, page.token


async def agree(console: Console, cookie: str, page: str, token: str) -> int:
    found = re.search(r'name="sha256" value="(\w+)"', page)
    assert found
    form = urlencode({"token": token, "sha256": found[1]})
    return (await console.ask("POST", "/articles/apply", form, Cookie=cookie)).status


def test_a_catalogue_is_seen_before_it_sells_and_a_broken_one_never_does(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in()
            lines = CATALOG.splitlines(keepends=True)
            broken = "".join([*lines[:2], lines[2].replace('"1,00"', "gratuit"), *lines[3:]])
            status, page, _ = await put_in(console, cookie, broken)
            assert status == 422 and ">3</td>" in page and "gratuit" in page
            await console.shop.type("1 PLU")
            await console.shop.shows("TRADITION", "1,30")
            await console.shop.type("CASH")
            for name in ("=1+1", "+33", "-REMISE", "@HOME"):
                status, page, _ = await put_in(console, cookie, CATALOG + f'98,"{name}",1\n')
                assert status == 422, name
            evil = "<script>alert(1)</script>"
            status, page, token = await put_in(console, cookie, DEARER + f"99,{evil},2,,5.5\n")
            assert status == 200 and "1,30" in page and "1,40" in page
            assert evil not in page and "&lt;script&gt;" in page
            status, page, token = await put_in(console, cookie, DEARER)
            assert await agree(console, cookie, page, token) == 303
            assert await agree(console, cookie, page, token) == 404  # sent twice
            await console.shop.journaled(CatalogChanged)
            await console.shop.type("1 PLU")
            await console.shop.shows("TRADITION", "1,40")
            await console.shop.type("CASH")
            await shows(console, cookie, "/articles/versions", f"Vendeur {BOSS}")
            # The one of before the first change is a version as well, and can be gone back to.
            first = sha256(CATALOG.encode()).hexdigest()
            await shows(console, cookie, "/articles/versions", f'name="sha256" value="{first}"')
            for told in ("Changement de catalogue", "Droits d'un opérateur"):
                await shows(console, cookie, "/changes", told)
            await shows(console, cookie, "/changes?all=1", "Do catalog.apply")
            changes = (await console.ask("GET", "/changes", Cookie=cookie)).text
            assert "Do catalog.apply" not in changes

    run(body())


FOO = """
from pos_terminal.agent.console_pages import ConsolePage, Html, NoSuchPage
from pos_terminal.domain.events.values import ConsoleRole
from pos_terminal.domain.markup import tag

@hookimpl
def pos_services(agent):
    return []

@hookimpl
def pos_console_pages(agent):
    async def answer(asked):
        if asked.path:
            raise NoSuchPage
        return Html("Rounds", tag("p", f"<{asked.visitor.role}> {asked.form}"))

    return [ConsolePage("rounds", "Rounds", frozenset({ConsoleRole.MANAGER}), answer)]
"""


def test_another_plug_in_adds_a_page(tmp_path: Path) -> None:
    """By the hook that the built-in ones come through: pos_console_pages."""
    site = tmp_path / "site"
    site.mkdir()
    install_service(site, "foo", FOO)

    async def body() -> None:
        async with open_console(tmp_path, site) as console:
            cookie = await console.sign_in()
            page = await console.ask("GET", "/rounds", Cookie=cookie)
            assert "&lt;manager&gt; None" in page.text and 'href="/sales"' in page.text
            form = urlencode({"token": page.token, "a": "1"})
            sent = await console.ask("POST", "/rounds", form, Cookie=cookie)
            assert "{'a': '1'}" in sent.text  # the token is the console's affair
            assert (await console.ask("GET", "/rounds/1", Cookie=cookie)).status == 404

    run(body())


def test_a_ticket_is_printed_again_as_a_numbered_duplicate(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            shop = console.shop
            await shop.type("1 PLU CASH TICKET")
            paper = (await shop.bench.printer.next_paper()).text
            assert "DUPLICATA" not in paper
            (number,) = set(re.findall(r"\d-\d{6}", paper))
            await shop.type("2 PLU CASH")
            cookie = await console.sign_in()
            await shows(console, cookie, "/tickets/1", "TRADITION")
            page = await console.ask("GET", "/tickets/1", Cookie=cookie)
            assert number in page.text, "it is named as its paper is"
            for sought in (f"number={number}", "number=1", "amount=1,30", "article=tradition"):
                found = await console.ask("GET", f"/tickets?{sought}", Cookie=cookie)
                assert f">{number}</a>" in found.text and "/tickets/2" not in found.text
            (closed,) = re.findall(r"\d\d/\d\d/\d{4} (\d\d):\d\d", page.text)
            for hour in (closed, f"{int(closed)}h15", f"{closed}:59"):
                found = await console.ask("GET", f"/tickets?hour={hour}&number=1", Cookie=cookie)
                assert f">{number}</a>" in found.text, hour
            for hour in (str((int(closed) + 1) % 24), "24", "x"):
                found = await console.ask("GET", f"/tickets?hour={hour}&number=1", Cookie=cookie)
                assert f">{number}</a>" not in found.text, hour
            await shop.type("23 PLU")  # a sale is open, and goes on
            form = f"token={page.token}"
            sent = await console.ask("POST", "/tickets/1", form, Cookie=cookie)
            assert sent.status == 200 and "Duplicata 1" in sent.text
            paper = (await shop.bench.printer.next_paper()).text
            assert "DUPLICATA 1" in paper and "TRADITION" in paper
            await shop.type("CASH")
            await shop.shows("TOTAL", "1,20")
            requested = [(each.number, each.copy) for each in
                         await shop.journaled(ReceiptRequested, 2)]  # fmt: skip
            assert requested == [(1, 0), (1, 1)]
            (used,) = await shop.journaled(GrantUsed)
            assert used.act == "Do ticket.reprint"
            assert (await console.ask("POST", "/tickets/77", form, Cookie=cookie)).status == 404

    run(body())


def test_two_managers_at_one_article_the_second_is_told(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            one, two = await console.sign_in(), await console.sign_in()
            _, first, token = await put_in(console, one, DEARER)
            other = CATALOG.replace('TRADITION,"1,30"', 'TRADITION,"1,35"')
            _, second, token_two = await put_in(console, two, other)
            assert await agree(console, one, first, token) == 303
            await console.shop.journaled(CatalogChanged)
            assert await agree(console, two, second, token_two) == 409
            await console.shop.type("1 PLU")
            await console.shop.shows("TRADITION", "1,40")

    run(body())


def test_what_was_left_as_it_was_shown_undoes_nothing(tmp_path: Path) -> None:
    """Somebody else has changed the price since: a new name would have brought the old one back."""

    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in()
            shown = await console.ask("GET", "/articles/edit/1", Cookie=cookie)
            (base,) = re.findall(r'name="base" value="(\w+)"', shown.text)
            _, page, token = await put_in(console, cookie, DEARER)
            assert await agree(console, cookie, page, token) == 303
            await console.shop.journaled(CatalogChanged)
            fields = {"token": shown.token, "name": "TRADI", "price": "1,30"}
            for there, status in ((base, 409), ("", 409)):
                form = urlencode({**fields, "base": there})
                got = await console.ask("POST", "/articles/edit/1", form, Cookie=cookie)
                assert (got.status, "C-147" in got.text) == (status, True)

    run(body())


def test_giants_floods_and_slow_ones_are_bounded(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in()
            page = await console.ask("GET", "/articles/import", Cookie=cookie)
            giant = f"token={page.token}&table=" + "x" * (9 << 20)
            try:
                got = await console.ask("POST", "/articles/import", giant, Cookie=cookie)
                assert got.status == 413
            except OSError:  # closed while it was being sent
                pass
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
            reader, writer = await asyncio.open_connection("localhost", console.port, ssl=tls)
            writer.write(b"GET /enter HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            async with asyncio.timeout(3 * PATIENCE):
                assert await reader.read() == b""  # closed, with nothing said
            writer.close()
            await console.shop.type("1 PLU CASH")
            await console.shop.shows("TOTAL", "1,30")
            statuses = [
                (await console.ask("GET", "/static/icon.svg")).status for _ in range(3 * AT_ONCE)
            ]
            assert 429 in statuses and statuses[0] == 200

    run(body())


def test_the_certificate_is_for_these_names_and_its_authority_for_no_others(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    need(openssl is not None, "openssl", "apt-get install openssl")
    assert openssl

    def made(*names: str) -> Made:
        command = [sys.executable, "-m", "pos_service_console.certificate", *names]
        return msgspec.json.decode(subprocess.check_output(command), type=Made)

    def verified(authority: str, leaf: str, name: str) -> bool:
        (tmp_path / "ca.pem").write_text(authority)
        (tmp_path / "leaf.pem").write_text(leaf)
        kind = "-verify_ip" if name[0].isdigit() else "-verify_hostname"
        command = [openssl, "verify", "-x509_strict", "-CAfile", "ca.pem", kind, name, "leaf.pem"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        return done.returncode == 0

    ours = made("caisse.local", "192.0.2.7")
    assert verified(ours.authority, ours.leaf, "caisse.local")
    assert verified(ours.authority, ours.leaf, "192.0.2.7")
    assert not verified(ours.authority, ours.leaf, "other.local")
    assert not verified(made("caisse.local").authority, ours.leaf, "caisse.local")
    (tmp_path / "ca.pem").write_text(ours.authority)
    shown = subprocess.check_output(
        [openssl, "x509", "-in", "ca.pem", "-noout", "-ext", "nameConstraints,basicConstraints"],
        cwd=tmp_path, text=True,
    )  # fmt: skip
    assert "DNS:caisse.local" in shown and "IP:192.0.2.7" in shown and "pathlen:0" in shown


@pytest.mark.parametrize(
    "slip", [{"interface": "eth0/0"}, {"names": ()}, {"names": ("Caisse.local",)}, {"port": 70000}]
)
def test_settings_with_a_slip_are_refused(slip: dict[str, object]) -> None:
    given = {"interface": "eth0", "names": ("caisse.local",), **slip}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, ConsoleSettings)


def test_a_grant_that_is_returned_lets_nobody_act(tmp_path: Path) -> None:
    """A taken-over console holds secrets that are worth what the till says of them."""

    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in()
            _, page, token = await put_in(console, cookie, DEARER)
            await console.shop.till.call(interface.END_GRANT, GrantEnding(number=1))
            await agree(console, cookie, page, token)
            await console.shop.type("1 PLU")
            await console.shop.shows("TRADITION", "1,30")

    run(body())




async def send(console: Console, cookie: str, path: str, **form: str) -> Got:
    """Send a form of the page at that path, with the token of whoever is signed in."""
    page = await console.ask("GET", "/devices", Cookie=cookie)
    body = urlencode({"token": page.token, **form})
    return await console.ask("POST", path, body, Cookie=cookie)


def test_the_day_is_read_and_closed_from_a_page_and_the_till_says_what_stands_against_it(
    tmp_path: Path,
) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            shop, cookie = console.shop, await console.sign_in()
            await shop.type("1 PLU CARD")
            read = await send(console, cookie, "/closures/x")
            assert read.status == 200 and "LECTURE X" in read.text and "1,30" in read.text
            (reported,) = await shop.journaled(PeriodReported)
            assert reported.totals.net == 130
            refused = await send(console, cookie, "/closures/close/day")
            assert refused.status == 409 and faults.COUNT_FIRST.code in refused.text
            month = await send(console, cookie, "/closures/close/month")
            assert month.status == 409 and faults.CLOSE_FIRST.code in month.text
            await console.count_drawer()
            await shop.bench.printer.next_paper()
            closed = await send(console, cookie, "/closures/close/day")
            assert closed.status == 200 and "Z 1" in closed.text
            (event,) = await shop.journaled(PeriodClosed)
            assert (event.number, event.totals.net) == (1, 130)
            assert "Z" in (await shop.bench.printer.next_paper()).text
            await shows(console, cookie, "/closures", "Z 1</a>")
            told = [each.act for each in await shop.journaled(GrantUsed, 4)]
            assert told == ["Do period.read", *["Do period.close"] * 3]
            assert (await send(console, cookie, "/closures/close/week")).status == 404

    run(body())
