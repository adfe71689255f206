"""What is done and seen in a window of the counter's page."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect


def display(page: Page, upper: str, lower: str = "") -> None:
    """Wait until it shows these two lines, blanks aside."""
    text = rf"^\s*{upper}\s*{lower}\s*$".replace(" ", r"\s+")
    expect(page.locator("#display")).to_have_text(re.compile(text))


def touch(page: Page, *caps: str) -> None:
    """Touch keys by what stands on them."""
    for cap in caps:
        page.get_by_role("button", name=re.compile(f"^{re.escape(cap)}( |$)")).first.click()


def violations(page: Page) -> list[tuple[str, str, list[object]]]:
    """All that axe finds against WCAG 2.2 at level AA."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    return [
        (each["id"], each["impact"], [node["target"] for node in each["nodes"]][:5])
        for each in found.response["violations"]
    ]


def until(page: Page, true: str) -> None:
    """Wait until this expression is so. The page's policy lets Playwright's own waiting not in."""
    for _ in range(200):
        if page.evaluate(true):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"it never is so: {true}")
