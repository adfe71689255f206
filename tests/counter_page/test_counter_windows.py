"""Windows of all sizes, in every state, asleep, cut off, and hurried: in a real browser."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.counter_page import Opened, counter
from tests.support.counter_window import display, passes, touch, violations, window

# See test_counter_browser.
pytestmark = pytest.mark.slow

SMALLEST = 44
"""Pixels that a finger hits (WCAG 2.2, 2.5.5)."""

TOO_SMALL = """least => [...document.querySelectorAll("button, a, select, input, summary")]
  .filter(each => each.checkVisibility())
  .map(each => [each.textContent.slice(0, 20), each.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < least || box.height < least))
  .map(([text, box]) => [text, box.width, box.height])"""

IN_SIGHT = """() => {
  const glass = document.getElementById("display"), box = glass.getBoundingClientRect();
  return glass.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 1024), (1024, 768)])
def test_a_finger_finds_every_key_on_small_screens(
    browser: Browser, opened: Opened, width: int, height: int
) -> None:
    page = window(browser, width, height)
    page.goto(opened.address)
    page.wait_for_selector("#keypad .key")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(TOO_SMALL, SMALLEST) == []
    # With a panel open, the display and a key are in sight: what is told can be tried.
    page.get_by_role("button", name="Leçons").click()
    expect(page.locator("#lessons")).to_be_visible()
    touch(page, "BAGUETTE")
    display(page, "BAGUETTE x1", "1,05 1,05")
    assert page.evaluate(IN_SIGHT)
    touch(page, "ABANDON")
    expect(page.locator("#display")).to_contain_text("VENTE ANNULEE")
    page.close()


