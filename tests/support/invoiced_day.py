"""A day at a real counter with a firm's invoice, a consumer's, and a sale that has none."""

from pathlib import Path

from pos_terminal.__main__ import main
from pos_terminal.domain.events.cash import CashCounted
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.testing.running import run
from tests.support.shop import open_shop
from tests.support.shop_customers import customer

COUNT = "COMPTE COMPTE COMPTE 1 " + "COMPTE " * 13

SELLER = """
[seller]
address = ["12, rue de l'Eglise", "35000 Rennes"]
siret = "73282932000074"
vat = "FR44732829320"
"""


def sold(folder: Path, more: str) -> Path:
    """A day: a firm's invoice of two loaves, a consumer's of one, a wine that nobody invoiced."""

    async def body() -> None:
        async with open_shop(folder, more=more) as shop:
            await customer(shop, 12, "Café des Halles", siret="12345678200010")
            await customer(shop, 13, "Zoé Martin")
            for sale, number in (("2 x 1 PLU CASH", 12), ("1 PLU CASH", 13)):
                await shop.type(sale)
                await shop.shows("MERCI")
                await shop.type(f"{number} CLIENT")
                await shop.shows(f"CLIENT {number}")
                await shop.type("FACTURE")
                await shop.journaled(InvoiceMade, number - 11)
            await shop.type("5 PLU CASH")
            await shop.journaled(SaleClosed, 3)
            await shop.type(COUNT)
            await shop.journaled(CashCounted)

    run(body())
    state = folder / "state"
    assert main(["close", "day", "--state", str(state)]) == 0
    return state
