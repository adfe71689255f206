"""A real browser, and the page in it: Debian's chromium, one for all tests of a file."""

import gc
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.needs import need
from tests.support.counter_page import PATIENCE, Opened, counter
from tests.support.counter_window import until, window

CHROMIUM = shutil.which("chromium")

FLYING = """
  const sent = window.fetch;
  window.flying = 0;
  window.fetch = async (...asked) => {
    window.flying += 1;
    try { return await sent(...asked); } finally { window.flying -= 1; }
  };
"""
"""Counts what the page has asked for and is not answered yet."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    need(CHROMIUM is not None, "chromium", "apt-get install chromium")
    expect.set_options(timeout=1000 * PATIENCE)
    with sync_playwright() as playwright:
        # No sandbox: tests may run as root, and the page is our own.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
    # What the browser's library leaves is greenlets in cycles: they end here, in their own frame,
    # and not amid whatever a later test of this process is doing.
    gc.collect()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with counter(temporary=tmp_path_factory.mktemp("counter")) as page:
        yield page


@pytest.fixture
def page(browser: Browser, opened: Opened) -> Iterator[Page]:
    """A window at a till that stands ready; what its module says or breaks on fails the test.

    It is shut once what was touched has reached the till: a shut window sends nothing any more.
    """
    shown = window(browser)
    shown.add_init_script(FLYING)
    errors: list[str] = []
    shown.on("pageerror", lambda error: errors.append(str(error)))

    def heard(said: ConsoleMessage) -> None:
        # The browser notes down what cannot be, which is a 409, and that it was cut off.
        noted = "409" in said.text or "ERR_INTERNET_DISCONNECTED" in said.text
        if said.type == "error" and not noted:
            errors.append(said.text)

    shown.on("console", heard)
    shown.goto(opened.address)
    shown.wait_for_selector("#keypad .key")
    shown.locator("body[data-power=on]").wait_for()
    yield shown
    until(shown, "window.flying === 0")
    shown.close()
    assert errors == []
