"""Labels as Brother's rasters: promises, the codec, and what brother_ql makes of the bytes."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_driver_labels.brother import (
    ROLLS,
    Answers,
    BrotherSession,
    BrotherSettings,
    compose,
    open_printer,
)
from pos_driver_labels.draw import Picture, draw
from pos_driver_labels.sheet import lay_out
from pos_driver_sim.brother import BrotherEnd, RasterRoll, length
from pos_driver_sim.paper import Commands, Paper
from pos_driver_sim.printer import PrinterEnd
from pos_terminal.devices.classes import Printer
from pos_terminal.devices.errors import (
    DeviceRefused,
    OutcomeUnknown,
)
from pos_terminal.domain.faults import EXTRA_MISSING
from pos_terminal.domain.receipt import Align, Barcode, Ean, Qr, Receipt, Row, Rule, Text
from pos_terminal.links.tcp import tcp_link
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.printer_contract import PrinterContract, ticket
from pos_terminal.testing.running import PATIENCE
from pos_terminal.testing.transports import FAITHFUL, Transport, through
from tests.needs import need
from tests.support.own_environment import installed
from tests.support.simulated_printer import SHORT, SimulatedPrinter, Then, table_of

FONT = BrotherSettings(host="-").font
LABEL = Receipt("label", (Text("Comté", bold=True, tall=True), Row("le kg", "24,90 €")))


@pytest.fixture(autouse=True)
def _letters() -> None:
    need(Path(FONT).exists(), FONT, "apt-get install fonts-dejavu-core")


@asynccontextmanager
async def opened(end: PrinterEnd, **more: object) -> AsyncIterator[Printer]:
    async with open_printer(msgspec.convert(table_of(end) | SHORT | more, BrotherSettings)) as it:
        yield it


class ReadBack(SimulatedPrinter):
    """A raster has no text: a paper reads as that ticket of the contract whose picture it is."""

    known: ClassVar[dict[str, str]] = {}

    def papers(self) -> list[str]:
        return [self.known[paper.text] for paper in self.end.papers]


@pytest.fixture(scope="module")
def _pictures() -> None:
    """Draw the contract's tickets, once."""
    need(Path(FONT).exists(), FONT, "apt-get install fonts-dejavu-core")

    async def body() -> None:
        media = BrotherSettings(host="-").media
        for number in range(4):
            receipt = ticket(number)
            picture = await draw(lay_out(receipt, media), media, FONT)
            (paper,) = cut(compose(picture, ROLLS["62"]))
            ReadBack.known[paper.text] = "".join(f"{read(each)}\n" for each in receipt.blocks)

    run_hurried(body())


def cut(data: bytes) -> list[Paper]:
    """The papers of a printer that is sent this, and loses nothing."""
    roll = RasterRoll()
    return [paper for each in Commands(length).feed(data) if (paper := roll.obey(each)[1])]


def read(block: object) -> str:
    match block:
        case Text(text=text):
            return text
        case Row(left=left, right=right):
            return f"{left} {right}"
    return "-"


@pytest.mark.usefixtures("_pictures")
class TestLabels(PrinterContract):
    run = staticmethod(run_hurried)

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[SimulatedPrinter]:
        printer = ReadBack(BrotherEnd, opened, None)
        async with printer.end:
            yield printer
        assert printer.end.unknown == []

    def test_a_pulse_is_done_or_refused_while_a_receipt_waits(self) -> None:
        async def body() -> None:
            async with self.far_end() as end, end.open() as printer:
                with pytest.raises(DeviceRefused):
                    await printer.pulse(2)
                assert end.pulses() == []

        self.run(body())


def test_another_roll_than_the_settings_say_is_refused() -> None:
    async def body() -> None:
        async with BrotherEnd() as end, opened(end) as printer:
            end.width = 29
            with pytest.raises(DeviceRefused):
                await printer.print(LABEL)

    run_hurried(body())


def test_noise_in_the_place_of_its_answers_is_no_acknowledgement() -> None:
    async def body() -> None:
        then = Then()
        async with BrotherEnd(on_event=then) as end, opened(end) as printer:
            then.action = lambda: setattr(end, "garbage", b"\x80\x20A\x80\x20\xff")
            with pytest.raises(OutcomeUnknown):
                await printer.print(LABEL)
            end.garbage = b""
            await printer.print(LABEL)
            assert len(end.papers) == 2

    run_hurried(body())


