"""Beside odoo-driver from PyPI, on the same far ends, where both do the same.

odoo-driver is a web service that a browser's till calls; this terminal is the till. So a moment
begins where each is told: with odoo-driver at the HTTP request, here at the bytes of the key or the
scan, whose sale this terminal decides and makes durable before it shows or prints anything.
"""

import asyncio
import base64
import sys
import time
from pathlib import Path
from statistics import median

from bench.figures import MIB, MS, Figure, Setting
from bench.odoo_driver import OdooDriver, Unavailable, odoo_driver, python
from bench.picture import write_picture
from bench.process import memory
from bench.shop import BY_WEIGHT, Ends, Shop, barcode, name, open_shop

STARTS = 10
CALLS = 20
LINES = 20
REST = 1.1
"""Seconds between two calls: odoo-driver sleeps one second after each."""
STEADY = 1.5
GRAMS = 480
PAPER = (512, 900)
"""Dots of a receipt of 20 lines as a picture, the only form in which odoo-driver prints."""


def measure(setting: Setting) -> list[Figure]:
    """The same figures of both; none, with the reason printed, where the other cannot be had."""
    try:
        interpreter = python()
    except Unavailable as reason:
        print(f"odoo-driver is left out: {reason}", file=sys.stderr)
        return []
    picture = write_picture(setting.directory / "receipt.png", *PAPER)
    receipt = base64.b64encode(picture.read_bytes()).decode()
    return asyncio.run(_measure(setting, interpreter, receipt, setting.rounds(CALLS)))


async def _measure(
    setting: Setting, interpreter: Path, receipt: str, calls: int
) -> list[Figure]:
    async with open_shop(setting.directory / "peer") as shop:
        shop.ends.scale.grams = GRAMS
        starts = await _starts(shop, interpreter, setting.rounds(STARTS))
        async with odoo_driver(interpreter, shop.ends) as other:
            await asyncio.sleep(STEADY)
            resident = memory(other.process.pid).resident
            theirs = await _theirs(other, shop.ends, receipt, calls)
        shop.ends.scale.tare = 0  # its T with a weight behind it tares this scale
        async with shop.started() as terminal:
            await terminal.all_open(len(shop.ends.devices))
            await asyncio.sleep(STEADY)
            ready = memory(terminal.pid).resident
            ours = await _ours(shop.ends, calls)
    rows = (
        ("start", "start to first HTTP answer", "start to READY", MS, *starts),
        ("memory", "resident, ready", "with all 8 devices open", MIB, resident, ready),
        ("display", "call to second line of text", "scan to durable and shown", MS,
         theirs[0], ours[0]),
        ("receipt", "call to a receipt's last byte, as a picture",
         "TICKET key to durable and last byte, as text", MS, theirs[1], ours[1]),
        ("weight", "call to a weight", "PLU key to the weight durable and shown", MS,
         theirs[2], ours[2]),
    )  # fmt: skip
    return [
        Figure(key=f"peer.{key}", what=f"odoo-driver: {what}", value=round(value, 2), unit=unit,
               limit=(f"this terminal: {same}", round(beside, 2)))
        for key, what, same, unit, value, beside in rows
    ]  # fmt: skip


async def _starts(shop: Shop, interpreter: Path, runs: int) -> tuple[float, float]:
    """Median milliseconds to odoo-driver's first answer, and to this terminal's READY."""
    theirs, ours = [], []
    for _ in range(runs + 1):
        async with odoo_driver(interpreter, shop.ends) as other:
            theirs.append(other.answered - other.born)
        async with shop.started() as terminal:
            ours.append(terminal.ready - terminal.born)
            await terminal.all_open(len(shop.ends.devices))
    return _middle(theirs[1:]), _middle(ours[1:])  # the first ones write byte code


def _middle(seconds: list[float]) -> float:
    return median(seconds) * 1000


async def _theirs(
    other: OdooDriver, ends: Ends, receipt: str, calls: int
) -> tuple[float, float, float]:
    """Median milliseconds to the display's second line, a receipt's last byte, a weight."""
    shown, printed, weighed = [], [], []
    for index in range(calls + 1):
        lines = {"action": "display_lines", "text_lines": [name(index), f"LIGNE {index:04d}"]}
        before = len(ends.display.frames)
        begun, _ = await other.post("/hw_proxy/display_show", {"data": lines})
        shown.append(await ends.frame(before, f"LIGNE {index:04d}") - begun)
        action = {"action": "print_receipt", "receipt": receipt}
        begun, _ = await other.post("/hw_proxy/default_printer_action", {"data": action})
        printed.append((await ends.far_printer.job()).last - begun)
        begun, ended = await other.post("/hw_proxy/scale_read", {})
        weighed.append(ended - begun)
        await asyncio.sleep(STEADY)
    return _middle(shown[1:]), _middle(printed[1:]), _middle(weighed[1:])


async def _ours(ends: Ends, calls: int) -> tuple[float, float, float]:
    """The same of this terminal."""
    shown, printed, weighed = [], [], []
    for _ in range(calls + 1):
        before, begun = len(ends.display.frames), time.monotonic()
        await ends.scanner.scan(barcode(1))
        shown.append(await ends.frame(before, name(1)) - begun)
        await ends.type(str(BY_WEIGHT))
        before, begun = len(ends.display.frames), time.monotonic()
        await ends.type("PLU")
        weighed.append(await ends.frame(before, "0,480kg") - begun)
        for _ in range(LINES - 2):
            await ends.type("2 PLU")
        before = len(ends.display.frames)
        await ends.type("CASH")
        await ends.frame(before, "MERCI")
        begun = time.monotonic()
        await ends.type("TICKET")
        printed.append((await ends.far_printer.job()).last - begun)
        await asyncio.sleep(0.1)
    return _middle(shown[1:]), _middle(printed[1:]), _middle(weighed[1:])
