"""A month's invoice asked for beside the counter, which sells and invoices on meanwhile."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec import Raw

from pos_terminal.__main__ import main
from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import DoAsked
from pos_terminal.domain import faults
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import CommandGiven
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import parse_key
from pos_terminal.domain.lookup.questions import AccountTicketsWanted, Answer, Wanted
from pos_terminal.runtime.invoice_acts import CUSTOMER_INVOICE, CustomerInvoiced
from pos_terminal.runtime.simulated_clock import SECOND, ReplayClock
from pos_terminal.testing.running import run
from tests.support.invoiced_day import SELLER
from tests.support.shop import Shop, open_shop
from tests.support.shop_customers import customer

pytestmark = pytest.mark.slow

ON_ACCOUNT = encode([parse_key(key) for key in ("7", "ENCOMPTE")])
ZONE = ZoneInfo("Europe/Paris")
MONTH = "2026-03"


def in_march() -> ReplayClock:
    """It is noon of a day in March, and stays so."""
    moment = int(datetime(2026, 3, 12, 12, tzinfo=ZONE).timestamp()) * SECOND
    clock = ReplayClock(ZONE, moment)
    clock.stand(moment)
    return clock


async def buy(shop: Shop, tickets: int) -> None:
    """Another ticket on customer 7's account."""
    await shop.type("1 PLU")
    await shop.shows("TRADITION")
    await shop.bench.scanner.scan(ON_ACCOUNT)
    await shop.journaled(SaleClosed, tickets)
    await shop.shows("MERCI")


async def invoice(shop: Shop, number: int, month: str = MONTH) -> CustomerInvoiced:
    arguments = Raw(msgspec.json.encode({"number": number, "month": month}))
    done = await shop.till.call(interface.DO, DoAsked(CUSTOMER_INVOICE, arguments))
    return msgspec.json.decode(done.result, type=CustomerInvoiced)


async def refused(shop: Shop, number: int, month: str = MONTH) -> faults.Fault:
    with pytest.raises(ChannelError) as raised:
        await invoice(shop, number, month)
    return raised.value.fault


def test_it_is_made_while_the_till_sells_and_then_printed_again(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path, more=SELLER, clock=in_march()) as shop:
            await customer(shop, 7, "Café des Halles", siret="12345678200010")
            await buy(shop, 1)
            await buy(shop, 2)
            await shop.type("5 PLU 2 x")  # a sale is open, and something is typed
            assert await invoice(shop, 7) == CustomerInvoiced(number=1, total=260, copy=0)
            paper = (await shop.bench.printer.next_paper()).text
            assert "FACTURE" in paper and "2-000001" in paper and "2-000002" in paper
            assert await invoice(shop, 7) == CustomerInvoiced(number=1, total=260, copy=1)
            assert "DUPLICATA 1" in (await shop.bench.printer.next_paper()).text
            await shop.type("1 PLU CASH")
            sales = await shop.journaled(SaleClosed, 3)
            assert sales[-1].total == 800 + 2 * 130
            assert await refused(shop, 8) is faults.CUSTOMER_UNKNOWN
            assert await refused(shop, 7, "2026-02") is faults.NOTHING_TO_INVOICE
            assert await refused(shop, 7, "2026-13") is faults.BAD_REQUEST
            (made,) = shop.so_far(InvoiceMade)
            assert made.places == (("T", 1), ("T", 2))
            commands = [each.command for each in shop.so_far(CommandGiven)]
            assert commands == [f"customer invoice {MONTH}"] * 2

    run(body())
    assert main(["journal", "verify", "--state", str(tmp_path / "state")]) == 0


def test_what_the_counter_invoices_meanwhile_is_invoiced_once(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path, more=SELLER, clock=in_march()) as shop:
            await customer(shop, 7, "Café des Halles", siret="12345678200010")
            await buy(shop, 1)
            await buy(shop, 2)
            find, asked = shop.app.equipment.outputs.lookups.find, list[Wanted]()

            async def slow(wanted: Wanted) -> Answer | None:
                answer = await find(wanted)
                if isinstance(wanted, AccountTicketsWanted) and wanted not in asked:
                    await shop.type("7 CLIENT")
                    await shop.shows("CLIENT 7")
                    await shop.type("1 FACTURE")
                    await shop.journaled(InvoiceMade)
                    await buy(shop, 3)
                asked.append(wanted)
                return answer

            assert shop.app.till
            command = CommandGiven(command="customer invoice", uid=0, user="")
            await shop.app.till.invoice_month(command, 7, MONTH, slow)
            made = await shop.journaled(InvoiceMade, 2)
            assert [each.places for each in made] == [
                (("T", 1),), (("T", 2), ("T", 3)),
            ]  # fmt: skip

    run(body())
