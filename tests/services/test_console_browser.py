"""The owner's console in Debian's chromium: an owner's morning, on a phone and at a desk."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect

from pos_terminal.domain.events.system import CatalogChanged
from pos_terminal.testing.running import run
from tests.needs import need
from tests.support.console import Console, open_console
from tests.support.shop import CATALOG

pytestmark = pytest.mark.slow

CHROMIUM = shutil.which("chromium")
PATIENCE = 20_000.0
DESK, PHONE = (1280, 860), (390, 844)
PAGES = ("sales", "tickets", "tickets/1", "articles", "articles/edit/1", "articles/import",
         "articles/versions", "closures", "closures/close/day", "closures/close/month",
         "devices", "incidents", "changes")  # fmt: skip


@asynccontextmanager
async def browsed(folder: Path) -> AsyncIterator[tuple[Console, Page]]:
    """A shop, its console, and a window of a phone's size; what breaks in it fails the test."""
    need(CHROMIUM is not None, "chromium", "apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    async with open_console(folder) as console, async_playwright() as playwright:
        # No sandbox: tests may run as root, and the pages are our own.
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        window = await browser.new_context(
            ignore_https_errors=True, viewport={"width": PHONE[0], "height": PHONE[1]}
        )
        page = await window.new_page()
        page.set_default_timeout(PATIENCE)
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
        yield console, page
        await browser.close()
        # A page that answers 409 or 422 is noted down by the browser, and is meant.
        assert [each for each in broken if "status of 4" not in each] == []


async def let_in(console: Console, page: Page) -> None:
    """By the digits that the window shows, typed at the keypad."""
    await page.goto(console.address)
    await page.get_by_role("button", name="Gérant").click()
    code = await page.locator(".code").inner_text()
    await console.type_code(code.replace(" ", ""))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Aujourd'hui")


def test_a_price_is_changed_from_a_phone_and_sold_at_once(tmp_path: Path) -> None:
    async def body() -> None:
        async with browsed(tmp_path) as (console, page):
            await let_in(console, page)
            turnover = page.locator(".figures dd").first
            await expect(turnover).to_contain_text("0,00")
            await console.shop.type("1 PLU CASH")
            await expect(turnover).to_contain_text("1,30")  # nobody asked for the page again
            await page.get_by_role("link", name="Articles").click()
            await page.get_by_role("link", name="TRADITION").click()
            await page.get_by_label("Prix TTC").fill("1,40")
            await page.get_by_role("button", name="Voir le changement").click()
            await expect(page.locator("table")).to_contain_text("1,30")
            await expect(page.locator("table strong")).to_have_text("1,40")
            await page.get_by_role("button", name="Mettre en vigueur").click()
            await expect(page.locator(".notice")).to_contain_text("C'est fait")
            await console.shop.journaled(CatalogChanged)
            await console.shop.type("1 PLU")
            await console.shop.shows("TRADITION", "1,40")
            await console.shop.type("CASH")
            # And back, by the version that was displaced.
            await page.goto(f"{console.address}/articles/import")
            await page.locator("input[type=file]").set_input_files(
                {"name": "prix.csv", "mimeType": "text/csv",
                 "buffer": CATALOG.replace("TRADITION", "PAIN D'\xc9T\xc9").encode("cp1252")}
            )  # fmt: skip
            await expect(page.locator("textarea")).to_have_value(
                CATALOG.replace("TRADITION", "PAIN D'\xc9T\xc9")
            )
            await page.get_by_role("button", name="Voir les différences").click()
            await expect(page.locator("table")).to_contain_text("PAIN D'\xc9T\xc9")
            # Ended at the counter, the window is shown out.
            await console.shop.type("1 ACCES")
            await console.shop.shows("ACCES FINI")
            await asyncio.sleep(1)
            await page.goto(f"{console.address}/articles")
            await expect(page.get_by_role("button", name="Gérant")).to_be_visible()

    run(body())


def test_whoever_cannot_see_or_point_finds_the_way(tmp_path: Path) -> None:
    """axe on every page, at both sizes; none is wider than its screen; signed out by keys alone."""

    async def body() -> None:
        async with browsed(tmp_path) as (console, page):
            await console.shop.type("1 PLU 2 PLU CASH")
            await let_in(console, page)
            axe = Axe()
            for width, height in (PHONE, DESK):
                await page.set_viewport_size({"width": width, "height": height})
                for name in PAGES:
                    await page.goto(f"{console.address}/{name}")
                    found = await axe.run(page)
                    wrong = [
                        (each["id"], each["impact"], each["nodes"][0]["target"])
                        for each in found.response["violations"]
                    ]
                    assert wrong == [], (name, width)
                    wide = await page.evaluate("document.documentElement.scrollWidth")
                    assert wide <= width, (name, wide)
            await page.keyboard.press("Tab")
            assert await page.evaluate("document.activeElement.className") == "skip"
            for _ in range(40):
                if await page.evaluate("document.activeElement.textContent") == "Quitter":
                    break
                await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("button", name="Gérant")).to_be_visible()

    run(body())
