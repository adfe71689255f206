"""The pictures of docs/commercant.md: `python -m tests.support.console_pictures` takes them anew.

A bakery sells on two days, a week apart, by a clock that is set; its console is looked at in
Debian's chromium, as its owner would.
"""

import asyncio
import random
import shutil
import tempfile
import time
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.async_api import Page, async_playwright

from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.runtime.simulated_clock import SECOND, ReplayClock
from tests.support.browsing import see_change
from tests.support.console import Console, open_console
from tests.support.staff import BADGES, LEA

DOCS = Path(__file__).parents[2] / "docs"
ZONE = ZoneInfo("Europe/Paris")
DESK, PHONE = (1180, 1060), (390, 844)
BAGS = ("1 PLU", "2 PLU", "1 PLU 23 PLU", "2 x 2 PLU 32 PLU", "3 x 23 PLU", "2 x 1 PLU 23 PLU")
HOURS = (7, 7, 8, 8, 9, 9, 10, 10, 10, 11, 11, 12, 13, 15, 16, 17, 17, 18, 18, 19)


async def sell(console: Console, clock: ReplayClock, day: datetime, before: int) -> None:
    """A day's tickets, each at its hour; as many as HOURS, behind those `before`."""
    chance = random.Random(day.weekday() + before)
    clock.stand(int(day.replace(hour=6).timestamp()) * SECOND)
    await sign_on(console)
    for sold, hour in enumerate(HOURS, 1):
        at = day.replace(hour=hour, minute=chance.randrange(10) + 5 * (sold % 10))
        clock.stand(int(at.timestamp()) * SECOND)
        await console.shop.type(f"{chance.choice(BAGS)} {chance.choice(('CASH', 'CARD'))}")
        await console.shop.journaled(SaleClosed, before + sold)


async def sign_on(console: Console) -> None:
    """A new day is nobody's yet."""
    await console.shop.bench.scanner.scan(BADGES[LEA])
    await console.shop.shows("BONJOUR LEA")


async def take(page: Page, name: str) -> None:
    """Keep what the window shows."""
    await page.wait_for_timeout(500)
    picture = Image.open(BytesIO(await page.screenshot()))
    picture.save(DOCS / f"console-{name}.webp", quality=82, method=6)


async def look(console: Console, page: Page, day: datetime) -> None:
    """Sign in, and take each picture."""
    await page.goto(console.address)
    await page.get_by_role("button", name="Gérant").click()
    code = await page.locator(".code").inner_text()
    await take(page, "entree")
    await console.type_code(code.replace(" ", ""))
    await page.wait_for_url("**/sales")
    at = f"{console.address}/sales?on={day.date().isoformat()}"
    await page.goto(at)
    while "CROISSANT" not in await page.locator("main").inner_text():
        await page.reload()
    await take(page, "jour")
    await page.goto(f"{console.address}/articles/edit/1")
    await page.get_by_label("Prix TTC").fill("1,40")
    await page.get_by_role("button", name="Voir le changement").click()
    await page.get_by_role("button", name="Mettre en vigueur").wait_for()
    await take(page, "prix")
    await page.goto(f"{console.address}/settings/tickets")
    await page.get_by_label("Au pied des tickets").fill("Joyeuses fêtes, à bientôt")
    await page.get_by_label("Montrer le total").check()
    await see_change(page)
    await page.get_by_role("button", name="Essayer").wait_for()
    await take(page, "reglage")
    await page.goto(f"{console.address}/tickets/3")
    await take(page, "ticket")
    await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    await page.goto(at)
    await take(page, "bureau")


async def main() -> None:
    """Take them all."""
    now = datetime.now(ZONE)
    clock = ReplayClock(ZONE, time.time_ns() // 1000)
    week, day = now - timedelta(8), now - timedelta(1)
    clock.stand(int(week.replace(hour=6).timestamp()) * SECOND)
    with tempfile.TemporaryDirectory(prefix="till-") as folder:
        async with open_console(Path(folder), clock=clock) as console, async_playwright() as plays:
            await sell(console, clock, week, 0)
            await sell(console, clock, day, len(HOURS))
            clock.stand(time.time_ns() // 1000)
            await sign_on(console)
            browser = await plays.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            window = await browser.new_context(
                ignore_https_errors=True, locale="fr-FR",
                viewport={"width": PHONE[0], "height": PHONE[1]},
            )  # fmt: skip
            await look(console, await window.new_page(), day)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
