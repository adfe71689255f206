"""Labels in Zebra's language: the contract, the codec, and labels drawn by zpl-renderer-js."""

import asyncio
import shutil
import subprocess
from base64 import b64decode
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_driver_labels.sheet import Code, Media, Words, lay_out
from pos_driver_labels.zpl import ZplSession, ZplSettings, compose, open_printer, read_status
from pos_driver_sim.printer import PrinterEnd
from pos_driver_sim.zpl import ZplPrinterEnd
from pos_terminal.devices.classes import Printer
from pos_terminal.devices.errors import DeviceRefused, OutcomeUnknown
from pos_terminal.domain.receipt import Barcode, Ean, Qr, Receipt, Row, Rule, Text
from pos_terminal.links.tcp import tcp_link
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.printer_contract import PrinterContract, ticket
from pos_terminal.testing.transports import FAITHFUL, Transport, through
from tests.needs import need
from tests.support.node import javascript
from tests.support.simulated_printer import SHORT, SimulatedPrinter, Then, simulated, table_of

MEDIA = Media(448, 0, 8)


def opened(end: PrinterEnd) -> AbstractAsyncContextManager[Printer]:
    # As wide as the contract's receipts are.
    return open_printer(msgspec.convert(table_of(end) | SHORT | {"width": 100}, ZplSettings))


class TestLabels(PrinterContract):
    run = staticmethod(run_hurried)

    def far_end(self) -> AbstractAsyncContextManager[SimulatedPrinter]:
        return simulated(ZplPrinterEnd, opened)

    def test_a_pulse_is_done_or_refused_while_a_receipt_waits(self) -> None:
        async def body() -> None:
            async with self.far_end() as end, end.open() as printer:
                with pytest.raises(DeviceRefused):
                    await printer.pulse(2)
                assert end.pulses() == []

        self.run(body())


@pytest.mark.parametrize("transport", FAITHFUL, ids=str)
def test_it_prints_over_every_faithful_transport(transport: Transport) -> None:
    async def body() -> None:
        async with ZplPrinterEnd() as end, through(tcp_link(*end.address), transport) as link:
            session = ZplSession(link)
            await session.send(compose(ticket(7, 1), MEDIA), 5)
            await asyncio.wait_for(session.processed(), 20)
            assert "1-000007" in end.papers[-1].text

    run_hurried(body())


def test_noise_in_the_place_of_its_answers_is_no_acknowledgement() -> None:
    async def body() -> None:
        then = Then()
        async with ZplPrinterEnd(on_event=then) as end, opened(end) as printer:
            then.action = lambda: setattr(end, "garbage", b"\x02a,b\x03\x02c\x03\x02\x03")
            with pytest.raises(OutcomeUnknown):
                await printer.print(ticket(2))
            end.garbage = b""
            await printer.print(ticket(3))
            assert [paper.text.split()[1][-1] for paper in end.papers] == ["2", "3"]

    run_hurried(body())


# The guide's own example, and what each field of it means when it is set.
GOOD = (
    "\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n"
    "\x02000,0,0,0,0,2,4,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n"
)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("", ""), (True, False, False, False, 0)),
        (("030,0", "030,1"), (False, True, False, False, 0)),
        (("030,0,0", "030,0,1"), (False, False, False, False, 0)),
        (("1245,000", "1245,002"), (True, False, False, False, 2)),
        (("000,0,0,0,0,2", "000,0,1,0,0,2"), (False, False, True, False, 0)),
        (("000,0,0,0,0,2", "000,0,0,1,0,2"), (False, False, False, True, 0)),
        (("00000000,1", "00000003,1"), (True, False, False, False, 3)),
        (("0,0,0,000,0", "0,0,1,000,0"), (True, False, False, False, 1)),
    ],
)
def test_a_status_is_read_whole_and_only_whole(
    change: tuple[str, str], says: tuple[bool, bool, bool, bool, int]
) -> None:
    data = GOOD.replace(*change, 1).encode() if change[0] else GOOD.encode()
    assert read_status(data[: data.rindex(b"\x03")]) is None
    found = read_status(data)
    assert found
    status = found.status
    seen = (status.online, status.paper_out, status.cover_open, status.error, found.waiting)
    assert seen == says


@given(st.binary(max_size=200))
def test_noise_is_refused_in_words_and_never_breaks_the_reader(noise: bytes) -> None:
    try:
        read_status(noise)
    except ValueError as error:
        assert "host status" in str(error) or "invalid literal" in str(error)


@given(st.text(max_size=100))
def test_no_text_reaches_the_printer_as_a_command(text: str) -> None:
    """Between ^FD and ^FS stands nothing that could begin a command."""
    sent = compose(Receipt("", (Text(text), Row(text, text), Barcode(text))), MEDIA).decode()
    for field in sent.split("^FD")[1:]:
        data, _, after = field.partition("^FS")
        assert not set(data) & set("^~\\") and min(data, default=" ") >= " "
        assert after.startswith(("^FO", "^XZ"))


def test_what_is_too_much_for_a_label_shrinks_and_then_is_left_out() -> None:
    receipt = Receipt("", (Text("A", tall=True), *(Text(f"line {n}") for n in range(20))))
    small = Media(448, 240, 8)
    sheet = lay_out(receipt, small)
    assert sheet.left_out > 0 and sheet.height <= 240
    assert all(isinstance(each, Words) and each.y + each.height <= 240 for each in sheet.pieces)
    free = lay_out(receipt, MEDIA)
    assert free.left_out == 0 and len(free.pieces) == 21
    heights = {each.height for each in sheet.pieces}
    assert max(heights) < max(each.height for each in free.pieces if isinstance(each, Words))


def test_another_hand_draws_the_label_and_a_third_one_reads_its_codes(tmp_path: Path) -> None:
    need(shutil.which("zbarimg") is not None, "zbarimg", "apt-get install zbar-tools")
    codes = (Ean("3010470111127"), Qr("https://example.org"), Barcode("$UJ1>2~3"))
    receipt = Receipt("", (Text("Crème brûlée à l'œuf ^XZ", tall=True), Rule(), *codes))
    media = ZplSettings(host="-", width=56, height=120).media
    kinds = [each.kind for each in lay_out(receipt, media).pieces if isinstance(each, Code)]
    assert kinds == ["ean", "qr", "code128"]
    sent = msgspec.json.encode(compose(receipt, media).decode()).decode()
    drawn = javascript(
        "zpl-renderer-js",
        f"""
        const {{api}} = await library.ready;
        return await api.zplToBase64Async({sent}, 56, 120, 8);
        """,
    )
    picture = tmp_path / "label.png"
    picture.write_bytes(b64decode(drawn))
    read = subprocess.run(
        ["zbarimg", "-q", "--raw", picture], capture_output=True, text=True, check=False
    )
    assert set(read.stdout.split()) == {each.data for each in codes}
