"""The counter in a browser: a touched key until it is shown, the page until it is there."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from statistics import median, quantiles

from playwright.async_api import Page, async_playwright

from bench.figures import MS, Figure, Setting

KEYS, STARTS, TICKETS = 300, 7, 1000
KEY_BAR, READY_BAR, FRAME_BAR = 50.0, 1500.0, 50.0
"""Milliseconds: a display that follows the finger; a page that nobody waits for; a roll that does
not stutter to the eye."""

# The time is taken in the page, from the touch to the change of what the display shows.
TOUCH = """async (chord) => {
  const display = document.getElementById("display");
  const key = document.querySelector(`[data-chord="${chord}"]`);
  return await new Promise((resolve) => {
    const begun = performance.now();
    new MutationObserver((_, seen) => {
      seen.disconnect();
      resolve(performance.now() - begun);
    }).observe(display, { childList: true });
    key.click();
  });
}"""

SCROLL = """async () => {
  const roll = document.getElementById("roll");
  const frames = [];
  let last = performance.now();
  for (let at = 0; at < 180; at += 1) {
    roll.scrollTop += at < 90 ? -60 : 60;
    const now = await new Promise((resolve) => requestAnimationFrame(resolve));
    frames.push(now - last);
    last = now;
  }
  return frames.slice(5);
}"""


def measure(setting: Setting) -> list[Figure]:
    """A touch until it is shown; the command until its page is there; a thousand tickets."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return []
    return asyncio.run(_measure(setting, chromium))


async def _measure(setting: Setting, chromium: str) -> list[Figure]:
    tickets = 20 if setting.quick else TICKETS
    ready, touches = [], list[float]()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        for _ in range(setting.rounds(STARTS)):
            page = await browser.new_page()
            begun = time.monotonic()
            async with _counter(setting.directory) as address:
                await page.goto(address)
                await page.wait_for_selector("#keypad .key")
                ready.append((time.monotonic() - begun) * 1000)
            await page.close()
        page = await browser.new_page(viewport={"width": 1280, "height": 860})
        async with _counter(setting.directory) as address:
            await page.goto(address)
            await page.wait_for_selector("#keypad .key")
            for at in range(setting.rounds(KEYS)):
                touches.append(await page.evaluate(TOUCH, ("KEY_KP7", "KEY_ESC")[at % 2]))
            await _print(page, tickets)
            frames = await page.evaluate(SCROLL)
        await browser.close()
    return [
        Figure(key="counter.ready", what="command to page with its keypad, median",
               value=round(median(ready)), unit=MS, at_most=READY_BAR),
        Figure(key="counter.key", what="key touched to display in the page, median",
               value=round(median(touches), 1), unit=MS),
        Figure(key="counter.key.p99", what="key touched to display in the page, p99",
               value=round(_p99(touches), 1), unit=MS, at_most=KEY_BAR),
        Figure(key="counter.roll", what=f"a frame as a roll of {tickets} tickets is scrolled, p99",
               value=round(_p99(frames), 1), unit=MS, at_most=FRAME_BAR),
    ]  # fmt: skip


def _p99(values: Sequence[float]) -> float:
    return quantiles(values, n=100, method="inclusive")[98]


async def _print(page: Page, tickets: int) -> None:
    """So many tickets, each as soon as the one before is on the roll."""
    keys = ("KEY_F1", "KEY_F12", "KEY_PAGEDOWN")
    sale = json.dumps([{"type": "press", "chord": key} for key in keys])
    for number in range(1, tickets + 1):
        await page.evaluate("body => fetch('acts', { method: 'POST', body })", sale)
        await page.wait_for_selector(f"[data-paper='{number}']", state="attached")


@contextlib.asynccontextmanager
async def _counter(directory: Path) -> AsyncIterator[str]:
    """The command's page, until the block is left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pos_terminal", "counter", "--port", "0", "--no-browser",
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "TMPDIR": str(directory)},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        found = re.search(rb"http://\S+", await process.stdout.readline())
        assert found is not None
        yield found[0].decode()
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()
