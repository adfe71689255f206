"""Scenes with every kind of device on USB, under the shipped unit: adopted, unplugged in the middle
of a sale, plugged in again, and equal ones told apart.
"""

import asyncio
from collections.abc import Sequence
from shlex import quote

from pos_terminal.domain.screen import Screen
from tests.qemu.machine import PATIENCE
from tests.support.hid_devices import scanned
from tests.systemd.box import ADAPTER, KEYPAD, Box
from tests.systemd.gadgets import (
    ALL,
    LEFT,
    PRINTER,
    PRINTING,
    PYTHON,
    RIGHT,
    ROOT,
    SCALES,
    SERVED,
    SOCKETS,
    WEDGE,
    WEIGHING,
    Gadget,
    held,
    typed,
)

TERMINAL = "/etc/pos-terminal/terminal.toml"
CODE = "3017620422003"
NAMES = ("scanner", "scanner-left", "scanner-right", "scale", "printer")
GRAB = "import fcntl; fcntl.ioctl(open('/dev/pos/scanner'), 0x40044590, 1)"
"""EVIOCGRAB of linux/input.h."""


async def each_is_adopted(box: Box) -> None:
    """They take the place of the first scale and printer; the rules of known makers name two.

    With time enough for a machine that is thirty times slower.
    """
    await box.machine.monitor("device_del", {"id": ADAPTER["id"]})
    await held(box, "scale", by_till=False)
    await box.sh(f"modprobe dummy_hcd num={SOCKETS} && modprobe libcomposite")
    await box.sh(f"test -d {ROOT} || mount -t configfs configfs /sys/kernel/config")
    for gadget in ALL:
        await gadget.build(box)
        await gadget.plug(box)
    await lies(box, 480)
    inside = quote(PRINTING.format(port=box.printer.address[1]))
    await box.sh(f"{SERVED} {PYTHON} {inside}")
    await box.sh(f"{SERVED} {PYTHON} {quote(WEIGHING)} {await SCALES.inside(box)}")
    for name in ("scale", "printer"):
        await box.sh(f"sed -i '/^\\[devices.{name}]/,/^$/d' {TERMINAL}")
    await box.sh("udevadm settle")
    for what in (
        "/dev/pos/scanner --as scanner --set quiet_seconds=10",
        f"{await LEFT.node(box)} --as scanner-left",
        f"{await RIGHT.node(box)} --as scanner-right",
        f"{await SCALES.node(box)} --as scale --set answer_time=10",
        "/dev/pos/printer --as printer --set answer_timeout=10 --set print_timeout=60"
        " --set profile_wait=60",
    ):
        await box.technician(f"sudo pos-terminal devices adopt {what} --yes")
    await box.technician("sudo systemctl restart pos-terminal")
    for name in NAMES:
        await held(box, name)


async def lies(box: Box, grams: int) -> None:
    """Put so much on the scale (HID Point of Sale Usage Tables 1.02: stable, grams)."""
    report = bytes([3, 4, 2, 0]) + grams.to_bytes(2, "little")
    await box.sh(f"echo {report.hex()} >/run/weight.new && mv /run/weight.new /run/weight")


async def in_a_sale_each_is_unplugged_and_sells_again(box: Box) -> None:
    """And what was sold before is on the paper, once."""
    assert "busy" in await box.sh(f"! python3 -c {quote(GRAB)}"), "it is the till's alone"
    for gadget, name, reports in (
        (WEDGE, "scanner", typed(CODE)),
        (LEFT, "scanner-left", [scanned(CODE.encode())]),
    ):
        await box.keys("1 PLU")
        await box.shows("TRADITION", "1,30")
        await scan(box, gadget, reports)
        await gadget.unplug(box)
        await held(box, name, by_till=False)
        await box.shows("R-101")
        await box.keys("1 PLU")
        await box.shows("TRADITION", "1,30")
        await gadget.plug(box)
        await held(box, name)
        await scan(box, gadget, reports)
    await box.weighs("0,480kg", "11,95")
    await SCALES.unplug(box)
    await held(box, "scale", by_till=False)
    await box.keys("4 PLU")
    await box.shows("W-106")
    await box.keys("C")
    await lies(box, 1250)
    await SCALES.plug(box)
    await held(box, "scale")
    await box.weighs("1,250kg", "31,13")
    await box.machine.monitor("device_del", {"id": KEYPAD["id"]})
    await held(box, "keypad", by_till=False)
    await box.shows("R-102")
    await box.machine.monitor("device_add", dict(KEYPAD))
    await held(box, "keypad")
    await PRINTER.unplug(box)
    await held(box, "printer", by_till=False)
    await PRINTER.plug(box)
    await held(box, "printer")
    await box.keys("1 PLU CASH")
    await box.shows("TOTAL", "66,38")
    await box.keys("TICKET")
    async with asyncio.timeout(PATIENCE):
        paper = await box.printer.next_paper()
    counts = [paper.text.count(name) for name in ("CONFITURE", "COMTE", "66,38")]
    assert counts[:2] == [4, 2] and counts[2], paper.text


async def scan(box: Box, gadget: Gadget, reports: Sequence[bytes]) -> None:
    """Scan as a clerk does, until it is sold.

    Without KVM the till may be so long in reading that the kernel has no room left for keys: such a
    scan is refused as a whole.
    """
    for _ in range(5):
        await gadget.send(box, *reports)
        screen = await box.display.wait_for(_sold_or_refused, within=PATIENCE)
        if "CONFITURE" in screen.line1:
            return
        await box.keys("C")
        await box.display.wait_for(lambda screen: not _sold_or_refused(screen), within=PATIENCE)
    raise AssertionError(f"{gadget.name} never scanned: {box.display.screen}")


def _sold_or_refused(screen: Screen) -> bool:
    return "CONFITURE" in screen.line1 or "A-103" in screen.line1 + screen.line2


async def equal_scanners_keep_their_names_whichever_comes_first(box: Box) -> None:
    """As after a reboot, which finds them in any order and knows nothing of them."""
    for order in ((RIGHT, LEFT), (LEFT, RIGHT)):
        for gadget in order:
            await gadget.unplug(box)
            await held(box, gadget.name, by_till=False)
        await box.sh("systemctl stop systemd-udevd-control.socket systemd-udevd-kernel.socket "
                     "systemd-udevd && rm -rf /run/udev/data /run/udev/links")
        await box.sh("systemctl start systemd-udevd && udevadm trigger --action=add")
        for gadget in order:
            await gadget.plug(box)
            await held(box, gadget.name)
        for gadget in order:
            asked = f"readlink -f /dev/pos/{gadget.name}"
            assert await box.sh(asked) == await gadget.node(box)
