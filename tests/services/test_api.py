"""The local API over the console's own listener: tokens, what they read, who is refused."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from pos_service_console.api.bearers import FRESH
from pos_service_console.api.problem import KINDS
from pos_terminal.domain.events.grants import GrantEnded, GrantGiven, GrantUsed
from pos_terminal.domain.events.prepaid import DepositMoved
from pos_terminal.domain.events.stock import StockMoved
from pos_terminal.domain.events.system import CatalogChanged
from pos_terminal.domain.staff import tokens
from pos_terminal.testing.running import PATIENCE, run
from tests.support.api import BASE, Program, make_token
from tests.support.console import open_console
from tests.support.shop import CATALOG
from tests.support.staff import BOSS

# Each has a till and an agent of its own.
pytestmark = pytest.mark.slow

DEARER = CATALOG.replace('TRADITION,"1,30"', 'TRADITION,"1,40"')


def code(text: str) -> str:
    """The code of a problem; it has a title and a remedy."""
    found = json.loads(text)
    assert found["title"] and found["remedy"] and found["status"]
    return str(found["code"])


def test_a_token_is_shown_once_reads_what_it_is_for_and_ends(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            await console.shop.type("1 PLU CASH")
            cookie = await console.sign_in()
            program = Program(console, await make_token(console, cookie, "status.read"))
            status = await program.get("/status")
            assert status["selling"] is True and status["terminal"] == "2"
            assert {each["name"] for each in (await program.get("/devices"))["devices"]} >= {
                "printer", "scale"
            }  # fmt: skip
            assert (await program.get("/incidents"))["incidents"] == []
            given = await console.shop.journaled(GrantGiven, 2)
            assert (given[1].token, given[1].scope, given[1].by) == (
                "Cuisine", ("status.read",), BOSS
            )  # fmt: skip
            listed = await console.ask("GET", "/api", Cookie=cookie)
            assert "Cuisine" in listed.text and program.token not in listed.text
            # Not in its scope.
            for path in ("/tickets", "/events", "/catalog", "/tickets/1"):
                got = await program.ask("GET", path)
                assert (got.status, code(got.text)) == (403, "scope-missing"), path
            # None, forged, somebody else's kind of secret, in another place.
            for headers, found in (
                ({"Authorization": ""}, "token-missing"),
                ({"Authorization": f"Basic {program.token}"}, "token-missing"),
                ({"Authorization": "Bearer " + "0" * 64}, "token-unknown"),
                ({"Authorization": "", "Cookie": cookie}, "token-missing"),
            ):
                got = await program.ask("GET", "/status", **headers)
                assert (got.status, code(got.text)) == (401, found)
                assert "Bearer" in got.headers["www-authenticate"]
            got = await program.ask("GET", f"/status?token={program.token}", Authorization="")
            assert got.status == 401
            # Ended in the console, it opens nothing.
            ending = f"token={listed.token}&number=2"
            assert (await console.ask("POST", "/api/end", ending, Cookie=cookie)).status == 303
            (ended,) = await console.shop.journaled(GrantEnded)
            assert (ended.grant, ended.by) == (2, BOSS)
            async with asyncio.timeout(PATIENCE):
                while (await program.ask("GET", "/status")).status != 401:
                    await asyncio.sleep(0.1)

    run(body())


def test_tickets_and_records_are_read_without_a_name(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            await console.shop.type("1 PLU 2 PLU CASH")
            await console.shop.type("1 PLU CASH")
            cookie = await console.sign_in()
            program = Program(
                console, await make_token(console, cookie, "tickets.read", "events.read")
            )
            async with asyncio.timeout(PATIENCE):
                while len((await program.get("/tickets"))["tickets"]) < 2:
                    await asyncio.sleep(0.1)
            first = await program.get("/tickets?limit=1")
            assert [each["number"] for each in first["tickets"]] == [1] and first["next"] == 1
            rest = await program.get("/tickets?after=1")
            assert [each["total"] for each in rest["tickets"]] == [130] and rest["next"] is None
            one = await program.get("/tickets/1")
            assert [each["name"] for each in one["lines"]] == ["TRADITION", "BAGUETTE"]
            assert one["payments"][0]["amount"] == one["ticket"]["total"] == 230
            paper = await program.ask("GET", "/tickets/1/paper")
            assert paper.headers["content-type"].startswith("text/plain")
            assert "TRADITION" in paper.text and one["ticket"]["name"] in paper.text
            seqs: list[int] = []
            while True:  # as far as it goes, page by page
                page = await program.get(f"/events?after={seqs[-1] if seqs else 0}&limit=7")
                if not page["events"]:
                    break
                seqs += [each["seq"] for each in page["events"]]
            assert seqs == [*range(1, seqs[-1] + 1)]
            got = await program.ask("GET", "/events?after=99999")
            assert (got.status, code(got.text)) == (409, "C-146")
            # IDs of others, and what is none.
            for path in ("/tickets/77", "/tickets/0", "/tickets/-1", "/tickets/1e3",
                         "/tickets/999999999999999999999", "/tickets/%2e%2e", "/tickets/1/../2",
                         "/tickets/1%00", "/tickets/1/paper/..%2f..", "/../etc/passwd",
                         "/tickets/1;drop", "//tickets"):  # fmt: skip
                got = await program.ask("GET", path)
                assert got.status in (404, 403) and code(got.text) == "not-found", path
            for query in ("limit=0", "limit=101", "limit=x", "after=-1", "day=2026-13-01",
                          "who=me", "limit=1&limit=2", "after=99999999999999999"):  # fmt: skip
                got = await program.ask("GET", f"/tickets?{query}")
                assert (got.status, code(got.text)) == (400, "bad-request"), query

    run(body())


def test_a_catalogue_is_previewed_then_put_in_force_on_what_it_was_made_from(
    tmp_path: Path,
) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in()
            made = await make_token(console, cookie, "catalog.read", "catalog.apply")
            program = Program(console, made)
            got = await program.ask("GET", "/catalog")
            etag = got.headers["etag"]
            assert etag == f'"{json.loads(got.text)["sha256"]}"'
            known = await program.ask("GET", "/catalog", If_None_Match=etag)
            assert (known.status, known.text) == (304, "")
            file = await program.ask("GET", "/catalog.csv")
            assert file.text == CATALOG and file.headers["etag"] == etag

            lines = CATALOG.splitlines(keepends=True)
            broken = "".join([*lines[:2], lines[2].replace('"1,00"', "gratuit"), *lines[3:]])
            got = await program.ask("POST", "/catalog/preview", broken, "text/csv")
            assert got.status == 200 and json.loads(got.text)["sha256"] is None
            assert json.loads(got.text)["wrong"][0]["line"] == 3
            got = await program.ask("POST", "/catalog/preview", DEARER, "text/csv")
            preview = json.loads(got.text)
            (changed,) = preview["differences"]
            assert (changed["field"], preview["count"]) == ("prices", 1)
            wanted = {"sha256": preview["sha256"]}
            got = await program.ask("PUT", "/catalog", wanted)
            assert (got.status, code(got.text)) == (428, "condition-missing")
            got = await program.ask("PUT", "/catalog", wanted, If_Match='"0"')
            assert (got.status, code(got.text)) == (412, "moved")
            other = await make_token(console, cookie, "catalog.apply", name="Autre")
            got = await Program(console, other).ask("PUT", "/catalog", wanted, If_Match=etag)
            assert (got.status, code(got.text)) == (409, "preview-missing")
            got = await program.ask("PUT", "/catalog", wanted, If_Match=etag)
            assert got.status == 200, got.text
            await console.shop.journaled(CatalogChanged)
            await console.shop.type("1 PLU")
            await console.shop.shows("TRADITION", "1,40")
            got = await program.ask("PUT", "/catalog", wanted, If_Match=etag)
            assert (got.status, code(got.text)) == (409, "preview-missing")  # sent twice
            used = [each for each in await console.shop.journaled(GrantUsed, 3)
                    if each.grant == 2]  # fmt: skip
            assert [each.act for each in used] == ["Do catalog.apply"]
            # Somebody else changes it meanwhile.
            got = await program.ask("POST", "/catalog/preview", CATALOG, "text/csv")
            preview = json.loads(got.text)
            theirs = Program(console, other)
            third = CATALOG.replace('TRADITION,"1,30"', 'TRADITION,"1,50"')
            got = await theirs.ask("POST", "/catalog/preview", third, "text/csv")
            mine = json.loads(got.text)
            done = await theirs.ask(
                "PUT", "/catalog", {"sha256": mine["sha256"]}, If_Match=f'"{mine["base"]}"'
            )
            assert done.status == 200
            got = await program.ask(
                "PUT", "/catalog", {"sha256": preview["sha256"]},
                If_Match=f'"{preview["base"]}"',
            )  # fmt: skip
            assert (got.status, code(got.text)) == (412, "C-147")

    run(body())


def test_stock_and_orders_are_the_tills_own_sums(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            shop = console.shop
            cookie = await console.sign_in()
            program = Program(
                console, await make_token(console, cookie, "stock.read", "orders.read")
            )
            kept = {each["plu"]: each for each in (await program.get("/stock"))["stock"]}
            assert kept and "32" in kept, kept
            await shop.type("32 PLU CASH")
            await shop.journaled(StockMoved)
            async with asyncio.timeout(PATIENCE):
                while True:
                    left = {e["plu"]: e["left"] for e in (await program.get("/stock"))["stock"]}
                    if left["32"] == kept["32"]["left"] - 1000:
                        break
                    await asyncio.sleep(0.1)
            assert (await program.get("/orders"))["orders"] == []
            await shop.type("500 PRIX 123 ACOMPTE CASH")
            await shop.journaled(DepositMoved)
            async with asyncio.timeout(PATIENCE):
                while not (orders := (await program.get("/orders"))["orders"]):
                    await asyncio.sleep(0.1)
            assert [(each["order"], each["paid"]) for each in orders] == [("123", 500)]

    run(body())


def test_what_is_malformed_is_refused_with_a_problem(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in()
            program = Program(console, await make_token(console, cookie, *tokens.SCOPES))
            for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
                got = await program.ask(method, "/status")
                assert (got.status, code(got.text)) == (405, "method"), method
                assert "GET" in got.headers["allow"]
            for media in ("application/json", "multipart/form-data", "text/html", ""):
                got = await program.ask("POST", "/catalog/preview", "a", media)
                assert (got.status, code(got.text)) == (415, "media-type"), media
            for sent in (
                "",
                "{",
                "[]",
                '{"sha256":1}',
                '{"sha256":"a","b":1}',
                "\ud800",
                "[" * 9000,
            ):
                data = sent.encode("utf-8", "surrogatepass")
                got = await program.ask("PUT", "/catalog", data)
                assert (got.status, code(got.text)) == (422, "bad-body"), sent[:20]
            try:
                got = await program.ask("PUT", "/catalog", '{"sha256":"' + "a" * (1 << 20) + '"}')
                assert (got.status, code(got.text)) == (413, "too-large")
            except OSError:  # closed while it was being sent
                pass
            # Names of others, and pages of others'; nobody is told that he may read it.
            got = await program.ask("GET", "/status", Host="evil.example")
            assert got.status == 421
            for origin in ("https://evil.example", "null"):
                got = await program.ask("GET", "/status", Origin=origin)
                assert got.status == 403
            got = await program.ask("OPTIONS", "/status", Origin=console.address)
            assert not [each for each in got.headers if each.startswith("access-control")]
            # Many wrong tokens from one address are not even looked at.
            codes = {(await program.ask("GET", "/status", Authorization=f"Bearer {n:064x}")).status
                     for n in range(100)}  # fmt: skip
            assert codes == {401, 429}
            await asyncio.sleep(FRESH)  # it is asked anew, and still served: it is known
            assert (await program.ask("GET", "/status")).status == 200
            statuses = [(await program.ask("GET", "/incidents")).status for _ in range(150)]
            assert 429 in statuses

    run(body())


def test_the_description_is_served_to_anybody_and_every_problem_is_documented(
    tmp_path: Path,
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    told = {line.split("`")[1]: line.split("|")[2].strip() for line in rows}
    codes = {kind.code: str(int(kind.status)) for kind in KINDS}
    assert {code: told.get(code) for code in codes} == codes
    assert {code for code in told if "-" in code} <= set(codes)
    assert {scope for scope in told if re.fullmatch(r"[a-z]+\.[a-z]+", scope)} == {*tokens.SCOPES}

    async def body() -> None:
        async with open_console(tmp_path) as console:
            got = await console.ask("GET", f"{BASE}/openapi.json")
            document = json.loads(got.text)
            assert document["openapi"].startswith("3.1")
            described = {
                (f"{method.upper()} {path}", operation["description"].split("`")[1])
                for path, methods in document["paths"].items()
                for method, operation in methods.items()
            }
            described |= {
                (f"WS {path}", socket["description"].split("`")[1])
                for path, socket in document["x-websockets"].items()
            }
            rows = re.findall(r"^\| `([A-Z]+ /\S+)` \| `([a-z.]+)` \|", page, re.M)
            assert set(rows) == described and len(rows) == len(described)

    run(body())
