"""Devices on the box's own USB: the kernel plays the bus (dummy_hcd), files the devices' insides.

A gadget is built in configfs (kernel: Documentation/usb/gadget_configfs.rst) and plugged in by
being given a controller, of which each has one socket.
"""

from dataclasses import dataclass
from shlex import quote

from tests.support.hid_devices import SCALE, SCANNER
from tests.systemd.box import Box

ROOT = "/sys/kernel/config/usb_gadget"
SOCKETS = 6

# A keyboard's report descriptor (Device Class Definition for HID 1.11, appendix E.6).
KEYBOARD = bytes.fromhex(
    "05 01 09 06 a1 01 05 07 19 e0 29 e7 15 00 25 01 75 01 95 08 81 02 95 01 75 08 81 01"
    "95 05 75 01 05 08 19 01 29 05 91 02 95 01 75 03 91 01"
    "95 06 75 08 15 00 25 65 05 07 19 00 29 65 81 00 c0"
)
ENTER, DIGITS = 0x28, {"0": 0x27, **{str(digit): 0x1D + digit for digit in range(1, 10)}}
"""HID Usage Tables 1.12, page Keyboard."""

SENDING = """\
import os, sys, time
bus = os.open(sys.argv[1], os.O_WRONLY)
for report in sys.argv[2:]:
    os.write(bus, bytes.fromhex(report))
    time.sleep(0.05)
"""
WEIGHING = """\
import os, sys, time
bus = os.open(sys.argv[1], os.O_WRONLY)
while True:
    os.write(bus, bytes.fromhex(open("/run/weight").read()))
    time.sleep(0.2)
"""
PRINTING = """\
import os, select, socket
bus = os.open("/dev/g_printer0", os.O_RDWR)
line = socket.create_connection(("10.0.2.2", {port}))
while True:
    for ready in select.select([bus, line], [], [])[0]:
        if ready == bus:
            line.sendall(os.read(bus, 4096))
        elif data := line.recv(4096):
            os.write(bus, data)
        else:
            raise SystemExit
"""
"""The printer's inside, joined to the simulated one on the host."""
PYTHON = "/usr/bin/python3 -c"
SERVED = (
    "systemd-run -q --property=Restart=always --property=RestartSec=1"
    " --property=StartLimitIntervalSec=0"
)
"""What runs inside a device ends where its bus does, and is there again with it."""


@dataclass(frozen=True, slots=True)
class Gadget:
    """A device that can be plugged into the socket of its number; `function` of the kernel's."""

    name: str
    socket: int
    vendor: int
    product: int
    function: str = "hid"
    descriptor: bytes = b""
    length: int = 0

    async def build(self, box: Box) -> None:
        """Made, and not yet plugged in."""
        here, function = f"{ROOT}/{self.name}", f"functions/{self.function}.{self.name}"
        octal = "".join(f"\\{byte:03o}" for byte in self.descriptor)
        lines = [
            f"mkdir -p {here}/configs/c.1 {here}/{function} {here}/strings/0x409; cd {here}",
            f"echo {self.vendor:#06x} >idVendor; echo {self.product:#06x} >idProduct",
            f"echo {self.name.partition('-')[0]} >strings/0x409/product",
        ]
        if self.descriptor:
            lines += [
                f"echo {self.length} >{function}/report_length",
                f"printf '{octal}' >{function}/report_desc",
            ]
        await box.sh("\n".join([*lines, f"ln -s {function} configs/c.1/"]))

    async def plug(self, box: Box) -> None:
        await box.sh(f"echo dummy_udc.{self.socket} >{ROOT}/{self.name}/UDC")

    async def unplug(self, box: Box) -> None:
        await box.sh(f"echo >{ROOT}/{self.name}/UDC")

    async def send(self, box: Box, *reports: bytes) -> None:
        """Have it report; the host fetches one after the other."""
        inside = await self.inside(box)
        told = " ".join(report.hex() for report in reports)
        await box.sh(f"{PYTHON} {quote(SENDING)} {inside} {told}")

    async def inside(self, box: Box) -> str:
        """The file of a HID device's inside."""
        return await box.sh(f"echo /dev/hidg$(cut -d: -f2 {ROOT}/{self.name}/functions/hid.*/dev)")

    async def node(self, box: Box) -> str:
        """The raw node that the kernel has given to a HID device."""
        bus = f"/sys/devices/platform/dummy_hcd.{self.socket}/usb*/*/*"
        look = f"for each in {bus}/*/hidraw/*; do echo /dev/${{each##*/}}; done"
        return await box.until(look, lambda node: "*" not in node)


WEDGE = Gadget("scanner", 0, 0x05E0, 0x1200, descriptor=KEYBOARD, length=8)
LEFT = Gadget("scanner-left", 1, 0x0C2E, 0x0B01, descriptor=SCANNER, length=62)
RIGHT = Gadget("scanner-right", 2, 0x0C2E, 0x0B01, descriptor=SCANNER, length=62)
SCALES = Gadget("scale", 3, 0x0EB8, 0xF000, descriptor=SCALE, length=6)
PRINTER = Gadget("printer", 4, 0x04B8, 0x0202, function="printer")
ALL = (WEDGE, LEFT, RIGHT, SCALES, PRINTER)


def typed(code: str) -> list[bytes]:
    """A code of digits as a scanner that plays a keyboard reports it: each key down, then up."""
    keys = [*(DIGITS[digit] for digit in code), ENTER]
    return [bytes([0, 0, key, 0, 0, 0, 0, 0]) for pressed in keys for key in (pressed, 0)]


async def held(box: Box, name: str, *, by_till: bool = True) -> None:
    """Wait until the till has /dev/pos/NAME open; or has not, and there is no such name.

    And says so: what a scanner types while the till looks whose node it is reaches nobody.
    """
    pid, node = await box.unit("MainPID"), f"$(readlink -e /dev/pos/{name} || echo none)"
    look = f'find /proc/{pid}/fd -lname "{node}" -printf held 2>/dev/null || true'
    told = f"journalctl -o cat _PID={pid} | grep 'port: {name}: ' | tail -n 1"
    if by_till:
        await box.until(look, lambda said: said.startswith("held"))
        await box.until(told, lambda said: said.endswith(": open"))
    else:
        await box.until(f"{look}; test ! -e /dev/pos/{name} || echo there", lambda said: not said)
