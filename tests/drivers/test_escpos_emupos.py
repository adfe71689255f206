"""The ESC/POS driver against somebody else's printer: what emupos decodes is what was meant."""

import asyncio
from collections.abc import Iterator

import pytest

from pos_driver_escpos import EscposSettings, open_printer
from pos_terminal.devices.errors import DeviceRefused
from pos_terminal.domain.faults import PAPER_OUT, PRINTER_COVER
from pos_terminal.domain.receipt import Align, Barcode, Qr, Receipt, Row, Rule, Text
from tests.conftest import run
from tests.support.emupos import Emupos, emupos, free_port

LINES = (
    ("Tradition française", 130, 3),
    ("Éclair au café, glaçage à l'ancienne et crème légère", 290, 2),
    ("Bûche de Noël œufs frais", 2850, 1),
    ("Pâté en croûte «Maison» 0,345 kg", -1190, 1),
)


def money(cents: int) -> str:
    """As the till writes it: 1 234,50 €."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}".replace(",", " ") + f",{abs(cents) % 100:02} €"


def sale(number: int) -> Receipt:
    total = sum(price * count for _, price, count in LINES) * number
    rows = (Row(f"{count} x {name}", money(price * count)) for name, price, count in LINES)
    return Receipt(
        f"ticket 1-{number:06}",
        (
            Text("BOULANGERIE L'ŒUVRE", Align.CENTRE, bold=True),
            Text(f"Ticket 1-{number:06}"),
            Rule(),
            *rows,
            Row("TOTAL", money(total), bold=True, tall=True),
            Barcode(f"1-{number:06}"),
            Qr(f"https://example.org/t/1-{number:06}"),
        ),
    )


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emupos, EscposSettings]]:
    port = free_port()
    front = {
        "id": "front",
        "type": "printer",
        "profile": "epson-tm-t20iii",
        "connections": [{"tcp": {"port": port}}],
    }
    with emupos(tmp_path_factory.mktemp("emupos"), [front]) as running:
        yield running, EscposSettings(host="127.0.0.1", port=port)


def test_it_reads_the_lines_the_figures_and_the_accents(
    printer: tuple[Emupos, EscposSettings],
) -> None:
    far_end, settings = printer

    async def body() -> None:
        async with open_printer(settings) as device:
            for number in (1, 2, 3):
                await device.print(sale(number))

    before = len(far_end.receipts("front"))
    run(body())
    receipts = far_end.receipts("front")[before:]
    assert len(receipts) == 3
    for number, text in enumerate(receipts, 1):
        lines = [line.rstrip() for line in text.splitlines() if line.strip()]
        assert lines[0].strip() == "BOULANGERIE L'ŒUVRE"
        assert lines[1:3] == [f"Ticket 1-{number:06}", "-" * 48]
        words = " ".join(" ".join(lines[3:-3]).split())
        assert words == " ".join(f"{n} x {name} {money(p * n)}" for name, p, n in LINES)
        total = sum(p * n for _, p, n in LINES) * number
        assert lines[-3] == "TOTAL" + money(total).rjust(43)
        assert lines[-2] == f"[barcode CODE128 1-{number:06}]"
        assert lines[-1] == f"[qr https://example.org/t/1-{number:06}]"


@pytest.mark.parametrize(
    ("fault", "cause"), [("paper-out", PAPER_OUT), ("cover-open", PRINTER_COVER)]
)
def test_its_faults_refuse_a_receipt(
    printer: tuple[Emupos, EscposSettings], fault: str, cause: object
) -> None:
    far_end, settings = printer

    async def body() -> None:
        async with open_printer(settings) as device:
            await asyncio.to_thread(far_end.set_fault, "front", fault)
            status = await device.status()
            assert (status.online, status.paper_out or status.cover_open) == (False, True)
            with pytest.raises(DeviceRefused) as refused:
                await device.print(sale(1))
            assert refused.value.fault is cause
            await asyncio.to_thread(far_end.set_fault, "front", fault, False)
            await device.print(sale(2))

    before = len(far_end.receipts("front"))
    run(body())
    (text,) = far_end.receipts("front")[before:]
    assert "1-000002" in text


def test_the_drawer_opens(printer: tuple[Emupos, EscposSettings]) -> None:
    far_end, settings = printer

    async def body() -> None:
        async with open_printer(settings) as device:
            assert (await device.status()).drawer_pin is False
            await device.pulse(2)
            assert (await device.status()).drawer_pin is True
            await asyncio.to_thread(far_end.ask, "POST", "front/drawer/close")
            assert (await device.status()).drawer_pin is False

    run(body())
