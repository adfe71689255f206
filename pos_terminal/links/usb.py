"""Printers on bare USB end points, through libusb, where no kernel driver gives them a node."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from pos_terminal.links.link import LinkForbidden, LinkLost
from pos_terminal.links.stream import INPUT_LIMIT, SEND_TIMEOUT, StreamLink

PRINTER_CLASS = 7
CHUNK = 4096
SLICE = 0.2
"""Seconds that one transfer may block its thread: the longest that closing has to wait for it."""
EMPTY_READ_PAUSE = 0.05


@asynccontextmanager
async def usb_link(
    vendor: int,
    product: int,
    *,
    interface_class: int = PRINTER_CLASS,
    send_timeout: float = SEND_TIMEOUT,
    backend: object = None,
) -> AsyncIterator["UsbLink"]:
    """Claim the first interface of this class on the device with these ids, and talk to it.

    Raises LinkLost when that cannot be, and why. The kernel's driver gets the interface back at
    the end. The bus is never reset: a reset would cut off other devices and a receipt in mid-print.
    `backend` is pyusb's; None finds libusb.
    """
    name = f"usb {vendor:04x}:{product:04x}"
    interface = await asyncio.to_thread(_Interface, name, vendor, product, interface_class, backend)
    try:
        link = UsbLink(interface, name, send_timeout)
        try:
            yield link
        finally:
            await link.stop()
    finally:
        await asyncio.to_thread(interface.close)


class _Interface:
    """A claimed interface. Every call blocks, for at most `SLICE`: it belongs in a thread."""

    def __init__(
        self, name: str, vendor: int, product: int, interface_class: int, backend: object
    ) -> None:
        import usb.core  # noqa: PLC0415
        import usb.util  # noqa: PLC0415

        self._usb = usb
        self._claimed = self._detached = False
        self.timed_out: type[Exception] = usb.core.USBTimeoutError
        self.failed: type[Exception] = usb.core.USBError
        try:
            self._device: Any = usb.core.find(idVendor=vendor, idProduct=product, backend=backend)
        except (usb.core.USBError, usb.core.NoBackendError) as error:
            raise LinkLost(f"{name}: {error}") from error
        if self._device is None:
            raise LinkLost(f"{name}: not plugged in")
        try:
            self._claim(name, interface_class)
        except usb.core.USBError as error:
            self.close()
            raise LinkForbidden.when(error, f"{name}: {error}") from error
        except LinkLost:
            self.close()
            raise

    def _claim(self, name: str, interface_class: int) -> None:
        util = self._usb.util
        interface: Any = util.find_descriptor(
            self._device.get_active_configuration(), bInterfaceClass=interface_class
        )
        if interface is None:
            raise LinkLost(f"{name}: no interface of class {interface_class}")
        self._out = self._end_point(interface, util.ENDPOINT_OUT)
        self._in = self._end_point(interface, util.ENDPOINT_IN)
        if self._out is None:
            raise LinkLost(f"{name}: no end point to write to")
        self._number: int = interface.bInterfaceNumber
        if self._device.is_kernel_driver_active(self._number):
            self._device.detach_kernel_driver(self._number)
            # usblp holds the interface of every printer; it gets it back in `close`.
            self._detached = True
        # Behind the detaching: the kernel's driver holds the claim until then.
        util.claim_interface(self._device, self._number)
        self._claimed = True

    def _end_point(self, interface: Any, direction: int) -> Any:
        util = self._usb.util

        def wanted(end_point: Any) -> bool:
            kind = util.endpoint_type(end_point.bmAttributes)
            way = util.endpoint_direction(end_point.bEndpointAddress)
            return (kind, way) == (util.ENDPOINT_TYPE_BULK, direction)

        return util.find_descriptor(interface, custom_match=wanted)

    @property
    def answers(self) -> bool:
        """Whether it has an end point to read from."""
        return self._in is not None

    def write(self, data: bytes) -> int:
        """How many bytes were taken; 0 when none were in time."""
        try:
            # libusb cannot be interrupted from another thread; short transfers end by themselves.
            return int(self._out.write(data, round(SLICE * 1000)))
        except self.timed_out:
            return 0

    def read(self) -> bytes | None:
        """What came; empty for an empty packet, None for nothing in time."""
        try:
            return bytes(self._in.read(CHUNK, round(SLICE * 1000)))
        except self.timed_out:
            return None

    def close(self) -> None:
        """Give the interface back. A device that is gone takes nothing back."""
        try:
            # Released before the kernel's driver comes back, which claims it in its turn.
            if self._claimed:
                self._usb.util.release_interface(self._device, self._number)
            if self._detached:
                self._device.attach_kernel_driver(self._number)
        except self.failed:
            return
        finally:
            self._usb.util.dispose_resources(self._device)


class UsbLink(StreamLink):
    """A link over a claimed interface, with one thread that reads."""

    def __init__(self, interface: _Interface, name: str, send_timeout: float) -> None:
        super().__init__(name, send_timeout)
        self._interface = interface
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._reader = threading.Thread(target=self._read, name=name, daemon=True)
        if interface.answers:
            self._reader.start()

    async def stop(self) -> None:
        """End the reading; whoever still waits on the link gets LinkLost."""
        self._lose("closed")
        self._stopping.set()
        if self._interface.answers:
            await asyncio.to_thread(self._reader.join)

    async def _write_some(self, data: memoryview) -> int:
        # A copy: the memoryview ends with the send, the thread may still be writing.
        chunk = bytes(data[:CHUNK])
        while True:
            self._check()
            if sent := await self._whole(lambda: self._interface.write(chunk)):
                return sent

    async def _whole(self, transfer: Callable[[], int]) -> int:
        """Let a transfer end even if its sender is cancelled: only then is it known what left."""
        under_way = self._loop.run_in_executor(None, transfer)
        try:
            return await asyncio.shield(under_way)
        except asyncio.CancelledError:
            # The thread cannot be stopped, and the interface must not be closed under it.
            await asyncio.wait([under_way])
            if under_way.exception() or under_way.result():
                self._lose("a send was cancelled while bytes were leaving")
            raise
        except self._interface.failed as error:
            self._lose(str(error))
            raise LinkLost(f"{self.name}: {error}") from error

    def _read(self) -> None:
        """The reader's thread."""
        while not self._stopping.is_set():
            # What is not fetched stays in the device, whose buffer then holds it up: nothing is
            # lost.
            if len(self._input) >= INPUT_LIMIT:
                self._stopping.wait(EMPTY_READ_PAUSE)
                continue
            try:
                data = self._interface.read()
            except self._interface.failed as error:
                self._loop.call_soon_threadsafe(self._lose, str(error))
                return
            if data:
                self._loop.call_soon_threadsafe(self._arrived, data)
            elif data is not None:  # an empty packet: some printers send nothing else, and at once
                self._stopping.wait(EMPTY_READ_PAUSE)
