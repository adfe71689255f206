"""The page in a real browser: Debian's chromium, one browser and one till for all that is here."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from pos_terminal.runtime.keymaps import KEYMAPS
from tests.needs import need
from tests.support.counter_page import Opened, counter

CHROMIUM = shutil.which("chromium")
PATIENCE = 20_000.0
DESK, PHONE = (1280, 860), (390, 844)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    need(CHROMIUM is not None, "chromium", "apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # No sandbox: tests may run as root, and the page is our own.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with counter(temporary=tmp_path_factory.mktemp("counter")) as page:
        yield page


@pytest.fixture
def page(browser: Browser, opened: Opened) -> Iterator[Page]:
    """A window at a till that stands ready; what its module says or breaks on fails the test."""
    window = browser.new_page(viewport={"width": DESK[0], "height": DESK[1]})
    errors: list[str] = []
    window.on("pageerror", lambda error: errors.append(str(error)))
    window.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    window.goto(opened.address)
    window.wait_for_selector("#keypad .key")
    yield window
    window.close()
    assert errors == []


def display(page: Page, upper: str, lower: str = "") -> None:
    """Wait until it shows these two lines, blanks aside."""
    text = rf"^\s*{upper}\s*{lower}\s*$".replace(" ", r"\s+")
    expect(page.locator("#display")).to_have_text(re.compile(text))


def touch(page: Page, *caps: str) -> None:
    """Touch keys by what stands on them."""
    for cap in caps:
        page.get_by_role("button", name=re.compile(f"^{re.escape(cap)}( |$)")).first.click()


def papers(page: Page) -> int:
    return page.locator("#papers .paper").count()


def test_a_newcomers_first_sale(page: Page) -> None:
    before = papers(page)
    touch(page, "3", "x", "BAGUETTE")
    display(page, "BAGUETTE x3", "1,05 3,15")
    touch(page, "1", "0", "00", "ESPECES")
    display(page, "RENDU 6,85", "RECU 10,00")
    expect(page.locator("#drawer")).to_have_class(re.compile("open"))
    touch(page, "TICKET")
    expect(page.locator("#papers .paper")).to_have_count(before + 1)
    paper = page.locator("#papers .paper").last
    expect(paper).to_contain_text("ESPECES")
    expect(paper).to_contain_text("3 x 1,05")
    page.locator("#shut").click()
    expect(page.locator("#drawer")).not_to_have_class(re.compile("open"))


def test_the_computers_keyboard_types_at_the_till(page: Page) -> None:
    page.keyboard.press("F2")
    display(page, "TRADITION x1", "1,30 1,30")
    page.keyboard.press("Numpad2")
    page.keyboard.press("NumpadMultiply")
    page.keyboard.press("F5")
    display(page, "CROISSANT x2", "1,15 2,30")
    page.keyboard.press("NumpadAdd")
    display(page, "SOUS-TOTAL 2 ART", "3,60")
    page.keyboard.press("F12")
    display(page, "TOTAL 3,60", "MERCI")


def test_a_weight_is_read_once_the_hand_rests(page: Page) -> None:
    page.locator("[data-grams='480']").click()
    touch(page, "PAIN AU KILO")
    display(page, "0,480kg x 5,20", "PAIN AU KILO 2,50")
    expect(page.locator("#weight")).to_have_text("0,480 kg")
    page.locator("[data-grams='0']").click()
    touch(page, "ESPECES")
    display(page, "TOTAL 2,50", "MERCI")


OF_ONE_MAP_ALONE = {
    "azerty105": "KEY_LEFTALT+KEY_9",
    "pave17": "KEY_NUMLOCK",
    "programmable84": "KEY_F13",
    "numeric": "KEY_LEFTCTRL+KEY_K",
}


def test_every_bundled_keyboard_is_drawn_and_sells(page: Page) -> None:
    assert set(OF_ONE_MAP_ALONE) == {path.stem for path in KEYMAPS.glob("*.toml")}
    for keymap, chord in OF_ONE_MAP_ALONE.items():
        page.locator("[data-choose=keymap]").select_option(keymap)
        page.locator(f"[data-chord='{chord}']").wait_for(state="attached")
        touch(page, "1", "PLU")
        display(page, "BAGUETTE x1", "1,05 1,05")
        touch(page, "CORR")
        display(page, "ANNULE BAGUETTE", "-1,05")
    touch(page, "ABANDON")
    page.locator("[data-choose=keymap]").select_option("")
    page.get_by_role("button", name=re.compile("^CROISSANT")).wait_for()


def test_it_fits_a_telephone(browser: Browser, opened: Opened) -> None:
    window = browser.new_page(viewport={"width": PHONE[0], "height": PHONE[1]})
    window.goto(opened.address)
    window.wait_for_selector("#keypad .key")
    assert window.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    small = window.eval_on_selector_all(
        "#keypad .block.numeric .key",
        "keys => keys.filter(k => k.getBoundingClientRect().height < 44).length",
    )
    assert small == 0
    window.close()
