"""The owner's console looked at in Debian's chromium."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import ConsoleMessage, Page, async_playwright, expect

from tests.needs import need
from tests.support.console import Console, open_console

CHROMIUM = shutil.which("chromium")
PATIENCE = 60_000.0
DESK, PHONE = (1280, 860), (390, 844)

MEANT = re.compile(r"status of (409|422)\b|net::ERR_NETWORK_CHANGED")
"""What a browser notes down of pages that are as they should be: what was asked for is not done; or
the box got another network, at which it drops all connections, and a page looks again by itself. A
style, a script or a picture that is not there is a 404.
"""


@asynccontextmanager
async def browsed(folder: Path, more: str = "") -> AsyncIterator[tuple[Console, Page]]:
    """A shop, its console, and a window of a phone's size; what breaks in it fails the test."""
    async with open_console(folder, more=more) as console, window() as page:
        yield console, page


@asynccontextmanager
async def window() -> AsyncIterator[Page]:
    """A window of a phone's size; what breaks in it fails the test."""
    need(CHROMIUM is not None, "chromium", "apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        # No sandbox: tests may run as root, and the pages are our own.
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        context = await browser.new_context(
            ignore_https_errors=True, accept_downloads=True,
            viewport={"width": PHONE[0], "height": PHONE[1]},
        )  # fmt: skip
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda said: broken.extend(_wrong(said)))
        yield page
        await browser.close()
        assert not broken, broken


def _wrong(said: ConsoleMessage) -> list[str]:
    """What of a browser's console is an error, and not meant."""
    meant = said.type != "error" or MEANT.search(said.text)
    return [] if meant else [f"{said.location['url']}: {said.text}"]


async def see_change(page: Page) -> None:
    """Have the till check what was typed; one that was too slow is asked once more, as it says."""
    while True:
        async with page.expect_navigation():
            await page.get_by_role("button", name="Voir le changement").click()
        if not await page.get_by_text("demander encore une fois").count():
            return


async def let_in(console: Console, page: Page) -> None:
    """By the digits that the window shows, typed at the keypad."""
    await page.goto(console.address)
    await page.get_by_role("button", name="Gérant").click()
    code = await page.locator(".code").inner_text()
    await console.type_code(code.replace(" ", ""))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Aujourd'hui")


async def fits(axe: Axe, page: Page) -> None:
    """axe finds nothing wrong with it, and it is no wider than its screen."""
    found = await axe.run(page)
    wrong = [
        (each["id"], each["impact"], each["nodes"][0]["target"])
        for each in found.response["violations"]
    ]
    assert not wrong, f"{page.url}: {wrong}: {await page.inner_text('body')}"
    wide, screen = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= screen, page.url
