"""Runs in a process of its own, under umockdev: a scanner and a keypad as the kernel shows them."""

import asyncio
from collections.abc import Awaitable

from evdev import InputDevice, ecodes

from pos_driver_evdev.keypad import KeypadSettings, open_keypad
from pos_driver_evdev.scanner import ScannerSettings, open_scanner
from pos_driver_evdev.tone import ToneSettings, open_tone
from pos_terminal.devices.errors import DeviceLost
from tests.support.umockdev_testbed import Testbed

PATIENCE = 20.0
SCANNER, KEYPAD = 5, 6


def press(bed: Testbed, number: int, *names: str) -> None:
    """Press, hold for two repeats and release each key."""
    for name in names:
        for value in (1, 2, 2, 0):
            bed.event(number, ecodes.EV_KEY, ecodes.ecodes[f"KEY_{name}"], value)


async def scan_and_press(bed: Testbed) -> None:
    """Both devices at once; each hears its own keys alone."""
    paths = bed.plug(SCANNER), bed.plug(KEYPAD, "POS keypad")
    assert InputDevice(paths[0]).name == "POS scanner"
    assert InputDevice(paths[1]).name == "POS keypad"
    async with (
        open_scanner(ScannerSettings(paths[0])) as scanner,
        open_keypad(KeypadSettings(paths[1])) as keypad,
        asyncio.timeout(PATIENCE),
    ):
        press(bed, SCANNER, "3", "0", "1")
        press(bed, KEYPAD, "KP7", "KPENTER")
        press(bed, SCANNER, "7", "ENTER")
        assert (await scanner.read()).text == "3017"
        assert [(await keypad.read()).name for _ in range(2)] == ["KEY_KP7", "KEY_KPENTER"]
    bed.unplug(SCANNER)
    bed.unplug(KEYPAD)


async def unplug_replug_scan(bed: Testbed) -> None:
    """A scanner that goes is missed, and the one that comes back is read, under a new number."""
    for number, code in enumerate(("1", "2", "3"), 10):
        settings = ScannerSettings(bed.plug(number))
        async with open_scanner(settings) as scanner, asyncio.timeout(PATIENCE):
            press(bed, number, code, "ENTER")
            assert (await scanner.read()).text == code
            bed.unplug(number)
            await scanner.gone()
            await expect_lost(scanner.read())
        await expect_lost(open_scanner(settings).__aenter__())


async def another_kind_of_device(bed: Testbed) -> None:
    """A keyboard is no beeper, and is named."""
    lost = await expect_lost(open_tone(ToneSettings(bed.plug(20))).__aenter__())
    assert "POS scanner has no EV_SND" in lost.detail, lost.detail


async def expect_lost(waiting: Awaitable[object]) -> DeviceLost:
    """What awaiting raises; fails unless that is DeviceLost."""
    try:
        await waiting
    except DeviceLost as lost:
        return lost
    raise AssertionError("no DeviceLost")


if __name__ == "__main__":
    with Testbed() as testbed:
        asyncio.run(scan_and_press(testbed))
        asyncio.run(unplug_replug_scan(testbed))
        asyncio.run(another_kind_of_device(testbed))
    print("done")
