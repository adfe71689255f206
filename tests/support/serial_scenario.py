"""Runs in a process of its own, under umockdev: USB serial devices as the kernel shows them."""

import asyncio
import os

from pos_driver_scales.toledo import ToledoSettings, open_scale
from pos_driver_serial_scanner.scanner import SerialScannerSettings, open_scanner
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.domain.weight import Weight
from tests.support.umockdev_testbed import Testbed

PATIENCE = 20.0

_DESCRIPTION = """\
P: /devices/usb2/2-{number}
E: DEVTYPE=usb_device
E: SUBSYSTEM=usb
A: idVendor=0eb8
A: idProduct=f000

P: /devices/usb2/2-{number}/2-{number}:1.0/tty/ttyACM{number}
N: ttyACM{number}
E: DEVNAME=/dev/ttyACM{number}
E: MAJOR=166
E: MINOR={number}
E: SUBSYSTEM=tty
"""


class SerialTestbed(Testbed):
    """Serial devices that come and go, each under a number not used before."""

    def plug_line(self, number: int) -> str:
        """Add /dev/ttyACM`number`; its path."""
        self._call("add_from_string", _DESCRIPTION.format(number=number).encode())
        return f"/dev/ttyACM{number}"

    def far_side(self, path: str) -> int:
        """The device's own end of the line."""
        return int(self._library.umockdev_testbed_get_dev_fd(self._bed, path.encode()))


async def scan_unplug_replug_scan(bed: SerialTestbed) -> None:
    """A scanner that goes is missed, and the one that comes back is read."""
    for number, code in enumerate((b"3560071234562", b"2012345006789"), 1):
        path = bed.plug_line(number)
        settings = SerialScannerSettings(port=path)
        async with open_scanner(settings) as scanner, asyncio.timeout(PATIENCE):
            os.write(bed.far_side(path), code + b"\r\n")
            assert (await scanner.read()).text == code.decode()
            os.close(bed.far_side(path))
            await scanner.gone()
            try:
                await scanner.read()
            except DeviceLost:
                continue
            raise AssertionError("no DeviceLost")


async def weigh(bed: SerialTestbed) -> None:
    """A scale that answers, played by hand."""
    path = bed.plug_line(7)
    far = bed.far_side(path)
    os.set_blocking(far, False)
    settings = ToledoSettings(port=path, resync="quiet", answer_time=0.5)
    asked = asyncio.Event()

    def answer() -> None:
        if os.read(far, 10) == b"W":
            os.write(far, b"\x0201.250\r")
            asked.set()

    async with open_scale(settings) as scale, asyncio.timeout(PATIENCE):
        asyncio.get_running_loop().add_reader(far, answer)
        assert await scale.weigh() == Weight(1250)
        assert asked.is_set()
        asyncio.get_running_loop().remove_reader(far)


if __name__ == "__main__":
    with SerialTestbed() as testbed:
        asyncio.run(scan_unplug_replug_scan(testbed))
        asyncio.run(weigh(testbed))
    print("done")
