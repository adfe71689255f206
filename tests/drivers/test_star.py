"""The Star driver: the contract, its codec, and what receiptline and receiptio make of it."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.picture import write_picture
from pos_driver_sim.paper import Commands
from pos_driver_sim.printer import PrinterEnd
from pos_driver_sim.star import StarPrinterEnd, StarRoll, length
from pos_driver_star import StarSettings, commands, open_printer
from pos_driver_star.asb import Answers, Asb
from pos_driver_star.compose import compose
from pos_driver_star.picture import LogoError, Picture, read_logo
from pos_driver_star.printer import StarPrinter
from pos_terminal.devices.classes import Printer, PrinterStatus
from pos_terminal.devices.errors import OutcomeUnknown
from pos_terminal.domain.receipt import Barcode, Ean, Logo, Qr, Receipt, Row, Rule, Text
from pos_terminal.links.tcp import tcp_link
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.printer_contract import PrinterContract, ticket
from pos_terminal.testing.running import PATIENCE
from pos_terminal.testing.transports import FAITHFUL, Transport, through
from tests.support.node import javascript
from tests.support.simulated_printer import SHORT, SimulatedPrinter, Then, simulated, table_of


def opened(end: PrinterEnd) -> AbstractAsyncContextManager[Printer]:
    return open_printer(msgspec.convert(table_of(end) | SHORT, StarSettings))


class TestOverTcp(PrinterContract):
    run = staticmethod(run_hurried)

    def far_end(self) -> AbstractAsyncContextManager[SimulatedPrinter]:
        return simulated(StarPrinterEnd, opened)


class TestOverASerialLine(PrinterContract):
    run = staticmethod(run_hurried)

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "printer"

    def far_end(self) -> AbstractAsyncContextManager[SimulatedPrinter]:
        return simulated(StarPrinterEnd, opened, self.path)


WELL = PrinterStatus(True, paper_low=False, drawer_pin=False)
REPLACED = msgspec.structs.replace


@pytest.mark.parametrize("transport", FAITHFUL, ids=str)
def test_it_prints_over_every_faithful_transport(transport: Transport) -> None:
    async def body() -> None:
        async with StarPrinterEnd() as end, through(tcp_link(*end.address), transport) as link:
            printer = StarPrinter(link, StarSettings(host="-"))
            for number in range(2):
                await printer.print(ticket(number, 1))
                assert end.papers[-1].text.split()[1] == f"1-{number:06}"
            assert (await printer.status()).online
            assert end.unknown == []

    run_hurried(body())


def test_noise_in_the_place_of_its_answers_is_no_acknowledgement() -> None:
    async def body() -> None:
        then = Then()
        async with StarPrinterEnd(on_event=then) as end, opened(end) as printer:
            await printer.print(ticket(1))
            then.action = lambda: setattr(end, "garbage", b"\xff\x00\xfe")
            with pytest.raises(OutcomeUnknown):
                await printer.print(ticket(2))
            end.garbage = b""
            await printer.print(ticket(3))
            assert [paper.text.split()[1][-1] for paper in end.papers] == ["1", "2", "3"]

    run_hurried(body())


def test_each_drawer_has_its_own_pulse() -> None:
    async def body() -> None:
        async with StarPrinterEnd() as end, opened(end) as printer:
            await printer.pulse(2)
            await printer.pulse(5)
            assert [pulse.pin for pulse in end.pulses] == [2, 5]
            assert (await printer.status()).drawer_pin
            with pytest.raises(ValueError, match="not 4"):
                await printer.pulse(4)

    run_hurried(body())


# By the tables of the specification's appendix «ASB Status».
VECTORS = [
    ("230600000000000000", WELL, 0),
    ("230628000000000000", REPLACED(WELL, online=False, cover_open=True), 0),
    ("23060800000c000000", REPLACED(WELL, online=False, paper_out=True, paper_low=True), 0),
    ("230604080000000000", REPLACED(WELL, drawer_pin=True, error=True), 0),
    ("230608400000000000", REPLACED(WELL, online=False), 0),  # too hot, which passes by itself
    ("230600000004006e00", REPLACED(WELL, paper_low=True), 31),
    ("0f060800000000", REPLACED(WELL, online=False), None),
    # A length of nine, and two more for bit 7 of the second byte.
    ("2386000000000002000000", WELL, 1),
]


@pytest.mark.parametrize(("sent", "status", "printed"), VECTORS)
def test_a_status_is_read_whole_and_only_whole(
    sent: str, status: PrinterStatus, printed: int | None
) -> None:
    answers, data = Answers(), bytes.fromhex(sent)
    assert list(answers.feed(data[:-1])) == []
    assert list(answers.feed(data[-1:])) == [Asb(status, printed)]
    assert answers.unreadable == 0


@given(noise=st.binary(max_size=40), cut=st.integers(0, 9))
def test_noise_is_counted_and_the_next_status_is_read(noise: bytes, cut: int) -> None:
    whole = bytes.fromhex("230600000000000200")
    answers = Answers()
    found = [*answers.feed(noise + whole[:cut]), *answers.feed(whole), *answers.feed(whole)]
    assert found[-1] == Asb(WELL, 1)


EVERYTHING = Receipt(
    "all",
    (
        Logo(),
        Text("Crème brûlée à l'œuf", bold=True),
        Row("TOTAL", "1 234,50 €", tall=True),
        Rule(),
        Barcode("1-00%42"),
        Ean("3012345678908"),
        Qr("https://example.org/é"),
    ),
)


@pytest.mark.parametrize("paper", [58, 80])
@pytest.mark.parametrize("language", ["starprnt", "star-line"])
def test_a_receipt_stands_on_paper_as_it_was_meant(language: str, paper: int) -> None:
    table = {"host": "x", "language": language, "paper": paper}
    settings = msgspec.convert(table, StarSettings)
    sent = compose(EVERYTHING, settings, Picture(6, bytes(6 * 30)))
    roll = StarRoll(settings.columns)
    lines = [line for each in Commands(length).feed(sent) for line in roll.obey(each)[0]]
    text = "\n".join(line.text for line in lines)
    assert roll.unknown == []
    assert ("[48 x 30]" in text) == (language == "starprnt")
    assert text.count("[48 x 24]") == (2 if language == "star-line" else 0)
    for piece in ("Crème brûlée à l'œuf", "1 234,50 €", "[1-00%42]", "[3012345678908]"):
        assert piece in text
    assert "[https://example.org/é]" in text
    assert max(len(line.text) for line in lines) <= settings.columns


@given(text=st.text(max_size=200))
def test_no_text_reaches_the_printer_as_a_command(text: str) -> None:
    settings = StarSettings(host="x")
    sent = compose(Receipt("", (Text(text), Row(text, text))), settings, None)
    head, end = compose(Receipt("", ()), settings, None), commands.cut(partial=True)
    body = sent.removeprefix(head.removesuffix(end)).removesuffix(end)
    assert not set(body) & (set(range(0x20)) - {0x0A})


def test_a_logo_is_read_once_and_what_is_wrong_with_it_costs_it_alone(tmp_path: Path) -> None:
    path = write_picture(tmp_path / "logo.png", 100, 30)
    logo = read_logo(str(path), 576)
    assert (logo.width_bytes, len(logo.rows)) == (13, 13 * 30)
    assert any(logo.rows)
    with pytest.raises(LogoError, match="100 dots wide"):
        read_logo(str(path), 50)

    async def body() -> None:
        async with StarPrinterEnd() as end:
            for place, shown in ((path, True), (tmp_path / "none.png", False)):
                table = table_of(end) | {"logo": str(place)}
                async with open_printer(msgspec.convert(table, StarSettings)) as printer:
                    await printer.print(Receipt("", (Logo(), Text("Bonjour"))))
                paper = await end.next_paper()
                assert ("[104 x 30]" in paper.text, "Bonjour" in paper.text) == (shown, True)

    run_hurried(body())


def test_who_prints_hears_how_near_the_rolls_end_is() -> None:
    async def body() -> None:
        async with StarPrinterEnd() as end:
            settings = msgspec.convert(table_of(end), StarSettings)
            async with open_printer(settings) as printer:
                for low in (False, True):
                    end.paper_low = low
                    assert await printer.print(EVERYTHING) == REPLACED(WELL, paper_low=low)

    run_hurried(body())


def test_receiptline_says_the_same_with_the_same_bytes() -> None:
    """Text, code page, styles, barcodes, cut: somebody else's Star printer language."""
    made = javascript(
        "receiptline",
        """
        const doc = `Crème à l'œuf|1 234,50 €
        \"\"\"gras\"\"\"
        {code:3012345678908;option:ean,3,80,hri}
        {code:A%1-000042;option:code128,2,80,hri}
        =`.replace(/^ +/gm, '');
        const made = {};
        for (const command of ['starsbcs', 'starlinesbcs']) {
            const option = {cpl: 48, encoding: 'cp1252', command, cutting: false};
            made[command] = Buffer.from(library.transform(doc, option), 'binary').toString('hex');
        }
        return made;
        """,
    )
    for sent in (bytes.fromhex(each) for each in made.values()):
        for ours in (
            commands.code_page(32)[3:],
            "Crème à l'œuf".encode("cp1252"),
            "1 234,50 €".encode("cp1252"),
            commands.ean("3012345678908", 3),
            commands.code128("A%1-000042", 2),
            commands.cut(partial=True),
            b"\x1bE",
        ):
            assert ours in sent
        # And our simulated printer reads what is not ours.
        roll = StarRoll()
        lines = [line for each in Commands(length).feed(sent) for line in roll.obey(each)[0]]
        assert "[3012345678908]" in "".join(line.text for line in lines)
        assert [line.text.strip() for line in lines if line.bold] == ["gras"]
        assert roll.unknown == []


def test_receiptio_prints_on_the_simulated_printer_and_reads_its_status() -> None:
    """So that what the driver is held to is no picture of its own."""

    async def ask(end: StarPrinterEnd) -> object:
        host, port = end.address
        script = f"""
        const net = require('net'), connect = net.connect;
        net.connect = (_, host) => connect({port}, host);  // it knows one port alone
        return await library.print('Bonjour|1,00', '-d {host} -p star -t 5');
        """
        return await asyncio.to_thread(javascript, "receiptio", script)

    async def body() -> None:
        async with StarPrinterEnd() as end:
            assert await ask(end) == "success"
            paper = await asyncio.wait_for(end.next_paper(), PATIENCE)
            assert "".join(paper.text.split()) == "Bonjour1,00"  # columns are positions there
            end.cover_open = True
            assert await ask(end) == "coveropen"
            end.cover_open = False
            end.paper_out = True
            assert await ask(end) == "paperempty"

    run_hurried(body())