@pytest.mark.parametrize("transport", FAITHFUL, ids=str)
def test_it_prints_over_every_faithful_transport(transport: Transport) -> None:
    async def body() -> None:
        async with BrotherEnd() as end, through(tcp_link(*end.address), transport) as link:
            session = BrotherSession(link, ROLLS["62"])
            assert (await session.status(PATIENCE)).online
            session.begin()
            await session.send(compose(Picture(696, 2, bytes(2 * 87)), ROLLS["62"]), PATIENCE)
            await asyncio.wait_for(session.processed(), PATIENCE)
            assert len(end.papers) == 1

    run_hurried(body())


WELL = bytes.fromhex("80204230 4f300000 00003e0a 0000000000000000" + "00" * 12)


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [
        (8, 0, (True, False, False, False)),
        (8, 0x01, (False, True, False, False)),  # no media
        (8, 0x02, (False, True, False, False)),  # its end
        (8, 0x04, (False, False, False, True)),  # cutter jam
        (9, 0x10, (False, False, True, False)),  # cover
        (9, 0x40, (False, True, False, False)),  # cannot be fed
        (9, 0x01, (False, False, False, True)),  # another roll is wanted
        (11, 0x00, (False, True, False, False)),
    ],
)
def test_a_status_is_read_whole_and_only_whole(
    at: int, value: int, says: tuple[bool, bool, bool, bool]
) -> None:
    data = bytearray(WELL)
    data[at] = value
    answers = Answers()
    assert answers.feed(bytes(data[:-1])) == []
    (reply,) = answers.feed(bytes(data[-1:]))
    status = reply.status
    assert (status.online, status.paper_out, status.cover_open, status.error) == says
    assert (answers.unreadable, reply.width, reply.printed) == (0, 62, False)


@given(noise=st.binary(max_size=60))
def test_noise_is_passed_over_and_the_next_status_is_read(noise: bytes) -> None:
    answers = Answers()
    found = [*answers.feed(noise), *answers.feed(WELL), *answers.feed(WELL)]
    assert found[-1].status.online


def test_what_is_missing_to_draw_is_said_and_nothing_is_printed() -> None:
    async def body() -> None:
        async with BrotherEnd() as end, opened(end, font="/nowhere.ttf") as printer:
            with pytest.raises(DeviceRefused) as refused:
                await printer.print(LABEL)
            assert refused.value.fault is EXTRA_MISSING
            assert end.papers == []

    run_hurried(body())


@pytest.mark.parametrize(
    "roll", ["29", *(pytest.param(each, marks=pytest.mark.slow) for each in ("62", "62x100"))]
)
def test_another_hand_reads_the_raster_and_a_third_one_its_codes(roll: str, tmp_path: Path) -> None:
    """`brother_ql analyze` draws what the printer would, as it reads the bytes."""
    need(shutil.which("zbarimg") is not None, "zbarimg", "apt-get install zbar-tools")
    settings = msgspec.convert({"host": "-", "roll": roll}, BrotherSettings)
    codes = (Ean("3010470111127"), Qr("https://example.org"), Barcode("$UJ12"))
    blocks = (Text("Comté à l'œuf", Align.CENTRE, tall=True), Rule(), *codes)

    async def made() -> bytes:
        sheet = lay_out(Receipt("", blocks), settings.media)
        return compose(await draw(sheet, settings.media, FONT), ROLLS[roll])

    sent = tmp_path / "label.bin"
    sent.write_bytes(run_hurried(made()))
    program = installed("brother", "brother_ql")
    read = subprocess.run(
        [program, "analyze", "-f", "label{counter}.png", sent],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert read.returncode == 0, read.stderr
    assert "unknown opcode" not in read.stdout + read.stderr
    (picture,) = tmp_path.glob("*.png")
    seen = subprocess.run(
        ["zbarimg", "-q", "--raw", picture], capture_output=True, text=True, check=False
    )
    assert set(seen.stdout.split()) == {each.data for each in codes}
