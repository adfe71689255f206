"""The owner's settings from a phone: tried, kept, given back; and a till that is away."""

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from msgspec import Raw
from playwright.async_api import Page, expect

from pos_service_console import sales_of
from pos_service_console.pages.settings import SettingPages, in_her_words
from pos_service_console.setting_fields import parts
from pos_terminal.agent.console_pages import Asked, Html, Redirect, Visitor
from pos_terminal.channel import interface
from pos_terminal.channel.configuration import Configuration, ConfigurationAsked
from pos_terminal.channel.interface import DoAsked, Done
from pos_terminal.channel.service import Dispatcher
from pos_terminal.domain.events.system import CommandGiven
from pos_terminal.domain.events.values import ConsoleRole
from pos_terminal.domain.files.table import Problem
from pos_terminal.domain.language import labelled
from pos_terminal.domain.period.closing import ClosingHours
from pos_terminal.process.translation import set_language
from pos_terminal.testing.running import run
from tests.support.browsing import fits, let_in, see_change, window
from tests.support.channel import serving
from tests.support.console import Restarted, restarted
from tests.support.service_world import world


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_wrong_names_neither_file_nor_key(language: str) -> None:
    set_language(language)
    try:
        (part,) = (each for each in parts() if each.name == "closing")
        (field,) = (each for each in part.fields if each.path == "closing.day_ends")
        told = labelled("/var/settings.toml", Problem(12, field.path, "0-23"))
        assert in_her_words(part, told) == labelled(field.label, "0-23")
        # As where it is the table's own rule that it breaks.
        with pytest.raises(ValueError) as broken:
            ClosingHours(day_ends=27)
        told = labelled("/var/settings.toml", Problem(12, "closing", str(broken.value)))
        assert in_her_words(part, told).startswith(f"{field.label} 27")
    finally:
        set_language("fr")


@pytest.mark.parametrize("blank", ["\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"])
def test_a_blank_that_a_telephone_sets_by_itself_is_one(blank: str) -> None:
    (field,) = (each for part in parts() for each in part.fields if each.path == "shop.footer")
    assert field.typed({field.path: f"Merci{blank}!\r\nA bientôt{blank}"}) == [
        "Merci !", "A bientôt",
    ]  # fmt: skip


def test_what_is_kept_is_said_by_a_console_that_began_anew_meanwhile(tmp_path: Path) -> None:
    """As it does where the hours, the language or a telephone number are tried."""
    visitor = Visitor(ConsoleRole.MANAGER, 1, "grant", "key")
    trial = Asked(visitor, "", ("trial",))
    left: list[int | None] = [200, 200, None, None]

    async def configuration(peer: object, asks: ConfigurationAsked) -> Configuration:
        return Configuration("ab" * 32, [], left.pop(0))

    async def do(peer: object, asks: DoAsked) -> Done:
        return Done(Raw(b"{}"))

    async def body() -> None:
        till = Dispatcher("pos-terminal", "9.9")
        till.answer(interface.CONFIGURATION, configuration)
        till.answer(interface.DO, do)
        async with serving(tmp_path / "till", till), world(tmp_path, {}, "console") as (agent, _):
            sales = sales_of(agent)
            for pages in (SettingPages(agent, sales), SettingPages(agent, sales)):
                going = await pages.answer(trial)
                assert isinstance(going, Html) and going.title == "Réglages à l'essai"
            await pages.answer(Asked(visitor, "", ("keep",), form={}))
            kept = await pages.answer(trial)
            assert isinstance(kept, Html) and kept.title == "Réglages gardés"
            # And one that knows of no trial says nothing of how it ended.
            assert await SettingPages(agent, sales).answer(trial) == Redirect("/settings")

    run(body())


async def foot(page: Page, text: str) -> None:
    """Have tickets end with these words: seen, then to be tried."""
    await page.get_by_role("link", name="Réglages", exact=True).click()
    await page.get_by_role("link", name="Changer : Tickets").click()
    await page.get_by_label("Au pied des tickets").fill(text)
    await see_change(page)
    await expect(page.locator("table strong")).to_have_text(text)
    await page.get_by_role("button", name="Essayer").click()


async def sold(till: Restarted) -> str:
    """The paper of a ticket, by whoever is signed on."""
    shop = till.console.shop
    await shop.type("1 PLU CASH TICKET")
    return (await shop.bench.printer.next_paper()).text


