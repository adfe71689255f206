"""USB links over a pyusb backend that plays a printer."""

import array
import asyncio
import errno
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import usb.backend
import usb.core

from pos_terminal.links.link import LinkLost, LinkStalled
from pos_terminal.links.usb import usb_link
from pos_terminal.testing.running import PATIENCE, run

VENDOR, PRODUCT = 0x04B8, 0x0E15


class FakePrinter(usb.backend.IBackend):  # type: ignore[misc]
    """One device with a printer interface, held by the kernel's driver."""

    def __init__(self, interface_class: int = 7) -> None:
        self.interface_class = interface_class
        self.written = bytearray()
        self.answers: list[bytes] = []
        self.plugged = True
        self.taking = threading.Event()
        self.taking.set()
        self.kernel_driver = True
        self.claimed = False
        self.timeouts: set[int] = set()
        self.writing = threading.Event()
        self.patient = False

    def enumerate_devices(self) -> Iterator[str]:
        if self.plugged:
            yield "device"

    def get_device_descriptor(self, device: str) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT,
            bcdDevice=0x100, iManufacturer=0, iProduct=0, iSerialNumber=0, bNumConfigurations=1,
            bus=1, address=2, port_number=1, port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, device: str, index: int) -> SimpleNamespace:
        if index:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1,
            bConfigurationValue=1, iConfiguration=0, bmAttributes=0xC0, bMaxPower=1,
            extra_descriptors=array.array("B"),
        )  # fmt: skip

    def get_interface_descriptor(
        self, device: str, index: int, alternate: int, configuration: int
    ) -> SimpleNamespace:
        if index or alternate:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0,
            bNumEndpoints=2, bInterfaceClass=self.interface_class, bInterfaceSubClass=1,
            bInterfaceProtocol=2, iInterface=0, extra_descriptors=array.array("B"),
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, device: str, index: int, interface: int, alternate: int, configuration: int
    ) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(0x01, 0x82)[index], bmAttributes=2,
            wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0,
            extra_descriptors=array.array("B"),
        )  # fmt: skip

    def open_device(self, device: str) -> str:
        return "handle"

    def close_device(self, handle: str) -> None:
        assert not self.claimed or not self.plugged

    def get_configuration(self, handle: str) -> int:
        return 1

    def claim_interface(self, handle: str, interface: int) -> None:
        assert not self.kernel_driver
        self.claimed = True

    def held(self) -> bool:
        return self.claimed

    def release_interface(self, handle: str, interface: int) -> None:
        self._there()
        self.claimed = False

    def is_kernel_driver_active(self, handle: str, interface: int) -> bool:
        return self.kernel_driver

    def detach_kernel_driver(self, handle: str, interface: int) -> None:
        self.kernel_driver = False

    def attach_kernel_driver(self, handle: str, interface: int) -> None:
        assert not self.claimed
        self.kernel_driver = True

    def bulk_write(
        self, handle: str, end_point: int, interface: int, data: "array.array[int]", timeout: int
    ) -> int:
        self._there()
        self.timeouts.add(timeout)
        self.writing.set()
        if not self.taking.wait(PATIENCE if self.patient else timeout / 1000):
            raise usb.core.USBTimeoutError("timed out", errno=errno.ETIMEDOUT)
        self.written += bytes(data)
        return len(data)

    def bulk_read(
        self, handle: str, end_point: int, interface: int, buffer: Any, timeout: int
    ) -> int:
        self._there()
        self.timeouts.add(timeout)
        if not self.answers:
            time.sleep(0.005)
            raise usb.core.USBTimeoutError("timed out", errno=errno.ETIMEDOUT)
        answer = self.answers.pop(0)
        buffer[: len(answer)] = array.array("B", answer)
        return len(answer)

    def _there(self) -> None:
        if not self.plugged:
            raise usb.core.USBError("No such device", errno=errno.ENODEV)


def test_bytes_go_both_ways_and_the_kernel_gets_its_interface_back() -> None:
    async def body() -> None:
        printer = FakePrinter()
        async with asyncio.timeout(PATIENCE), usb_link(VENDOR, PRODUCT, backend=printer) as link:
            assert printer.held()
            receipt = bytes(range(256)) * 100
            await link.send(receipt)
            assert printer.written == receipt
            printer.answers += [b"", b"\x12", b"\x16"]
            got = b""
            while len(got) < 2:
                got += await link.receive()
            assert got == b"\x12\x16"
            assert link.drain_input() == b""
        assert printer.kernel_driver
        assert not printer.held()
        assert all(0 < timeout <= 1000 for timeout in printer.timeouts)

    run(body())


def test_unplug_is_seen_and_replug_works() -> None:
    async def body() -> None:
        printer = FakePrinter()
        async with asyncio.timeout(PATIENCE):
            async with usb_link(VENDOR, PRODUCT, backend=printer) as link:
                printer.plugged = False
                await link.gone()
                with pytest.raises(LinkLost, match="No such device"):
                    await link.send(b"x")
                with pytest.raises(LinkLost):
                    await link.receive()
            with pytest.raises(LinkLost, match="not plugged in"):
                async with usb_link(VENDOR, PRODUCT, backend=printer):
                    pass
            printer = FakePrinter()
            async with usb_link(VENDOR, PRODUCT, backend=printer) as link:
                await link.send(b"x")
            assert printer.written == b"x"

    run(body())


def test_a_printer_that_takes_nothing_is_stalled_and_not_lost() -> None:
    async def body() -> None:
        printer = FakePrinter()
        async with (
            asyncio.timeout(PATIENCE),
            usb_link(VENDOR, PRODUCT, backend=printer, send_timeout=0.05) as link,
        ):
            printer.taking.clear()
            with pytest.raises(LinkStalled) as stalled:
                await link.send(b"receipt")
            assert stalled.value.sent == 0
            printer.taking.set()
            await link.send(b"receipt")
            assert printer.written == b"receipt"

    run(body())


def test_a_send_cancelled_while_bytes_leave_breaks_the_link() -> None:
    async def body() -> None:
        printer = FakePrinter()
        async with asyncio.timeout(PATIENCE), usb_link(VENDOR, PRODUCT, backend=printer) as link:
            printer.taking.clear()
            printer.patient = True
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(link.send(b"receipt"))
                await asyncio.to_thread(printer.writing.wait)
                sending.cancel()
                await asyncio.sleep(0)
                printer.taking.set()
            assert printer.written == b"receipt"
            with pytest.raises(LinkLost, match="cancelled"):
                await link.send(b"next")

    run(body())


def test_an_interface_that_another_program_holds_goes_back_to_it() -> None:
    class Taken(FakePrinter):
        def claim_interface(self, handle: str, interface: int) -> None:
            raise usb.core.USBError("Resource busy", errno=errno.EBUSY)

    async def body() -> None:
        printer = Taken()
        with pytest.raises(LinkLost, match="Resource busy"):
            async with usb_link(VENDOR, PRODUCT, backend=printer):
                pass
        assert printer.kernel_driver

    run(body())


def test_a_device_without_a_printer_interface_is_refused() -> None:
    async def body() -> None:
        with pytest.raises(LinkLost, match="no interface of class 7"):
            async with usb_link(VENDOR, PRODUCT, backend=FakePrinter(interface_class=3)):
                pass

    run(body())
