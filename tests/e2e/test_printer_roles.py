"""Each paper comes out of the printer that is there for it, and with the receipts where none is."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from pos_driver_sim.printer import PrinterEnd
from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import LabelsAsked
from pos_terminal.domain.events.orders import OrderNoted
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.receipt import PrinterRole
from pos_terminal.testing.running import PATIENCE, run
from tests.support.shop import Shop, open_shop

NOTER = encode([Key(Function.NOTE_ORDER)])
OTHERS = (PrinterRole.KITCHEN, PrinterRole.LABEL, PrinterRole.REPORT)


def table(role: PrinterRole, end: PrinterEnd) -> str:
    host, port = end.address
    place = f'driver = "escpos"\nhost = "{host}"\nport = {port}'
    return f'[devices.{role}]\nclass = "printer"\nrole = "{role}"\n{place}\n'


async def order(shop: Shop) -> None:
    """Two loaves for order 123, on paper."""
    await shop.type("123")
    await shop.bench.wedge.scan(NOTER)
    await shop.shows("COMMANDE 123")
    await shop.type("2 x 1 PLU")
    await shop.journaled(OrderNoted)
    await shop.type("TICKET")


async def text(end: PrinterEnd) -> str:
    return (await asyncio.wait_for(end.next_paper(), PATIENCE)).text


def test_each_paper_has_its_printer(tmp_path: Path) -> None:
    async def body() -> None:
        async with AsyncExitStack() as stack:
            ends = {role: await stack.enter_async_context(PrinterEnd()) for role in OTHERS}
            more = "".join(table(role, end) for role, end in ends.items())
            shop = await stack.enter_async_context(open_shop(tmp_path, more=more))
            kitchen, label = ends[PrinterRole.KITCHEN], ends[PrinterRole.LABEL]
            await kitchen.unplug()
            await order(shop)
            assert "[" in await text(label)  # the code that finds the order
            await shop.bench.wedge.scan(NOTER)
            # A printer that is away holds up no other one's papers, and no sale.
            await shop.type("1 PLU CASH TICKET")
            assert "TRADITION" in await text(shop.bench.printer)
            await shop.type("X")
            assert "PAR VENDEUR" in await text(ends[PrinterRole.REPORT])
            assert kitchen.papers == []
            await kitchen.replug()
            slip = await text(kitchen)
            assert "COMMANDE 123" in slip and "2 x TRADITION" in slip

    run(body())


def test_without_printers_of_their_own_all_come_out_with_the_receipts(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await order(shop)
            papers = [await text(shop.bench.printer) for _ in range(2)]
            assert "2 x TRADITION" in papers[0]
            await shop.till.call(interface.LABELS, LabelsAsked(["1"], []))
            shelf = await text(shop.bench.printer)
            assert "TRADITION" in shelf and "1,30 €" in shelf
            with pytest.raises(ChannelError):
                await shop.till.call(interface.LABELS, LabelsAsked(["99999"], []))

    run(body())
