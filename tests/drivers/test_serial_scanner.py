"""The serial scanner: its assembler, and the driver over a pty and the four transports."""

import asyncio
import random
from contextlib import AbstractAsyncContextManager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_driver_serial_scanner import pos_register_drivers
from pos_driver_serial_scanner.assembler import ScanAssembler
from pos_driver_serial_scanner.scanner import SerialScanner, SerialScannerSettings, open_scanner
from pos_driver_sim.scanner import ScannerEnd
from pos_terminal.devices.classes import Scan, Scanner
from pos_terminal.devices.registry import Drivers
from pos_terminal.devices.scans import UNREADABLE
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.running import PATIENCE
from pos_terminal.testing.scanner_contract import ScannerContract
from pos_terminal.testing.transports import FAITHFUL, Transport, link_pair, lossy


def assembler(*, aim: bool = False, checked: bool = False) -> ScanAssembler:
    return ScanAssembler(aim=aim, max_length=20, checked=checked)


@pytest.mark.parametrize(
    "suffix", [b"\r", b"\n", b"\r\n", b"\n\r", b"\t", b"\x03", b"\r\n\0", b"\r\n\r\n\x02"]
)
@given(
    codes=st.lists(st.text("0123456789ABC-\x1d", min_size=1, max_size=20)),
    cuts=st.lists(st.integers(0, 300)),
)
def test_codes_come_out_however_the_bytes_are_cut(
    suffix: bytes, codes: list[str], cuts: list[int]
) -> None:
    data = b"".join(code.encode() + suffix for code in codes)
    whole = assembler()
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    scans = [scan for begin, end in pairwise(places) for scan in whole.feed(data[begin:end])]
    assert scans == [Scan(code) for code in codes]
    assert not whole.pending
    assert whole.give_up() == []


def test_a_byte_of_wrong_parity_is_never_passed_over() -> None:
    """It arrives as NUL, and in front of a code it may have been the first digit."""
    damaged = b"\x00560071234562\r"
    assert assembler().feed(damaged) == [Scan("560071234562")]
    assert assembler(checked=True).feed(damaged) == [Scan(UNREADABLE + "560071234562")]


@pytest.mark.parametrize(
    ("data", "scan"),
    [
        (b"]E03560071234562", Scan("3560071234562", aim="]E0")),
        (b"]C101095\x1d10A", Scan("01095\x1d10A", aim="]C1")),
        (b"3560071234562", Scan("3560071234562" + UNREADABLE)),
        (b"]E0", Scan("]E0" + UNREADABLE)),
    ],
)
def test_the_aim_prefix_is_taken_off(data: bytes, scan: Scan) -> None:
    assert assembler(aim=True).feed(data + b"\r\n") == [scan]
    assert assembler().feed(data + b"\r\n") == [Scan(data.decode())]


@pytest.mark.parametrize("data", [b"12\xff4", b"12\x004", b"12\x1b4", b"1" * 21, b"1" * 99])
def test_what_is_no_code_is_reported(data: bytes) -> None:
    whole = assembler()
    first, second = whole.feed(data + b"\r\n42\r\n")
    assert UNREADABLE in first.text
    assert second == Scan("42")


def test_a_flood_takes_no_memory_and_is_reported_once() -> None:
    whole = assembler()
    for _ in range(1000):
        assert whole.feed(b"7" * 100) == []
        assert len(whole._begun) <= 20
    assert whole.feed(b"7\r") == [Scan(UNREADABLE)]
    assert whole.feed(b"\n42\r\n") == [Scan("42")]


def test_giving_up_begins_anew() -> None:
    whole = assembler()
    assert whole.give_up() == []
    assert whole.feed(b"356") == []
    assert whole.pending
    assert whole.give_up() == [Scan("356" + UNREADABLE)]
    assert whole.feed(b"42\r\n") == [Scan("42")]


class End(ScannerEnd):
    """The simulated scanner, with the driver's way to open it."""

    def open(self) -> AbstractAsyncContextManager[Scanner]:
        port = str(self.settings["port"])
        return open_scanner(SerialScannerSettings(port=port, quiet_seconds=0.1))

    async def scan_half(self, text: str) -> None:
        await self.send(text[: len(text) // 2].encode())


class TestSerialScanner(ScannerContract):
    run = staticmethod(run_hurried)

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "scanner"

    def far_end(self) -> AbstractAsyncContextManager[End]:
        return End(self.path)


async def heard(transport: Transport, codes: list[str]) -> list[Scan]:
    near, far = link_pair(transport)
    settings = SerialScannerSettings(port="", quiet_seconds=10, aim=True)
    scanner = SerialScanner(near, settings)
    scans: list[Scan] = []
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
        tasks.create_task(scanner.listen())
        for code in codes:
            await far.send(code.encode() + b"\r\n")
        await far.send(b"\r\n]E0end\r\n")
        while not scans or scans[-1].text != "end":
            try:
                scans.append(await asyncio.wait_for(scanner.read(), 0.2))
            except TimeoutError:
                await far.send(b"\r\n]E0end\r\n")
        near.unplug()
    return scans


@pytest.mark.parametrize("transport", FAITHFUL, ids=str)
def test_codes_come_over_every_faithful_transport(transport: Transport) -> None:
    codes = ["]E03560071234562", "]C1010356007123456210A", "]E496385074"]
    scans = run_hurried(heard(transport, codes))
    assert scans[:3] == [Scan(code[3:], aim=code[:3]) for code in codes]


@pytest.mark.parametrize("seed", range(3))
def test_a_lossy_line_spoils_the_codes_it_hits_and_no_other(seed: int) -> None:
    """A digit that is dropped unseen is for the code's check digit to find."""
    chance = random.Random(seed)
    codes = [f"]E0{chance.randrange(10**12, 10**13)}" for _ in range(50)]
    scans = run_hurried(heard(lossy(seed, 0.01), codes))
    sent = [code[3:] for code in codes]
    intact = [scan.text for scan in scans if scan.text in sent]
    assert len(intact) > 25
    assert intact == [text for text in sent if text in intact]
    assert intact != sent


def test_the_plugin_declares_its_driver() -> None:
    drivers = Drivers()
    pos_register_drivers(drivers)
    driver = drivers.scanners.get("serial")
    assert (driver.open, driver.settings) == (open_scanner, SerialScannerSettings)
