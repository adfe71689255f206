"""What else there is to click on the counter's page: each thing does what it is there for."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, expect

from tests.support.counter_page import Opened
from tests.support.counter_window import display, passes, touch

# See test_counter_browser.
pytestmark = pytest.mark.slow


@pytest.fixture
def till(page: Page) -> Iterator[Page]:
    """The page; its sale, if any, is given up afterwards, and nothing lies on the scale."""
    yield page
    page.locator("[data-grams='0']").evaluate("each => each.click()")
    touch(page, "C", "ABANDON", "C")


def test_a_customer_walks_away_and_another_pays(till: Page) -> None:
    touch(till, "BAGUETTE", "CARTE")
    display(till, "CARTE 1,05", "PRESENTER LA CARTE")
    till.get_by_role("button", name="partir sans payer").click()
    expect(till.locator("#display")).to_contain_text(re.compile(r"M-1\d\d +TAPER C"))
    expect(till.get_by_role("button", name="partir sans payer")).to_be_disabled()
    touch(till, "C", "CARTE")
    till.get_by_role("button", name="accepter").click()
    display(till, "TOTAL 1,05", "MERCI")


def test_a_line_that_is_cut_behind_the_money_is_settled_by_the_terminals_own_book(
    till: Page,
) -> None:
    """The card is debited and no answer comes: the till asks what became of it, and guesses not."""
    touch(till, "CAFE", "CARTE")
    display(till, "CARTE 1,20", "PRESENTER LA CARTE")
    till.get_by_role("button", name="couper la ligne").click()
    display(till, "TOTAL 1,20", "MERCI")
    expect(till.locator("#lines")).to_contain_text("1,20")


def test_the_sheet_scans_articles_commands_and_badges(till: Page) -> None:
    till.get_by_role("button", name="Codes-barres").click()
    till.locator("#search").fill("tradition")
    till.locator("#sheet .card:visible").first.click()
    display(till, "TRADITION x1", "1,30 1,30")
    till.locator("#search").fill("sous-total")
    till.locator("#sheet .card:visible").first.click()
    display(till, "SOUS-TOTAL 1 ART", "1,30")
    till.locator("#search").fill("cafe")
    till.locator("#sheet .card:visible").first.click()
    display(till, "CAFE x1", "1,20 1,20")
    till.locator("#codes .close").click()
    touch(till, "ESPECES")
    display(till, "TOTAL 2,50", "MERCI")


def test_the_field_scans_what_is_typed_and_keeps_it_from_the_keypad(till: Page) -> None:
    till.locator("#code").fill("9999999999994")
    till.keyboard.press("Enter")
    expect(till.locator("#display")).to_contain_text(re.compile(r"A-1\d\d +TAPER C"))
    expect(till.locator("#code")).to_have_value("")


def test_the_scale_takes_its_slider_its_tare_and_its_zero(till: Page) -> None:
    weight = till.locator("#weight")
    till.locator("#grams").focus()
    for _ in range(24):
        till.keyboard.press("ArrowRight")  # five grams each
    expect(weight).to_have_text("0,120 kg")
    till.get_by_role("button", name="Tare").click()
    expect(weight).to_contain_text("NET")
    expect(weight).to_contain_text("0,000 kg")
    till.locator("[data-grams='250']").click()
    expect(weight).to_contain_text("0,130 kg")
    touch(till, "PAIN AU KILO")
    display(till, "0,130kg x 5,20", "PAIN AU KILO 0,68")
    till.locator("[data-grams='0']").click()
    expect(weight).to_contain_text("-0,120 kg")
    till.get_by_role("button", name="Tare").click()  # nothing on it: no tare any more
    expect(weight).to_have_text("0,000 kg")
    till.locator("[data-grams='1000']").click()
    till.get_by_role("button", name="Zéro").click()  # while it moves, or with so much on it
    expect(till.locator("#words")).to_contain_text("la balance refuse")


def test_the_hand_moves_and_says_so_until_it_rests(till: Page) -> None:
    before = till.evaluate("getComputedStyle(document.querySelector('.hand')).rotate || ''")
    with passes(till, "html", ".moving"):
        till.locator("[data-grams='1000']").click()
    expect(till.locator("#weight")).to_have_text("1,000 kg")
    turn = till.evaluate("document.documentElement.style.getPropertyValue('--turn')")
    assert turn.endswith("deg") and turn != before


PLAYED = """() => {
  window.played = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...at) {
    window.played.push(this.frequency.value);
    return start.apply(this, at);
  };
}"""


def test_sounds_are_heard_once_somebody_asks_for_them(till: Page) -> None:
    till.evaluate(PLAYED)
    touch(till, "BAGUETTE")
    display(till, "BAGUETTE x1", "1,05 1,05")
    assert till.evaluate("window.played") == []  # nobody has asked
    till.get_by_role("button", name="Son", exact=True).click()
    expect(till.get_by_role("button", name="Son", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    till.evaluate("window.played.length = 0")
    with passes(till, "body", "[data-tone=accepted]"):
        touch(till, "CAFE")
    with passes(till, "body", "[data-tone=refused]"):
        till.locator("#code").fill("9999999999994")
        till.keyboard.press("Enter")
    *accepted, first, second = till.evaluate("window.played")  # two low refused
    assert accepted and set(accepted) == {max(accepted)} and first == second < accepted[0]
    till.get_by_role("button", name="Son", exact=True).click()
    touch(till, "C")


def test_behind_the_scenes_the_day_the_journal_and_the_wires_are_seen(till: Page) -> None:
    till.get_by_role("button", name="Coulisses").click()
    lines = till.locator("#lines li").count()
    touch(till, "CROISSANT", "ESPECES")
    display(till, "TOTAL 1,15", "MERCI")
    expect(till.locator("#lines li").nth(lines + 3)).to_be_attached()
    expect(till.locator("#lines li").last).to_contain_text("sale.closed")
    expect(till.locator("#figures")).to_contain_text("CROISSANT")
    expect(till.locator("#figures .bar").first).to_be_visible()
    expect(till.locator("#devices .fine")).to_have_count(9)
    # What went to the display is on its wire: the letters, and their bytes.
    wire = till.locator("#wires .out").filter(has_text="Afficheur").last
    expect(wire.locator("code")).to_contain_text(re.compile("^([0-9a-f]{2} ?)+"))
    till.get_by_role("button", name="Fermer le volet").last.click()


def test_the_roll_is_scrolled_back_to_the_first_ticket(till: Page, opened: Opened) -> None:
    before = int(
        till.evaluate("[...document.querySelectorAll('[data-paper]')].pop()?.dataset.paper ?? 0")
    )
    sale = [{"type": "press", "chord": f"KEY_{key}"} for key in ("F1", "F12", "PAGEDOWN")]
    last = before + 20  # more than a window is given at once
    for number in range(before + 1, last + 1):
        opened.act(*sale)
        opened.wait("paper", str(number), "TOTAL")
    till.reload()
    expect(till.locator(f"[data-paper='{last}']")).to_be_attached()
    assert till.locator("[data-paper='1']").count() == 0
    roll = till.locator("#roll")
    roll.hover()
    for _ in range(1000):
        till.mouse.wheel(0, -1500)
        till.wait_for_timeout(60)
        if till.locator("[data-paper='1']").count():
            break
    expect(till.locator("[data-paper='1']")).to_be_attached()
    numbers = till.locator("#papers [data-paper]").evaluate_all(
        "all => all.map(e => +e.dataset.paper)"
    )
    assert numbers == sorted(numbers)


def test_the_page_asks_for_nothing_from_elsewhere(till: Page, opened: Opened) -> None:
    asked: list[str] = []

    def heard(request: Request) -> None:
        asked.append(request.url)

    till.on("request", heard)
    till.reload()
    till.wait_for_selector("#keypad .key")
    for panel in ("Leçons", "Codes-barres", "Pannes", "Coulisses"):
        till.get_by_role("button", name=panel).click()
    assert asked
    assert [url for url in asked if not url.startswith((opened.address, "data:"))] == []


def test_another_language_is_another_page_and_the_till_speaks_it(till: Page) -> None:
    till.locator("[data-choose=language]").select_option("en")
    till.locator("html[lang=en]").wait_for()
    till.locator("body[data-power=on]").wait_for()
    display(till, "WELCOME")
    till.locator("[data-choose=language]").select_option("fr")
    till.locator("html[lang=fr]").wait_for()
    till.locator("body[data-power=on]").wait_for()
    display(till, "BONJOUR")
