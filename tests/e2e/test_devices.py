"""Every device unplugged, replugged, and sold with again (T2, T7); the printer in every trouble."""

import asyncio
from pathlib import Path

import pytest

from pos_driver_sim.printer import PrinterEnd
from pos_terminal.domain.events.paper import ReceiptPrinted
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.faults import Tone
from pos_terminal.runtime.port import PortState
from pos_terminal.testing.running import PATIENCE, run
from tests.support.shop import Shop, open_shop


async def until_port(shop: Shop, name: str, state: PortState) -> None:
    port = shop.app.equipment.ports[name]
    async with asyncio.timeout(PATIENCE):
        while port.state is not state:
            await asyncio.sleep(0.01)


async def heard_more_than(shop: Shop, tones: int) -> None:
    await shop.bench.tone.wait_for(lambda end: len(end.tones) > tones)


async def all_open(shop: Shop) -> None:
    for name in shop.app.equipment.ports:
        await until_port(shop, name, PortState.IDLE)


@pytest.mark.parametrize("device", ["keypad", "wedge", "scanner", "scale", "display", "printer"])
def test_unplug_replug_sell(device: str, tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await all_open(shop)
            await sell_with(shop, device)
            end = getattr(shop.bench, "keyboard" if device == "keypad" else device)
            await end.unplug()
            await until_port(shop, device, PortState.CLOSED)
            away = shop.app.equipment.ports[device].status
            assert away.fault
            if device != "display":
                await shop.shows(away.fault.code)
            await end.replug()
            await until_port(shop, device, PortState.IDLE)
            await sell_with(shop, device)
            back = shop.app.equipment.ports[device].status
            assert back.fault is None
            assert (back.good or 0.0) >= back.since >= away.since

    run(body())


async def sell_with(shop: Shop, device: str) -> None:
    """A sale in which that device does its part, from the first line to the paper."""
    match device:
        case "wedge":
            await shop.bench.wedge.scan("3000100028864")
            await shop.shows("BAGUETTE")
        case "scanner":
            await shop.bench.scanner.scan("3010470111127")
            await shop.shows("VIN ROUGE")
        case "scale":
            shop.bench.scale.grams = 480
            await shop.type("4 PLU")
            await shop.shows("0,480kg x 24,90", "11,95")
        case _:
            await shop.type("3 x 1 PLU")
            await shop.shows("TRADITION", "x3", "3,90")
    await shop.type("CASH")
    await shop.shows("TOTAL")
    await shop.type("TICKET")
    async with asyncio.timeout(PATIENCE):
        paper = await shop.bench.printer.next_paper()
    assert any("TOTAL" in line.text for line in paper.lines)


def test_sales_go_on_while_the_printer_is_away(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await all_open(shop)
            await shop.bench.printer.unplug()
            await until_port(shop, "printer", PortState.CLOSED)
            for count in (1, 2, 3):
                await shop.type("1 PLU")
                await shop.shows("TRADITION")
                await shop.type("CASH TICKET")
                printed = await shop.journaled(ReceiptPrinted, count)
                assert printed[-1].outcome == "refused"
                assert printed[-1].fault == "P-101"
            assert len(await shop.journaled(SaleClosed, 3)) == 3
            await shop.bench.printer.replug()
            await until_port(shop, "printer", PortState.IDLE)
            await shop.type("C TICKET")
            async with asyncio.timeout(PATIENCE):
                paper = await shop.bench.printer.next_paper()
            # Nothing of what was refused was ever on paper: this one is the original.
            assert not any("DUPLICATA" in line.text for line in paper.lines)

    run(body())


def test_paper_out_refuses_and_the_clerk_is_told(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await all_open(shop)
            shop.bench.printer.paper_out = True
            await asyncio.sleep(0.2)
            await shop.type("1 PLU CARD TICKET")
            await shop.shows("PLUS DE PAPIER", "P-103")
            assert (await shop.journaled(ReceiptPrinted))[0].outcome == "refused"
            # A notice does not hold the next customer up.
            await shop.type("2 PLU")
            await shop.shows("BAGUETTE")

    run(body())


def test_a_mute_printer_is_sent_nothing(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await all_open(shop)
            shop.bench.printer.mute = True
            await shop.type("1 PLU CASH TICKET")
            await shop.type("2 PLU CASH")
            assert len(await shop.journaled(SaleClosed, 2)) == 2
            printed = (await shop.journaled(ReceiptPrinted))[0]
            assert (printed.outcome, printed.fault) == ("refused", "P-101")
            assert shop.bench.printer.papers == []

    run(body())


def test_paper_that_nobody_acknowledges_is_unknown(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path, printer={"print_timeout": 0.3}) as shop:
            await all_open(shop)
            await shop.type("1 PLU CASH TICKET")
            await shop.journaled(ReceiptPrinted)
            shop.bench.printer.mute_in_order = True
            await shop.type("1 PLU CARD TICKET")  # no drawer: its pulse would wait first
            await shop.type("2 PLU CARD")
            assert len(await shop.journaled(SaleClosed, 3)) == 3
            printed = (await shop.journaled(ReceiptPrinted, 2))[1]
            assert (printed.outcome, printed.fault) == ("unknown", "P-105")
            await shop.shows("TICKET INCERTAIN")

    run(body())


def test_a_mute_scale_never_yields_an_old_weight(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await all_open(shop)
            shop.bench.scale.grams = 480
            await shop.type("4 PLU")
            await shop.shows("0,480kg")
            shop.bench.scale.mute = True
            await shop.type("4 PLU")
            await shop.shows("BALANCE MUETTE", "W-105")
            shop.bench.scale.mute = False
            shop.bench.scale.grams = 1000
            await shop.type("C 4 PLU")
            await shop.shows("1,000kg", "24,90")
            await shop.type("CASH")
            closed = (await shop.journaled(SaleClosed))[0]
            assert [line.quantity for line in closed.lines] == [480, 1000]

    run(body())


def test_the_drawer_opens_for_cash_and_its_failure_is_said(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await all_open(shop)
            await shop.type("1 PLU CASH")
            async with asyncio.timeout(PATIENCE):
                while not shop.bench.printer.pulses:
                    await asyncio.sleep(0.01)
            await shop.type("1 PLU CARD")
            await shop.shows("TOTAL")
            await shop.journaled(SaleClosed, 2)
            assert len(shop.bench.printer.pulses) == 1
            await shop.bench.printer.unplug()
            await until_port(shop, "printer", PortState.CLOSED)
            await shop.type("1 PLU CASH")
            await shop.shows("TIROIR NON OUVERT", "T-101")

    run(body())


def test_refusals_are_seen_and_heard_and_leave_the_sale_whole(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await all_open(shop)
            await shop.type("1 PLU")
            await shop.shows("TRADITION")
            for scan, code in (
                ("9999999999994", "A-101"),  # right check digit, unknown
                ("3000100028863", "A-102"),  # wrong check digit
                ("\x01", "A-103"),
                ("x" * 4000, "A-103"),
            ):
                await shop.bench.scanner.scan(scan)
                await shop.shows(code)
                heard = len(shop.bench.tone.tones)
                await shop.bench.scanner.scan("3000100028864")  # refused: nobody has pressed C
                await heard_more_than(shop, heard)
                await shop.type("C")
                await shop.shows("TRADITION")
            assert set(shop.bench.tone.tones) == {Tone.ACCEPTED, Tone.REFUSED}
            await shop.type("ST")
            await shop.shows("SOUS-TOTAL  1 ART", "1,30")

    run(body())


def test_a_second_printer_prints_what_the_shop_reads(tmp_path: Path) -> None:
    async def body() -> None:
        async with PrinterEnd() as office:
            more = '[devices.office]\nclass = "printer"\nrole = "report"\n' + "".join(
                f"{key} = {value!r}\n".replace("'", '"') for key, value in office.settings.items()
            )
            async with open_shop(tmp_path, more=more) as shop, asyncio.timeout(PATIENCE):
                await all_open(shop)
                await shop.type("1 PLU CASH TICKET X")
                reading = await office.next_paper()
                ticket = await shop.bench.printer.next_paper()
        assert any("TRADITION" in line.text for line in ticket.lines)
        assert not any("TRADITION" in line.text for line in reading.lines)
        assert (len(office.papers), len(shop.bench.printer.papers)) == (1, 1)

    run(body())