def hurried(state: Path) -> None:
    """A trial that begins is one of six seconds: a page asks for five minutes."""
    note = state / "shop" / "settings.json"
    found = json.loads(note.read_text())
    note.write_text(json.dumps({**found, "seconds": min(found["seconds"], 6)}))


@pytest.mark.slow
def test_they_are_tried_kept_and_given_back_from_a_phone(tmp_path: Path) -> None:
    async def body() -> None:
        async with restarted(tmp_path) as till, window() as page:
            await let_in(till.console, page)
            axe = Axe()
            await foot(page, "Joyeuses fêtes")
            await expect(page.get_by_role("heading", level=1)).to_have_text("Réglages à l'essai")
            await fits(axe, page)
            assert "Joyeuses fêtes" in await sold(till)
            await page.get_by_role("button", name="Garder").click()
            await expect(page.locator(".notice")).to_have_text("Ces réglages sont gardés.")
            for name in ("settings", "settings/tickets", "settings/closing"):
                await page.goto(f"{till.console.address}/{name}")
                await fits(axe, page)
            # What is wrong is said in her words, beside what she typed, and nothing is changed.
            await page.get_by_label("La journée finit à").fill("27")
            await see_change(page)
            wrong = page.locator(".notice.bad")
            await expect(wrong).to_have_text(re.compile("changé. La journée.*de 0 à 23$"))
            await expect(page.get_by_label("La journée finit à")).to_have_value("27")
            # Nobody keeps it: the page says that what was before is in force again. The trial
            # itself may be over before a busy box has shown it.
            till.between = hurried
            await foot(page, "Bonne année")
            await expect(page.get_by_role("heading", level=1)).to_have_text("Réglages d'avant")
            assert "Joyeuses fêtes" in await sold(till)
            await page.get_by_role("link", name="Tous les réglages").click()
            await expect(page.locator("main")).to_contain_text("Joyeuses fêtes")
            # Those of before are listed, and gone back to on trial as any other change is.
            till.between = lambda _: None
            await page.get_by_role("link", name="Réglages d'avant").click()
            await expect(page.locator("tbody tr")).to_contain_text("le fichier du boîtier")
            await page.locator("tbody a").click()
            await expect(page.locator("tbody .was")).to_have_text("Joyeuses fêtes")
            await fits(axe, page)
            await page.get_by_role("button", name="Revenir à ceux-ci").click()
            await expect(page.get_by_role("heading", level=1)).to_have_text("Réglages à l'essai")
            assert "Joyeuses fêtes" not in await sold(till)
            await page.get_by_role("button", name="Garder").click()
            await expect(page.locator(".notice")).to_have_text("Ces réglages sont gardés.")
            await page.goto(f"{till.console.address}/settings/earlier")
            await expect(page.locator("tbody tr").first).to_contain_text("Au pied des tickets")
            await expect(page.locator("tbody tr").first).to_contain_text("Vendeur 1")
            await fits(axe, page)
            given = await till.console.shop.journaled(CommandGiven, 5)
            done = [each.command.split()[1] for each in given]
            assert done == ["try", "keep", "try", "try", "keep"]

    run(body())


@pytest.mark.slow
def test_a_till_that_is_away_is_said_and_what_was_open_comes_back(tmp_path: Path) -> None:
    async def body() -> None:
        async with restarted(tmp_path) as till, window() as page:
            await let_in(till.console, page)
            other = await page.context.new_page()
            await other.goto(f"{till.console.address}/devices")
            await expect(other.locator("main")).to_contain_text("printer")
            async with till.down():
                # A live page says it, and a page that is asked for meanwhile.
                await expect(page.locator(".notice.bad")).to_contain_text("ne répond pas")
                await other.reload()
                await expect(other.locator(".notice.bad")).to_contain_text("ne répond pas")
                assert (await other.title()).startswith("Un instant")
            # Each comes back by itself, and she is signed in still.
            await expect(other.locator("main")).to_contain_text("printer")
            await expect(page.locator(".notice.bad")).to_have_count(0)
            await till.console.shop.type("1 PLU CASH")
            await expect(page.locator(".figures dd").first).to_contain_text("1,30")

    run(body())
