"""The owner's console in Debian's chromium: an owner's morning, on a phone and at a desk."""

import asyncio
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from pos_terminal.domain.events.system import CatalogChanged
from pos_terminal.testing.running import PATIENCE, run
from tests.support.browsing import DESK, PHONE, browsed, fits, let_in
from tests.support.shop import CATALOG

pytestmark = pytest.mark.slow

PAGES = ("sales", "tickets", "tickets/1", "articles", "articles/edit/1", "articles/import",
         "articles/bulk", "articles/labels", "articles/versions", "closures",
         "closures/close/day", "closures/close/month",
         "accounts", "stock", "stock/make", "orders", "vouchers", "customers", "customers/new",
         "clerks", "clerks/new", "clerks/12", "settings", "settings/reasons",
         "api", "devices", "incidents", "changes")  # fmt: skip


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
            async with asyncio.timeout(PATIENCE):
                while not await page.get_by_role("button", name="Gérant").count():
                    await asyncio.sleep(0.4)
                    await page.goto(f"{console.address}/articles")

    run(body())


def test_whoever_cannot_see_or_point_finds_the_way(tmp_path: Path) -> None:
    """axe on every page, at both sizes; none is wider than its screen; signed out by keys alone."""

    async def body() -> None:
        async with browsed(tmp_path) as (console, page):
            await console.shop.type("1 PLU 2 PLU CASH")
            await let_in(console, page)
            links = page.locator("nav .pages a")
            menu = [await each.get_attribute("href") for each in await links.all()]
            assert {*menu} == {f"/{name.partition('/')[0]}" for name in PAGES}
            axe = Axe()
            for width, height in (PHONE, DESK):
                await page.set_viewport_size({"width": width, "height": height})
                for name in PAGES:
                    # A page is three or four questions, and ten a second are answered: no person
                    # turns fifty pages without a look.
                    await asyncio.sleep(0.4)
                    await page.goto(f"{console.address}/{name}")
                    await fits(axe, page)
            await page.keyboard.press("Tab")
            assert await page.evaluate("document.activeElement.className") == "skip"
            for _ in range(40):
                if await page.evaluate("document.activeElement.textContent") == "Quitter":
                    break
                await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("button", name="Gérant")).to_be_visible()

    run(body())


async def tabbed_to(page: Page, text: str) -> None:
    """Go there by the tabulator alone: to a link, a button or a field of that name."""
    at = "document.activeElement"
    for _ in range(200):
        await page.keyboard.press("Tab")
        if text == await page.evaluate(
            f"{at}.labels?.[0]?.firstChild.textContent ?? {at}.textContent"
        ):
            return
    raise AssertionError(f"no way to {text!r} at {page.url}")


def test_a_price_is_changed_by_keys_alone(tmp_path: Path) -> None:
    async def body() -> None:
        async with browsed(tmp_path) as (console, page):
            await let_in(console, page)
            title = page.get_by_role("heading", level=1)
            for pressed, led_to in (("Articles", "Articles"), ("TRADITION", "1 TRADITION")):
                await tabbed_to(page, pressed)
                await page.keyboard.press("Enter")
                await expect(title).to_have_text(led_to)
            await tabbed_to(page, "Prix TTC")
            await page.keyboard.press("Control+A")
            await page.keyboard.type("1,40")
            await page.keyboard.press("Enter")
            await expect(page.locator("table strong")).to_have_text("1,40")
            await tabbed_to(page, "Mettre en vigueur")
            await page.keyboard.press("Enter")
            await expect(page.locator(".notice")).to_contain_text("C'est fait")
            await console.shop.journaled(CatalogChanged)

    run(body())


def test_a_token_is_shown_once_on_a_phone(tmp_path: Path) -> None:
    """It is long and has no blanks; a tap takes the whole of it, for it is there to be copied."""

    async def body() -> None:
        async with browsed(tmp_path) as (console, page):
            await let_in(console, page)
            await page.goto(f"{console.address}/api")
            await page.get_by_label("Nom du programme").fill("Cuisine")
            await page.get_by_label("lire les tickets").check()
            await page.get_by_role("button", name="Faire le jeton").click()
            secret = page.locator(".secret")
            await fits(Axe(), page)
            ground = "each => getComputedStyle(each).backgroundColor"
            assert await secret.evaluate(ground) != await page.locator("main").evaluate(ground)
            await secret.click()
            assert await page.evaluate("`${getSelection()}`.trim()") == await secret.inner_text()
            await page.get_by_role("link", name="C'est copié").click()
            await expect(page.locator("table")).to_contain_text("Cuisine")
            await expect(page.locator(".secret")).to_have_count(0)
            await fits(Axe(), page)

    run(body())
