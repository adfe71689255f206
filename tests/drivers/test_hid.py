"""HID POS scanners and USB scales: descriptors, reports, and the drivers over packets.

A socket that keeps packets apart stands in for /dev/hidrawN; the node itself is the kernel's, and
is tried in tests/qemu.
"""

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pos_driver_hid_pos
from pos_driver_hid_pos.assembler import NotAScanner, ReportAssembler
from pos_driver_hid_pos.scanner import HidScanner, HidScannerSettings, open_scanner
from pos_driver_scales import hid
from pos_terminal.devices.classes import Scale, Scan, Scanner
from pos_terminal.devices.errors import DeviceLost, DeviceTimeout
from pos_terminal.devices.registry import Drivers
from pos_terminal.devices.scans import UNREADABLE
from pos_terminal.domain import faults
from pos_terminal.domain.weight import Weight
from pos_terminal.links.background import background
from pos_terminal.links.hid_descriptor import DescriptorError, Field, input_fields
from pos_terminal.links.hidraw import HidReports
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.running import PATIENCE
from pos_terminal.testing.scale_contract import ScaleContract
from pos_terminal.testing.scanner_contract import ScannerContract
from tests.support.hid_devices import SCALE, SCANNER, scanned

FIELDS = input_fields(SCANNER)


def test_a_descriptor_says_where_everything_stands() -> None:
    assert [
        Field(2, 0x0001003B, 0, 8),
        Field(2, 0x008C00FB, 8, 8),
        Field(2, 0x008C00FC, 16, 8),
        Field(2, 0x008C00FD, 24, 8),
        Field(2, 0x008C00FE, 32, 8, 56),
        Field(2, 0x008C00FF, 485, 1),
        Field(4, 0x008C0015, 0, 8, 2),
    ] == FIELDS
    assert input_fields(SCALE) == [Field(3, 0x008D0040, 0, 8, 5)]


def test_a_page_that_comes_behind_its_usage_counts_all_the_same() -> None:
    """HID 1.11, 6.2.2.8: page and usage are put together at the main item."""
    late = bytes.fromhex("05 8c 75 08 95 01 09 3b 05 01 81 02 05 8c 95 02 19 fb 29 fc 05 8d 81 02")
    assert input_fields(late) == [
        Field(0, 0x0001003B, 0, 8), Field(0, 0x008D00FB, 8, 8), Field(0, 0x008D00FC, 16, 8),
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", ["26 ff", "b4", "75 ff 97 ff ff ff 7f 81 02"])
def test_what_is_no_descriptor_is_refused(wrong: str) -> None:
    with pytest.raises(DescriptorError):
        input_fields(bytes.fromhex(wrong))


@given(st.binary(max_size=200), st.binary(max_size=80))
def test_any_bytes_make_fields_or_a_refusal(descriptor: bytes, sent: bytes) -> None:
    with suppress(DescriptorError):
        for field in input_fields(descriptor):
            with suppress(DescriptorError):
                assert len(field.values(sent)) == field.count


def assembler(fields: list[Field] = FIELDS, max_length: int = 200) -> ReportAssembler:
    return ReportAssembler(fields, max_length=max_length, encoding="utf-8")


def test_codes_come_with_their_symbology() -> None:
    read = assembler()
    assert read.feed(scanned(b"3017620422003")) == Scan("3017620422003", "]E0")
    gs1 = b"010950600013435210ABC\x1d3103001250"
    assert read.feed(scanned(gs1, b"]d2")) == Scan(gs1.decode(), "]d2")
    assert read.feed(scanned(b"ABC", b"\0\0\0")) == Scan("ABC")
    assert read.feed(scanned(b"")) is None
    assert read.feed(b"\x04\x00\x01") is None  # another report


def test_a_long_code_comes_in_several_reports() -> None:
    read = assembler()
    whole = bytes(range(0x30, 0x7A)) * 2
    assert read.feed(scanned(whole[:56], b"]Q1", more=True)) is None
    assert read.feed(scanned(whole[56:112], b"]Q1", more=True)) is None
    assert read.feed(scanned(whole[112:], b"]Q1")) == Scan(whole.decode(), "]Q1")


@pytest.mark.parametrize(
    "sent",
    [
        scanned(b"A\x01B"),
        scanned(b"\xff"),
        scanned(b"123", b"E0]"),
        b"\x02\x39]E0" + bytes(57),
        b"\x02\x03]E0123",
        scanned(b"1" * 30),
    ],
)
def test_what_makes_no_code_is_unreadable_and_spoils_no_other(sent: bytes) -> None:
    read = assembler(max_length=20)
    scan = read.feed(sent)
    assert scan
    assert UNREADABLE in scan.text
    assert read.feed(scanned(b"3017620422003")) == Scan("3017620422003", "]E0")


@given(st.lists(st.binary(max_size=70), max_size=5))
def test_any_reports_break_nothing(sent: list[bytes]) -> None:
    read = assembler()
    for each in sent:
        read.feed(b"\x02" + each)
        read.feed(each)
    read.give_up()
    assert read.feed(scanned(b"3017620422003")) == Scan("3017620422003", "]E0")


def test_another_kind_of_device_is_no_scanner() -> None:
    with pytest.raises(NotAScanner):
        assembler(input_fields(SCALE))


class Packets:
    """A device that sends whole reports, and can be pulled out."""

    def __init__(self, descriptor: bytes) -> None:
        self._fields = input_fields(descriptor)
        self._near: socket.socket | None = None
        self._far: socket.socket | None = None

    async def __aenter__(self) -> Self:
        await self.replug()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.unplug()
        if self._near:
            self._near.close()

    async def replug(self) -> None:
        self._near, self._far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._near.setblocking(False)
        self._far.setblocking(False)

    async def unplug(self) -> None:
        # Both ends: by now the driver has let go of its own, or finds it closed from afar.
        if self._far:
            self._far.close()
        self._far = None

    async def send(self, data: bytes) -> None:
        assert self._far
        await asyncio.get_running_loop().sock_sendall(self._far, data)

    @property
    def plugged(self) -> bool:
        return self._far is not None

    @asynccontextmanager
    async def reports(self, fault: faults.Fault) -> AsyncIterator[HidReports]:
        if not self._far or not self._near:
            raise DeviceLost(fault, os.strerror(errno.ENOENT))
        near = self._near
        link = HidReports(near.fileno(), "hid", self._fields)
        try:
            yield link
        finally:
            link.stop()
            if not self.plugged:
                near.close()


class ScannerEnd(Packets):
    def __init__(self) -> None:
        super().__init__(SCANNER)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Scanner]:
        settings = HidScannerSettings(device="hid", quiet_seconds=0.1)
        async with self.reports(faults.SCANNER_OFFLINE) as link:
            yield HidScanner(link, settings)

    async def scan(self, text: str) -> None:
        data = text.encode()
        for at in range(0, len(data), 56):
            await self.send(scanned(data[at : at + 56], more=at + 56 < len(data)))

    async def scan_half(self, text: str) -> None:
        await self.send(scanned(text.encode(), more=True))


