"""What somebody brings along: lessons of a shop's own, and the people who work in it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.counter_page import counter
from tests.support.counter_window import display, touch, window

# See test_counter_browser.
pytestmark = pytest.mark.slow

LESSONS = """# Chez nous

## Un café

Le client a l'appoint : l'article, puis `CASH`.

```scene
touches CAFE
écran   CAFE x1 | 1,20 1,20
touches CASH
écran   TOTAL 1,20 | MERCI
```
"""


def test_lessons_of_a_shops_own_are_learnt_in_the_page(browser: Browser, tmp_path: Path) -> None:
    temporary, lessons = tmp_path / "tmp", tmp_path / "chez-nous.md"
    temporary.mkdir()
    lessons.write_text(LESSONS)
    with counter("--lesson", lessons, temporary=temporary) as opened:
        page = window(browser)
        page.goto(opened.address)
        # Whoever has learnt the lessons that come with the page has not learnt these.
        page.evaluate("localStorage.setItem('learnt fr', '[\"Vendre une baguette\"]')")
        page.reload()
        page.get_by_role("button", name="Leçons").click()
        lesson = page.locator("#course li")
        expect(lesson).to_have_count(1)
        expect(lesson).not_to_have_class(re.compile("learnt"))
        expect(page.locator("#card")).to_be_hidden()
        lesson.get_by_role("button", name="Essayer").click()
        told = page.locator("#lesson")
        expect(told.locator("h3")).to_have_text("1. Un café")
        expect(told.locator("p").first).to_have_text(
            "Le client a l'appoint : l'article, puis ESPECES."
        )
        for cap in ("CAFE", "ESPECES"):
            expect(page.locator("#keypad .wanted").filter(has_text=cap)).to_be_visible()
            touch(page, cap)
        expect(told.locator(".over")).to_be_visible()
        expect(page.locator("#card li")).to_have_text(["Un café"])
        expect(page.locator("#card")).to_be_visible()
        page.close()


def badge(page: Page, name: str) -> None:
    """Scan it: a click on the sheet."""
    page.locator("#sheet").get_by_role("button", name=f"{name} n°").click()


def test_the_team_comes_with_badges_and_a_manager_allows_what_a_clerk_may_not(
    browser: Browser, tmp_path: Path
) -> None:
    with counter(temporary=tmp_path) as opened:
        page = window(browser)
        page.goto(opened.address)
        page.get_by_role("button", name="Codes-barres").click()
        page.get_by_role("button", name="Faire venir l'équipe").click()
        display(page, "CAISSE FERMEE", r"VENDEUR \?")
        badge(page, "LEA")
        display(page, "BONJOUR LEA", "CAISSE OUVERTE")
        touch(page, "1", "2", "0", "PRIX", "1", "PLU")
        expect(page.locator("#display")).to_contain_text("APPEL RESPONSABLE")
        badge(page, "ANNE")
        display(page, "RESPONSABLE 1", "CODE")
        page.get_by_text("Toutes les lettres").click()
        touch(page, "5", "9", "3", "0", "VENDEUR")
        display(page, "BAGUETTE x1", "1,20 1,20")
        touch(page, "ESPECES")
        display(page, "TOTAL 1,20", "MERCI")
        page.close()
