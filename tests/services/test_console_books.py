"""The owner's console in Debian's chromium: the day is closed, the accounts are fetched."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.exports import ExportPartAsked
from pos_terminal.domain import faults
from pos_terminal.domain.events.grants import GrantUsed
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.testing.running import run
from tests.support import fec_checker
from tests.support.browsing import browsed, let_in
from tests.support.invoiced_day import SELLER

pytestmark = pytest.mark.slow


def test_a_day_is_closed_and_its_accounting_file_fetched_and_balanced(tmp_path: Path) -> None:
    async def body() -> None:
        async with browsed(tmp_path, SELLER) as (console, page):
            shop = console.shop
            await shop.type("1 PLU CARD 2 PLU CARD")
            await let_in(console, page)
            await page.get_by_role("link", name="Clôtures").click()
            await page.get_by_role("link", name="Clore le jour (Z)").click()
            await page.get_by_role("button", name="Clore").click()
            await expect(page.locator(".notice")).to_contain_text(faults.COUNT_FIRST.code)
            await console.count_drawer()
            await page.locator("#main").get_by_role("link", name="Clôtures").click()
            await page.get_by_role("link", name="Clore le jour (Z)").click()
            await page.get_by_role("button", name="Clore").click()
            await expect(page.locator(".notice")).to_contain_text("C'est clos")
            await shop.journaled(PeriodClosed)
            await page.get_by_role("link", name="Comptes").click()
            await page.get_by_label("Quoi").select_option("fec")
            await page.get_by_role("button", name="Préparer").click()
            link = page.get_by_role("link", name=fec_checker.NAME)
            await expect(link).to_be_visible()
            async with page.expect_download() as waiting:
                await link.click()
            got = await waiting.value
            book = tmp_path / got.suggested_filename
            await got.save_as(book)
            rows = fec_checker.read(book)
            assert fec_checker.faults(book) == []
            assert sum(fec_checker.balances(rows).values()) == 0 and len(rows) > 2
            sold = [row for row in rows if row["CompteNum"].startswith("7")]
            taxed = [row for row in rows if row["CompteNum"].startswith("4457")]
            credits = sum(fec_checker.amount(row["Credit"]) for row in (*sold, *taxed))
            assert str(credits) == "2.30"
            told = [each.act for each in await shop.journaled(GrantUsed, 4)]
            assert told[-2:] == ["Do export.make", f"ExportBytes 1 {book.name}"]
            made = await shop.journaled(TechnicalEvent)
            assert any("FEC" in each.detail for each in made)
            # What nobody made is nobody's to read, whatever its name.
            for number, name in ((1, "../journal.db"), (2, book.name), (1, "clerks.toml")):
                with pytest.raises(ChannelError) as raised:
                    wanted = ExportPartAsked(number, name, 0)
                    await shop.till.call(interface.EXPORT_BYTES, wanted)
                assert raised.value.fault is faults.EXPORT_GONE

    run(body())