class TestHidScanner(ScannerContract):
    run = staticmethod(run_hurried)

    def far_end(self) -> AbstractAsyncContextManager[ScannerEnd]:
        return ScannerEnd()


class ScaleEnd(Packets):
    """Reports what lies on it a hundred times a second, as long as it is plugged in."""

    capacity = 15_000
    says_net = False
    says_moving = weighs_nothing = True

    def __init__(self) -> None:
        super().__init__(SCALE)
        self.grams = self.tare = 0
        self.moving = self.mute = False
        self.delay = 0.0
        self.garbage: bytes | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Scale]:
        settings = hid.HidScaleSettings(device="hid", answer_time=0.2, settle_time=0.1)
        async with self.reports(faults.SCALE_OFFLINE) as link, background(self._speak()):
            yield hid.HidScale(link, settings)

    async def _speak(self) -> None:
        while True:
            await asyncio.sleep(0.01)
            await asyncio.sleep(self.delay)
            if self.plugged and not self.mute:
                with suppress(BlockingIOError, BrokenPipeError):
                    await self.send(b"\x03" + (self.garbage or self._state()))

    def _state(self) -> bytes:
        net = self.grams - self.tare
        status = 6 if net > self.capacity else 5 if net < 0 else 3 if self.moving else 4
        return bytes([status if net else 2, 2, 0]) + max(net, 0).to_bytes(2, "little")


class TestHidScale(ScaleContract):
    run = staticmethod(run_hurried)

    def far_end(self) -> AbstractAsyncContextManager[ScaleEnd]:
        return ScaleEnd()


def test_a_scale_that_reports_only_before_the_question_is_mute() -> None:
    async def body() -> None:
        async with ScaleEnd() as end, end.reports(faults.SCALE_OFFLINE) as link:
            scale = hid.HidScale(link, hid.HidScaleSettings(device="", answer_time=0.05))
            await end.send(b"\x03\x04\x02\x00\xe2\x04")
            with pytest.raises(DeviceTimeout):
                await scale.weigh()
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
                weighing = tasks.create_task(scale.weigh())
                await asyncio.sleep(0)
                await end.send(b"\x03\x04\x02\x00\xe2\x04")
                assert await weighing == Weight(1250)

    run_hurried(body())


@pytest.mark.parametrize("path", ["/nowhere/hidraw0", "/dev/null", "/etc/hostname"])
def test_what_is_no_hid_device_does_not_open(path: str) -> None:
    async def body() -> None:
        for opening in (
            open_scanner(HidScannerSettings(device=path)),
            hid.open_scale(hid.HidScaleSettings(device=path)),
        ):
            cm: AbstractAsyncContextManager[Any] = opening
            with pytest.raises(DeviceLost):
                async with cm:
                    pytest.fail("it opened")

    run_hurried(body())


def test_the_plugins_declare_their_drivers() -> None:
    drivers = Drivers()
    pos_driver_hid_pos.pos_register_drivers(drivers=drivers)
    hid.pos_register_drivers(drivers=drivers)
    assert drivers.scanners.get("hid-pos").settings is HidScannerSettings
    assert drivers.scales.get("hid-scale").settings is hid.HidScaleSettings


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (HidScannerSettings, {"quiet_seconds": 0}),
        (HidScannerSettings, {"max_length": 0}),
        (hid.HidScaleSettings, {"answer_time": 0}),
        (hid.HidScaleSettings, {"settle_time": 31}),
        (hid.HidScaleSettings, {"capacity": -1}),
    ],
)
def test_settings_out_of_reason_are_refused(kind: Any, wrong: Any) -> None:
    with pytest.raises(ValueError, match=" : de "):
        kind(device="", **wrong)
