"""Runs in a process of its own, under umockdev: a printer on libusb's own way, as usbfs shows it.

It has nothing to read from, as simple printers have: umockdev holds one transfer at a time
(ioctl_tree.c), and whoever reads has one waiting all the while. Reading is tried in tests/qemu.
"""

import asyncio
from pathlib import Path

from pos_terminal.links.link import LinkLost
from pos_terminal.links.usb import usb_link
from tests.support.umockdev_testbed import Testbed

PATIENCE = 20.0
VENDOR, PRODUCT = 0x04B8, 0x0E15
NODE = "/dev/bus/usb/001/002"
SYSPATH = "/devices/pci0000:00/0000:00:14.0/usb1/1-1"

# USB 2.0, 9.6: the device, its configuration, a printer's interface (class 7), a bulk end point.
DESCRIPTORS = bytes.fromhex(
    "12 01 00 02 00 00 00 40 b8 04 15 0e 00 01 00 00 00 01"
    "09 02 19 00 01 01 00 c0 01"
    "09 04 00 00 01 07 01 01 00"
    "07 05 01 02 40 00 00"
)
DESCRIPTION = f"""\
P: {SYSPATH}
N: {NODE.removeprefix("/dev/")}={DESCRIPTORS.hex().upper()}
E: DEVNAME={NODE}
E: DEVTYPE=usb_device
E: BUSNUM=001
E: DEVNUM=002
E: SUBSYSTEM=usb
E: MAJOR=189
E: MINOR=1
A: busnum=1\\n
A: devnum=2\\n
A: bConfigurationValue=1\\n
A: speed=12\\n
H: descriptors={DESCRIPTORS.hex().upper()}
"""
SENT = (b"\x1b@", b"Bonjour\n", b"\x1dV\x00")


def transfers() -> str:
    """What the device takes, in its order: any other byte is refused."""
    # Result; type (bulk), end point, status, flags, two lengths, errors (linux/usbdevice_fs.h).
    lines = [
        f"USBDEVFS_REAPURBNDELAY 0 3 1 0 0 {len(each)} {len(each)} 0 {each.hex().upper()}"
        for each in SENT
    ]
    return "\n".join(["USBDEVFS_GET_CAPABILITIES 0 FD010000", *lines, ""])


class UsbTestbed(Testbed):
    """One USB printer."""

    def plug_printer(self) -> None:
        self._call("add_from_string", DESCRIPTION.encode())
        answers = Path(self._folder.name, "printer.ioctl")
        answers.write_text(transfers())
        self._call("load_ioctl", NODE.encode(), str(answers).encode())

    def unplug_printer(self) -> None:
        path = f"/sys{SYSPATH}".encode()
        self._library.umockdev_testbed_uevent(self._bed, path, b"remove")
        self._library.umockdev_testbed_remove_device(self._bed, path)


async def refused(vendor: int, product: int, interface_class: int = 7) -> str:
    """Why it does not open."""
    try:
        async with usb_link(vendor, product, interface_class=interface_class):
            raise AssertionError("it opened")
    except LinkLost as error:
        return str(error)


async def main() -> None:
    with UsbTestbed() as bed:
        assert "not plugged in" in await refused(VENDOR, PRODUCT)
        bed.plug_printer()
        assert "not plugged in" in await refused(VENDOR, PRODUCT + 1)
        assert "no interface of class 8" in await refused(VENDOR, PRODUCT, 8)
        async with usb_link(VENDOR, PRODUCT) as link:
            for each in SENT:
                await link.send(each)
            try:
                await link.send(b"x")
            except LinkLost:
                pass
            else:
                raise AssertionError("a byte was taken that nobody expects")
        bed.unplug_printer()
        assert "not plugged in" in await refused(VENDOR, PRODUCT)


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(main(), PATIENCE))
    print("done")
