"""Each invoice as a file in the settings' folder: once, behind its record, and said where not."""

import asyncio
from pathlib import Path

import pytest

from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import parse_key
from pos_terminal.testing.running import run
from tests.support.en16931 import findings
from tests.support.shop import open_shop
from tests.support.shop_customers import customer

MORE = """
[seller]
address = ["12, rue de l'Eglise", "35000 Rennes"]
siret = "73282932000074"
vat = "FR44732829320"

[invoices]
directory = "factures"
"""


ON_ACCOUNT = encode([parse_key(key) for key in ("1", "2", "ENCOMPTE")])
MONTH = encode([parse_key("RECAP")])


async def appears(path: Path) -> bytes:
    """It is there, whole; TimeoutError."""
    async with asyncio.timeout(60):
        while not path.exists():
            await asyncio.sleep(0.05)
    return path.read_bytes()


@pytest.mark.slow
def test_each_invoice_is_put_there_once_and_a_month_s_with_all_its_tickets(tmp_path: Path) -> None:
    folder = tmp_path / "factures"

    async def invoiced() -> None:
        async with open_shop(tmp_path, more=MORE) as shop:
            await customer(shop, 12, "Café des Halles", siret="12345678200010")
            await shop.type("2 x 1 PLU CASH 12 CLIENT")
            await shop.shows("CLIENT 12")
            await shop.type("FACTURE")
            await shop.journaled(InvoiceMade)
            await shop.shows("FACTURE NON DEPOSEE")  # there is no such folder

    async def filed() -> None:
        async with open_shop(tmp_path, more=MORE) as shop:
            xml = await appears(folder / "2-I000001.xml")
            assert not [*findings(xml, between_firms=True)]
            assert (folder / "2-I000001.xml").stat().st_mode & 0o777 == 0o600
            (folder / "2-I000001.xml").unlink()  # whoever fetches it takes it away
            for key, name in (("1 PLU", "TRADITION"), ("5 PLU", "VIN ROUGE")):
                await shop.type(key)
                await shop.shows(name)
                await shop.bench.scanner.scan(ON_ACCOUNT)
                await shop.shows("MERCI")
            await shop.type("12 CLIENT")
            await shop.shows("CLIENT 12")
            await shop.bench.scanner.scan(MONTH)
            await shop.journaled(InvoiceMade, 2)
            xml = await appears(folder / "2-I000002.xml")
            assert not [*findings(xml, between_firms=True)]
            assert (b"TRADITION" in xml, b"VIN ROUGE" in xml, b"9.30" in xml) == (True, True, True)
            exports = [e for e in await shop.journaled(TechnicalEvent) if e.code == jet.EXPORT]
            assert exports
        assert [each.name for each in folder.iterdir()] == ["2-I000002.xml"]

    run(invoiced())
    folder.mkdir()
    run(filed())
