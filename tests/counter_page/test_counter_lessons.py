"""The half hour, as a newcomer takes it: she reads what the page asks for, and does just that."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.counter_page import counter
from tests.support.counter_window import touch, violations, window

# See test_counter_browser.
pytestmark = pytest.mark.slow

WORDS = {
    "fr": {
        "lay": "Posez",
        "scan": "Scannez",
        "hello": "BONJOUR",
        "card": "Vous savez tenir cette caisse",
    },
    "en": {
        "lay": "Lay",
        "scan": "Scan",
        "hello": "WELCOME",
        "card": "You can run this till",
    },
}


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def classroom(browser: Browser, language: str, tmp_path: Path) -> Iterator[Page]:
    """A window at a till of that language, with its lessons open."""
    with counter("--language", language, temporary=tmp_path) as opened:
        page = window(browser)
        page.goto(opened.address)
        page.wait_for_selector("#keypad .key")
        page.locator("[data-opens=lessons]").click()
        yield page
        page.close()


def does(page: Page, step: Locator, words: dict[str, str]) -> None:
    """What this step asks for, with nothing known of the till but what is on the page."""
    asked, button = step.inner_text(), step.get_by_role("button")
    if button.count():
        button.click()
        if step.locator("[data-power=cut]").count():
            page.locator("#relight").click()
    elif asked.startswith(words["lay"]):
        grams = re.findall(r"\d+", asked)[0]
        page.locator(f"[data-grams='{grams}']").click()
    elif asked.startswith(words["scan"]):
        page.locator("#papers .paper .code").last.click()
    else:
        for cap in step.locator("kbd").all_inner_texts():
            for key in cap if cap.isdigit() else (cap,):
                # The key is in sight, and marked.
                expect(page.locator("#keypad .wanted").filter(has_text=key).first).to_be_visible()
                touch(page, key)


def test_the_half_hour_is_learnt_by_doing_what_the_page_says(
    classroom: Page, language: str
) -> None:
    page, words = classroom, WORDS[language]
    items = page.locator("#course li")
    expect(page.locator("#card")).to_be_hidden()
    for number in range(1, items.count() + 1):
        lesson = page.locator(f"#course [data-number='{number}']")
        lesson.get_by_role("button").first.click()
        expect(page.locator("#lesson h3")).to_contain_text(f"{number}.")
        page.locator("body[data-power=on]").wait_for()
        steps = page.locator("#lesson li.do")
        done = 0
        while done < steps.count():
            expect(steps.nth(done)).to_have_attribute("aria-current", "step")
            # A weight and the key behind it are asked for together: only both show anything.
            while done < steps.count() and steps.nth(done).get_attribute("aria-current"):
                expect(page.locator("#step")).to_contain_text(
                    steps.nth(done).locator("b").inner_text()
                )
                does(page, steps.nth(done), words)
                done += 1
            expect(steps.nth(done - 1)).to_have_class("done do")
        expect(page.locator("#lesson .over")).to_be_visible()
        expect(lesson).to_have_class(re.compile("learnt"))
    expect(page.locator("#card")).to_contain_text(words["card"])
    page.reload()  # what was learnt is kept
    expect(page.locator("#course .learnt")).to_have_count(items.count())


def test_a_lesson_and_a_sale_by_the_keyboard_alone(classroom: Page, language: str) -> None:
    """No pointer anywhere: by Tab, Enter and the till's own keys; Escape is its key C meanwhile."""
    page, words = classroom, WORDS[language]
    page.reload()
    page.wait_for_selector("#keypad .key")
    reaches(page, "[data-opens=lessons]")
    page.keyboard.press("Enter")
    expect(page.locator("#lessons .close")).to_be_focused()
    reaches(page, "#course [data-number='1'] button")
    page.keyboard.press("Enter")
    expect(page.locator("#lesson h3")).to_contain_text("1.")
    page.locator("body[data-power=on]").wait_for()
    for code, cap in (("F1", "BAGUETTE"), ("Escape", ""), ("F12", "")):
        page.keyboard.press(code)
        expect(page.locator("#display")).to_contain_text(cap)
    expect(page.locator("#lesson .over")).to_be_visible()
    assert violations(page) == []
    reaches(page, "#leave")
    page.keyboard.press("Enter")
    expect(page.locator("#lesson")).to_be_empty()
    expect(page.locator("#display")).to_contain_text(words["hello"])
    page.locator("body[data-power=on]").wait_for()
    # Between lessons Escape shuts the panel, and types nothing.
    page.keyboard.press("Escape")
    expect(page.locator("#lessons")).to_be_hidden()
    expect(page.locator("[data-opens=lessons]")).to_be_focused()
    for code in ("Numpad2", "NumpadMultiply", "F2", "NumpadAdd"):
        page.keyboard.press(code)
    expect(page.locator("#display")).to_contain_text("2,60")
    reaches(page, "[data-chord=KEY_F12]")  # a key of the page has its own name, and is pressed
    page.keyboard.press("Enter")
    expect(page.locator("#display")).to_contain_text("TOTAL")
    reaches(page, "#shut")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer")).not_to_have_class(re.compile("open"))


def reaches(page: Page, selector: str) -> None:
    """Tab until the focus is there; it comes by everything on the page at most once."""
    for _ in range(400):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {selector}")
