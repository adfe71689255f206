"""A catalogue of 50,000 rows at the console: put in, looked at, changed; the agent stays small."""

import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from pos_service_console.comparing import SHOWN
from pos_terminal.agent.guard import MIB, SUSPICIOUS
from pos_terminal.domain import faults
from pos_terminal.domain.events.system import CatalogChanged
from pos_terminal.testing.running import run
from tests.support.api import Program, make_token
from tests.support.console import Console, open_console

pytestmark = pytest.mark.slow

ROWS = 50_000
HEAD = "plu;name;price;unit;family;vat;barcode;stock;alert\n"


def table(price: str, rows: int = ROWS) -> str:
    """Every article at that price, each with the barcode of its number, and none of it left."""
    return HEAD + "".join(
        f"{plu};ARTICLE NUMERO {plu};{price};piece;FAMILLE {plu % 30};5,5;{ean(plu)};yes;5\n"
        for plu in range(1, rows + 1)
    )


def ean(number: int) -> str:
    """EAN-13 (GS1 General Specifications, section 7.9), as a supplier numbers its goods."""
    digits = f"376{number:09d}"
    return f"{digits}{-sum(int(each) * (1, 3)[at % 2] for at, each in enumerate(digits)) % 10}"


def peak(console: Console) -> int:
    """Bytes of the agent's memory at their highest (proc_pid_status(5))."""
    process = console.process.process
    assert process and process.returncode is None, console.process.log.read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    assert found
    return int(found[1]) << 10


async def posted(console: Console, cookie: str, path: str, **form: str) -> tuple[int, str]:
    page = await console.ask("GET", "/articles/import", Cookie=cookie)
    body = urlencode({"token": page.token, **form})
    got = await console.ask("POST", path, body, Cookie=cookie)
    return got.status, got.text


async def put_in(console: Console, cookie: str, text: str) -> str:
    """Put the table in and agree to it; the page that showed what it changes."""
    status, page = await posted(console, cookie, "/articles/import", table=text)
    assert status == 200, page[:500]
    (name,) = set(re.findall(r'name="sha256" value="(\w+)"', page))
    got = await posted(console, cookie, "/articles/apply", sha256=name)
    assert got[0] == 303, got
    await console.shop.journaled(CatalogChanged)
    return page


def test_fifty_thousand_rows_are_put_in_and_the_agent_stays_small(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_console(tmp_path) as console:
            cookie = await console.sign_in()
            await put_in(console, cookie, table("1,30"))
            await console.shop.type(f"{ROWS} PLU CASH")
            await console.shop.shows("TOTAL", "1,30")
            status, page = await posted(console, cookie, "/articles/import", table=table("1,40"))
            assert (status, f"{ROWS} changements" in page) == (200, True)
            # Their stock is looked at in pages, on the day's as well.
            stock = await console.ask("GET", f"/stock?from={ROWS - 200}", Cookie=cookie)
            assert f"{ROWS - 199} à {ROWS} sur {ROWS}" in stock.text
            assert stock.text.count("<tr>") == 1 + 200 and "from=49600" in stock.text
            first = await console.ask("GET", "/stock", Cookie=cookie)
            assert first.text.count("<tr>") == 2 * (1 + 200) and f"{ROWS} articles" in first.text
            one = await console.ask("GET", f"/stock?q=numero+{ROWS}", Cookie=cookie)
            assert one.text.count("<tr>") == 2 * (1 + 1)
            day = await console.ask("GET", "/sales", Cookie=cookie)
            assert day.status == 200 and day.text.count("ARTICLE NUMERO") < 40
            # Looked for, changed one at a time, and fetched whole.
            found = await console.ask("GET", f"/articles?q={ean(ROWS)}", Cookie=cookie)
            assert f"ARTICLE NUMERO {ROWS}" in found.text and "1 article<" in found.text
            shown = await console.ask("GET", f"/articles/edit/{ROWS}", Cookie=cookie)
            (base,) = re.findall(r'name="base" value="(\w+)"', shown.text)
            status, page = await posted(
                console, cookie, f"/articles/edit/{ROWS}", base=base, price="1,50"
            )
            assert (status, "1 changement" in page) == (200, True)
            status, page = await posted(
                console, cookie, "/articles/bulk", base=base, by="10", kind="percent", step="5"
            )
            assert (status, f"{ROWS} changements" in page) == (200, True)
            whole = await console.ask("GET", "/articles/catalogue.csv", Cookie=cookie)
            assert whole.text == table("1,30")
            # By a program.
            scope = ("catalog.read", "catalog.apply")
            program = Program(console, await make_token(console, cookie, *scope))
            told = json.loads((await program.ask("GET", "/catalog")).text)["articles"]
            assert [each["plu"] for each in told] == [str(1 + at) for at in range(ROWS)]
            got = await program.ask("POST", "/catalog/preview", table("1,40"), "text/csv")
            preview = json.loads(got.text)
            assert (preview["count"], len(preview["differences"])) == (ROWS, SHOWN)
            # More than can be compared: refused, and said what to do.
            giant = "plu;name;price\n" + "".join(f"{plu};A;1\n" for plu in range(1, 3 * ROWS))
            status, page = await posted(console, cookie, "/articles/import", table=giant)
            assert (status, faults.CATALOGUE_TOO_LARGE.code in page) == (409, True), page[:500]
            got = await program.ask("POST", "/catalog/preview", giant, "text/csv")
            assert (got.status, json.loads(got.text)["code"]) == (413, "C-154")
            # Still signed in, by the same agent, which nothing warned of.
            assert (await console.ask("GET", "/sales", Cookie=cookie)).status == 200
            assert peak(console) < SUSPICIOUS, f"{peak(console) // MIB} MiB"

    run(body())
