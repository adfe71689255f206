"""An owner's own shop in a real browser: her articles, her keys, her promotions, her clerks."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.counter_page import counter
from tests.support.counter_window import display, touch, window

# See test_counter_browser.
pytestmark = pytest.mark.slow

KEYS = """[keys]
KEY_F1 = "article 900"
KEY_F2 = "article 901"
KEY_F8 = "CLERK"
KEY_F9 = "ST"
KEY_F12 = "CASH"
KEY_ESC = "C"
KEY_PAGEDOWN = "TICKET"
KEY_KPENTER = "PLU"
"""
KEYS += "".join(f'KEY_KP{digit} = "{digit}"\n' for digit in range(10))
ARTICLES = "900;PAIN DE JEANNE;2,00;;pain;5,5;;;\n901;TOURTE;6,40;;pain;5,5;;;\n"
PROMOTION = """
[[promotion]]
name = "LE 3E DE JEANNE"
kind = "free"
buy = 2
free = 1
articles = ["900"]
"""


def command(*words: str | Path) -> str:
    """What `pos-terminal` answers."""
    done = subprocess.run(
        [sys.executable, "-m", "pos_terminal", *map(str, words)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout.strip()


def jeannes(folder: Path) -> Path:
    """A bakery with two articles, a keyboard and a promotion of its own."""
    made = ("--name", "CHEZ JEANNE", "--address", "2 rue Haute", "--siret", "73282932000074")
    command("config", "new", "boulangerie", folder, *made)
    file = folder / "terminal.toml"
    (folder / "touches.toml").write_text(KEYS)
    for name, more in (("catalog.csv", ARTICLES), ("promotions.toml", PROMOTION)):
        (folder / name).write_text((folder / name).read_text() + more)
    named = '[terminal]\nkeymap = "touches.toml"'
    file.write_text(file.read_text().replace("[terminal]", named, 1))
    return file


def test_an_owner_sells_what_is_hers_and_keeps_it_as_a_scene(
    browser: Browser, tmp_path: Path
) -> None:
    temporary, kept = tmp_path / "tmp", tmp_path / "scene.md"
    temporary.mkdir()
    config = jeannes(tmp_path / "shop")
    with counter("--config", config, temporary=temporary) as opened:
        page = window(browser)
        page.goto(opened.address)
        key = page.get_by_role("button", name="PAIN DE JEANNE 2,00 €")
        expect(key).to_be_visible()
        expect(page.get_by_role("button", name="BAGUETTE")).to_have_count(0)
        page.keyboard.press("F2")  # her keys lie where her map has them
        display(page, "TOURTE x1", "6,40 6,40")
        for _ in range(3):
            key.click()
        touch(page, "ST")
        display(page, "SOUS-TOTAL 4 ART", "PROMO -2,00 10,40")
        touch(page, "ESPECES")
        display(page, "TOTAL 10,40", "MERCI")
        touch(page, "TICKET")
        paper = page.locator("#papers .paper")
        expect(paper).to_contain_text("CHEZ JEANNE")
        expect(paper).to_contain_text("LE 3E DE JEANNE")
        page.get_by_role("button", name="Codes-barres").click()
        page.locator("#search").fill("tourte")
        expect(page.locator("#sheet .card:visible")).to_have_count(1)
        with page.expect_download() as saved:
            page.get_by_role("link", name="scène").click()
        kept.write_text(saved.value.path().read_text())
        page.close()
    command("scenes", "--config", config, kept)
    assert re.search(r"écran +TOTAL 10,40 \| MERCI", kept.read_text())


def test_her_clerks_sign_on_in_the_page(browser: Browser, tmp_path: Path) -> None:
    """They are taken on as on a box, by `clerk add` beside the till that sells."""
    temporary, state, pin = tmp_path / "tmp", tmp_path / "state", tmp_path / "pin"
    temporary.mkdir()
    pin.write_text("4821\n")
    options = ("--config", jeannes(tmp_path / "shop"), "--state", state)
    with counter(*options, temporary=temporary) as opened:
        command("clerk", "add", "7", "--pin-file", pin, "--state", state)
        badge = command("clerk", "badge", "7", "--state", state)
        page = window(browser)
        page.goto(opened.address)
        touch(page, "TOURTE")
        expect(page.locator("#display")).to_contain_text("O-101")
        touch(page, "C", "7", "VENDEUR", "4", "8", "2", "1", "VENDEUR")
        display(page, "BONJOUR 7", "CAISSE OUVERTE")
        touch(page, "TOURTE", "ESPECES")
        display(page, "TOTAL 6,40", "MERCI")
        touch(page, "TICKET")
        expect(page.locator("#papers .paper")).to_contain_text("Vendeur 7")
        touch(page, "0", "VENDEUR")
        display(page, "CAISSE FERMEE", r"VENDEUR \?")
        page.locator("#code").fill(badge)
        page.keyboard.press("Enter")
        display(page, "BONJOUR 7", "CAISSE OUVERTE")
        page.close()
    assert "operator.signed_on" in command("journal", "show", "--state", state)
