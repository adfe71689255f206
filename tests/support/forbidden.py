"""Opens devices that it has no right to, as a user of no rights; prints each one's code.

    python -m tests.support.forbidden PIPE TTY
"""

import asyncio
import os
import sys

from pos_driver_escpos import EscposSettings, open_printer
from pos_driver_evdev.keypad import KeypadSettings, open_keypad
from pos_driver_serial_scanner.scanner import SerialScannerSettings, open_scanner
from pos_terminal.devices.errors import DeviceLost

NOBODY = 65534


async def codes(pipe: str, tty: str) -> list[str]:
    """What each driver says of the one it would open."""
    found = []
    for opening in (
        open_keypad(KeypadSettings(pipe)),
        open_printer(EscposSettings(device=pipe)),
        open_scanner(SerialScannerSettings(port=tty)),
    ):
        try:
            async with opening:
                found.append("open")
        except DeviceLost as error:
            found.append(error.fault.code)
    return found


if __name__ == "__main__":
    # Now: whoever has no rights cannot read them where this Python lies.
    import concurrent.futures.thread  # noqa: F401

    import serial  # noqa: F401

    if os.getuid() == 0:
        os.setgroups([])
        os.setuid(NOBODY)
    print(*asyncio.run(codes(sys.argv[1], sys.argv[2])))
