"""A sale without a key, and one on a keyboard of combinations: through the production drivers."""

from pathlib import Path

import pytest

from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import parse_key
from pos_terminal.testing.running import run
from tests.support.shop import Shop, open_shop


def code(text: str) -> str:
    """The barcode of «3 x», or of a single key such as «article 1» or «CASH»."""
    words = text.split(" ")
    return encode([parse_key(text)] if words[0] == "article" else [parse_key(w) for w in words])


@pytest.mark.parametrize("scanner", ["wedge", "scanner"])
def test_a_sale_is_scanned_from_the_sheet(scanner: str, tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            end = shop.bench.wedge if scanner == "wedge" else shop.bench.scanner
            for text, shown in (
                ("3 x", "3 x"),
                ("article 1", "3,90"),
                ("article 99", "A-101"),
                ("CASH", "A-101"),  # only C leads out of an error
                ("C", "TRADITION"),
                ("0 , 5 x", "0,5 x"),
                ("article 2", "0,50"),
                ("ST", "4,40"),
                ("CASH", "4,40"),
            ):
                await end.scan(code(text))
                await shop.shows(shown)
            await end.scan("$A28ZZ")
            await shop.shows("A-105")
            await end.scan(code("C"))
            (closed,) = await shop.journaled(SaleClosed)
            assert closed.total == 440

    run(body())


def test_a_sale_is_keyed_with_combinations(tmp_path: Path) -> None:
    async def press(shop: Shop, *strokes: str) -> None:
        for stroke in strokes:
            await shop.bench.keyboard.stroke(tuple(f"KEY_{name}" for name in stroke.split()))

    async def body() -> None:
        async with open_shop(tmp_path, keymap="programmable84") as shop:
            await press(shop, "LEFTCTRL LEFTSHIFT F22", "LEFTSHIFT F22", "F13")  # 3 x [article 1]
            await shop.shows("TRADITION", "x3", "3,90")
            await press(shop, "LEFTSHIFT LEFTALT F23")  # CASH
            (closed,) = await shop.journaled(SaleClosed)
            assert closed.total == 390
            await press(shop, "LEFTSHIFT LEFTCTRL LEFTALT F13")  # a place that there is not
            await shop.shows("K-101")
            await press(shop, "F20")  # C
            await press(shop, "LEFTCTRL")  # nothing by itself
            await press(shop, "F13")
            await shop.shows("TRADITION", "1,30")

    run(body())
