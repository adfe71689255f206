"""What is done and seen in a window of the counter's page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.support.counter_page import PATIENCE

STILL = """() => Promise.allSettled(
  document.getAnimations()
    .filter((each) => each.effect.getComputedTiming().endTime !== Infinity)
    .map((each) => each.finished)
).then(() => null)"""


def window(browser: Browser, width: int = 1280, height: int = 860) -> Page:
    """A new one, with as much patience as a machine needs that does much else."""
    opened = browser.new_page(viewport={"width": width, "height": height})
    opened.set_default_timeout(1000 * PATIENCE)
    return opened


def display(page: Page, upper: str, lower: str = "") -> None:
    """Wait until it shows these two lines, blanks aside."""
    text = rf"^\s*{upper}\s*{lower}\s*$".replace(" ", r"\s+")
    expect(page.locator("#display")).to_have_text(re.compile(text))


def touch(page: Page, *caps: str) -> None:
    """Touch keys by what stands on them."""
    for cap in caps:
        page.get_by_role("button", name=re.compile(f"^{re.escape(cap)}( |$)")).first.click()


def violations(page: Page) -> list[tuple[str, str, list[object]]]:
    """All that axe finds against WCAG 2.2 at level AA, once nothing fades or slides any more."""
    page.evaluate(STILL)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    return [
        (each["id"], each["impact"], [node["target"] for node in each["nodes"]][:5])
        for each in found.response["violations"]
    ]


def until(page: Page, true: str) -> None:
    """Wait until this expression is so. The page's policy lets Playwright's own waiting not in."""
    for _ in range(round(10 * PATIENCE)):
        if page.evaluate(true):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"it never is so: {true}")


NOTED = """([element, state]) => {
  const watched = document.querySelector(element);
  window.passed = false;
  window.noting?.disconnect();
  window.noting = new MutationObserver(() => { window.passed ||= watched.matches(state); });
  window.noting.observe(watched, { attributes: true });
}"""


@contextmanager
def passes(page: Page, element: str, state: str) -> Iterator[None]:
    """What is done within brings `element` into `state` (CSS), for however short a time.

    The browser notes it. Playwright looks twice a second, and a tone is shown for half a second.
    """
    page.evaluate(NOTED, [element, state])
    yield
    until(page, "window.passed")
