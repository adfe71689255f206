"""A day at a whole till: float, sales, count, Z; a restart in between; the books that remain."""

from pathlib import Path

from pos_terminal.domain.events.cash import CashCounted, CashMoved
from pos_terminal.domain.events.period import PeriodClosed, PeriodReported
from pos_terminal.testing.running import run
from tests.support.printed import papers
from tests.support.shop import open_shop

COUNT = "COMPTE COMPTE COMPTE 1 " + "COMPTE " * 13




def test_a_day_from_float_to_z(tmp_path: Path) -> None:
    async def morning() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("10000 FOND")
            await shop.shows("FOND", "100,00")
            await shop.type("1 PLU 200 CASH")
            await shop.shows("RENDU", "0,70")

    async def evening() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("2 PLU CARD")
            await shop.shows("MERCI")
            await shop.type("1 MOTIF 500 SORTIE X")
            text = await papers(shop, "LECTURE X")
            assert "attendu" not in text
            await shop.type(COUNT)
            await shop.shows("COMPTAGE")
            count = await papers(shop, "COMPTAGE DU TIROIR")
            assert "100,00" in count
            assert "96,30" not in count
            await shop.type("Z")
            await shop.shows("FOND QUI RESTE ?")
            await shop.type("Z")
            await shop.shows("JOURNEE CLOSE")
            z = await papers(shop, "CLOTURE DU JOUR")
            for row in ("96,30", "100,00", "3,70"):
                assert row in z
            (counted,) = await shop.journaled(CashCounted)
            assert (counted.counted, counted.expected) == (10_000, 9630)
            assert counted.pieces == (0, 0, 1, *[0] * 12)
            (closed,) = await shop.journaled(PeriodClosed)
            totals = closed.totals
            assert (totals.net, totals.cash, totals.tickets) == (230, 9500, 2)
            assert totals.parts
            (drawer,) = totals.parts.drawers
            assert (drawer.counted, drawer.expected, drawer.left) == (10_000, 9630, 10_000)
            assert len(shop.so_far(PeriodReported)) == 1
            await shop.type("Z")
            await shop.shows("S-123")
            await shop.type("C 1 PLU CASH Z")
            await shop.shows("S-139")
            assert len(shop.so_far(CashMoved)) == 2

    run(morning())
    run(evening())


def test_z_refuses_while_a_sale_is_on_hold(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("1 PLU HOLD Z")
            await shop.shows("S-122")
            await shop.type("C RECALL CASH")
            await shop.shows("MERCI")

    run(body())