def test_nothing_moves_for_whoever_wants_no_motion(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.locator("[data-grams='250']").click()
    touch(page, "BAGUETTE", "ESPECES", "TICKET")
    page.locator("#papers .paper").last.wait_for()
    page.get_by_role("button", name="Coulisses").click()
    assert page.evaluate("document.getAnimations().length") == 0
    turned = "getComputedStyle(document.querySelector('.hand')).transitionDuration"
    assert page.evaluate(turned) == "0s"
    page.locator("[data-grams='0']").click()
    expect(page.locator("#weight")).to_have_text("0,000 kg")


def test_what_was_learnt_is_a_card_once_all_is_learnt(page: Page) -> None:
    titles = "[...document.querySelectorAll('#course li')].slice(1).map(e => e.dataset.title)"
    page.evaluate(f"localStorage.setItem('learnt fr', JSON.stringify({titles}))")
    page.reload()
    page.get_by_role("button", name="Leçons").click()
    expect(page.locator("#card")).to_be_hidden()
    page.locator("#course [data-number='1']").get_by_role("button", name="Essayer").click()
    expect(page.locator("#lesson h3")).to_contain_text("1.")
    page.locator("body[data-power=on]").wait_for()
    assert violations(page) == []
    touch(page, "BAGUETTE")
    display(page, "BAGUETTE x1", "1,05 1,05")
    touch(page, "ESPECES")
    expect(page.locator("#card")).to_be_visible()
    expect(page.locator("#card li")).to_have_count(9)
    assert violations(page) == []
    page.emulate_media(media="print")
    expect(page.locator("#counter")).to_be_hidden()
    expect(page.locator("#card")).to_be_visible()
    page.emulate_media(media="screen")
    page.locator("#leave").click()
    expect(page.locator("#lesson")).to_be_empty()
    page.locator("body[data-power=on]").wait_for()


def test_a_till_without_power_is_read_by_everybody(page: Page) -> None:
    page.get_by_role("button", name="Pannes").click()
    page.get_by_role("button", name="Couper le courant").click()
    expect(page.locator("#relight")).to_be_visible()
    assert violations(page) == []
    page.locator("#relight").click()
    page.locator("body[data-power=on]").wait_for()


def test_a_window_that_slept_shows_what_stands_when_it_wakes(page: Page, opened: Opened) -> None:
    wire = page.context.new_cdp_session(page)
    wire.send("Page.setWebLifecycleState", {"state": "frozen"})
    opened.act(*({"type": "press", "chord": "KEY_F2"} for _ in range(5)))
    opened.wait("panel", "display", "TRADITION")
    opened.act({"type": "press", "chord": "KEY_F12"})
    opened.wait("panel", "display", "TOTAL +6,50")
    wire.send("Page.setWebLifecycleState", {"state": "active"})
    display(page, "TOTAL 6,50", "MERCI")


def test_a_window_that_was_cut_off_comes_back_to_what_stands(page: Page, opened: Opened) -> None:
    before = page.locator("#papers .paper").count()
    page.context.set_offline(True)
    touch(page, "CAFE")
    expect(page.locator("#words")).to_contain_text("s'est perdu")
    opened.act(*({"type": "press", "chord": f"KEY_{key}"} for key in ("F3", "F12", "PAGEDOWN")))
    opened.wait("paper", str(before + 1), "CAMPAGNE")
    page.context.set_offline(False)
    display(page, "TOTAL 2,60", "MERCI")
    expect(page.locator("#papers .paper")).to_have_count(before + 1)
    touch(page, "CAFE")
    display(page, "CAFE x1", "1,20 1,20")
    touch(page, "ESPECES")
    display(page, "TOTAL 1,20", "MERCI")


HURRY = """async () => {
  for (let at = 0; at < 200; at += 1) {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "F2", bubbles: true }));
    await new Promise(done => setTimeout(done, 10));
  }
}"""


def test_a_hundred_keys_a_second_are_rung_up_each_once(page: Page) -> None:
    page.evaluate(HURRY)
    touch(page, "ST")
    display(page, "SOUS-TOTAL 200 ART", "260,00")
    touch(page, "ABANDON")


def test_a_scan_of_4000_characters_leaves_a_till_that_sells(page: Page) -> None:
    with passes(page, "body", "[data-tone=refused]"):
        page.locator("#code").fill("7" * 4000)
        page.get_by_role("button", name="Scanner", exact=True).click()
    touch(page, "C", "CAFE")
    display(page, "CAFE x1", "1,20 1,20")
    touch(page, "ABANDON")


def test_two_windows_share_one_till(page: Page, browser: Browser, opened: Opened) -> None:
    other = window(browser)
    other.goto(opened.address)
    other.wait_for_selector("#keypad .key")
    touch(page, "BAGUETTE")
    display(other, "BAGUETTE x1", "1,05 1,05")
    touch(other, "CAFE")
    display(page, "CAFE x1", "1,20 1,20")
    touch(page, "ESPECES")
    display(other, "TOTAL 2,25", "MERCI")
    other.close()


def test_settings_that_are_wrong_are_read_in_the_page_and_mended(
    browser: Browser, tmp_path: Path
) -> None:
    own, temporary = tmp_path / "shop", tmp_path / "tmp"
    temporary.mkdir()
    made = ("--name", "CHEZ MOI", "--address", "2 rue Haute", "--siret", "73282932000074")
    command = [sys.executable, "-m", "pos_terminal", "config", "new", "boulangerie", str(own)]
    subprocess.run([*command, *made], check=True, capture_output=True, timeout=60)
    settings = own / "terminal.toml"
    good = settings.read_text()
    settings.write_text(good.replace('number = "1"', 'nombre = "1"'))
    line = 1 + settings.read_text().splitlines().index('nombre = "1"')
    with counter("--config", settings, temporary=temporary) as opened:
        page = window(browser)
        page.goto(opened.address)
        expect(page.locator("#mistakes")).to_contain_text(f"terminal.toml:{line}")
        expect(page.locator("#mistakes")).to_contain_text("nombre")
        expect(page.locator("#counter")).to_be_hidden()
        assert violations(page) == []
        settings.write_text(good)
        page.locator("#keypad .key").first.wait_for()
        expect(page.locator("#mistakes")).to_be_empty()
        touch(page, "1", "PLU")
        expect(page.locator("#display")).to_have_text(re.compile("BAGUETTE"))
        page.close()
