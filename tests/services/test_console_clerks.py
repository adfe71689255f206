"""The owner's console in Debian's chromium: a clerk is taken in, and types a PIN at the counter."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from pos_terminal.domain import faults
from pos_terminal.domain.events.staff import ClerkChanged, OperatorSignedOn
from pos_terminal.domain.staff.clerks import badge_hash
from pos_terminal.persons import clerks_file
from pos_terminal.testing.running import PATIENCE, run
from tests.support.browsing import browsed, let_in

pytestmark = pytest.mark.slow

PIN, EVIL = "6274", "<b>ZOE</b>"


def test_a_clerk_taken_in_from_a_page_types_her_own_pin_and_signs_on(tmp_path: Path) -> None:
    async def body() -> None:
        async with browsed(tmp_path) as (console, page):
            shop = console.shop
            await let_in(console, page)
            await page.get_by_role("link", name="Vendeurs").click()
            await expect(page.locator("table")).to_contain_text("LEA")
            await page.get_by_role("link", name="Nouveau vendeur").click()
            await page.get_by_label("Numéro").fill("15")
            await page.get_by_label("Nom que dit l'accueil").fill(EVIL)
            await page.get_by_label("ouvrir le tiroir").check()
            await page.get_by_role("button", name="Continuer").click()
            code = (await page.locator(".code").inner_text()).replace(" ", "")
            assert not await page.locator("input[type=password]").count()
            wrong = "100000" if code != "100000" else "100001"
            await shop.type(f"{wrong} ACCES")
            await shop.shows(faults.NO_ACCESS.text)
            await shop.type(f"C {code} ACCES")
            await shop.shows("VENDEUR 15", "NOUVEAU CODE")
            await shop.type("1234 CLERK")
            await shop.shows(faults.PIN_TOO_SIMPLE.text)
            await shop.type(f"C {PIN} CLERK")
            await shop.shows("ENCORE")
            await shop.type("6275 CLERK")
            await shop.shows(faults.PINS_DIFFER.text)
            await shop.type(f"C {PIN} CLERK {PIN} CLERK")
            (added,) = await shop.journaled(ClerkChanged)
            assert (added.operator, added.change, added.by) == (15, "added", "autorisation 1")
            assert set(added.rights) == {"void", "cancel", "no-sale"}
            async with asyncio.timeout(PATIENCE):  # the file is taken over behind the record
                while not (shop.app.till and 15 in shop.app.till.counter.desk.clerks.of):
                    await asyncio.sleep(0.05)
            await shop.type(f"15 CLERK {PIN} CLERK")
            signed = await shop.journaled(OperatorSignedOn, 3)
            assert (signed[-1].operator, signed[-1].by) == (15, "pin")
            # The digits were good once, and nothing of the PIN is anywhere but as scrypt keeps it.
            await shop.type(f"{code} ACCES")
            await shop.shows(faults.NO_ACCESS.text)
            await shop.type("C")
            # Her badge comes out of the printer, and its code is on no page.
            await page.goto(f"{console.address}/clerks/15")
            await expect(page.locator("h1")).to_contain_text(EVIL)
            await page.get_by_role("button", name="Nouveau badge").click()
            await expect(page.locator(".notice")).to_contain_text("C'est fait")
            await shop.journaled(ClerkChanged, 2)
            printed = ""
            while "VENDEUR 15" not in printed:
                printed = (await shop.bench.printer.next_paper()).text
            kept = clerks_file.read(shop.state).clerks[15].badge
            words = [word for word in printed.split() if len(word) > 20]
            assert kept in {badge_hash(word) for word in words}
            shown = await page.content()
            assert not any(word in shown for word in words)
            await page.get_by_role("button", name="Ne vend plus ici").click()
            await expect(page.locator("h1")).to_have_text("Vendeurs")
            await expect(page.locator("table")).not_to_contain_text(EVIL)
            changed = await shop.journaled(ClerkChanged, 3)
            assert [each.change for each in changed] == ["added", "badge", "removed"]

    run(body())
