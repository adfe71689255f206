"""A scanner that types like a keyboard (keyboard wedge, USB HID keyboard mode)."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from evdev import ecodes
from msgspec import Struct

from pos_driver_evdev.assembler import CodeAssembler
from pos_driver_evdev.layouts import LayoutName, layout_of
from pos_driver_evdev.nodes import grab, opened
from pos_driver_evdev.reader import Unread, listening
from pos_terminal.devices.classes import Scan, Scanner
from pos_terminal.devices.scans import UNREADABLE
from pos_terminal.devices.settings import within
from pos_terminal.domain.faults import SCANNER_OFFLINE

log = logging.getLogger(__name__)

SHOWN = 64
"""Keys of what made no code that the log shows: the last ones, with which it went wrong."""


class ScannerSettings(Struct, frozen=True):
    """A keyboard scanner.

    `device` is the scanner's own node: /dev/input/by-id/usb-...-event-kbd, a udev link such as
    /dev/pos/scanner, or a named pipe that carries input events. It is told from the keypad by
    this path alone, and grabbed.
    `layout` is the keyboard that the *scanner* is set to: "us", "fr" (AZERTY), "be", "de", "ch-de",
    "ch-fr".
    `quiet_seconds`: a code without its end (Enter, keypad Enter or Tab) is given up, as
    unreadable, when no key has come for so long.
    `max_length`: a longer code is reported as unreadable.
    """

    device: str
    layout: LayoutName = "us"
    quiet_seconds: float = 0.5
    max_length: int = 512

    def __post_init__(self) -> None:
        within(self, quiet_seconds=(0.05, 10), max_length=(1, 8192))


class EvdevScanner:
    """The opened scanner; see `open_scanner`."""

    def __init__(self, settings: ScannerSettings) -> None:
        self._assembler = CodeAssembler(
            layout_of(settings.layout), max_length=settings.max_length
        )
        self._quiet_seconds = settings.quiet_seconds
        self._quiet: asyncio.TimerHandle | None = None
        self._inbox: Unread[Scan] = Unread(settings.device, SCANNER_OFFLINE)
        self._path = settings.device
        self._keys: deque[int] = deque(maxlen=SHOWN)

    async def read(self) -> Scan:
        """The next code, in order. Cancelling loses nothing. Raises DeviceLost."""
        return await self._inbox.get()

    async def gone(self) -> None:
        """Return when the scanner is unplugged."""
        await self._inbox.gone()

    def on_key(self, code: int, value: int) -> None:
        """Take one key event from the device."""
        if value == 1:
            self._keys.append(code)
        self._deliver(self._assembler.key(code, value))
        self._wait_for_more()

    def on_dropped(self) -> None:
        """Take note that the kernel dropped events."""
        self._assembler.spoil()
        self._wait_for_more()

    def on_lost(self, why: str) -> None:
        """Report a code cut off by the unplugging, then the loss."""
        self.stop()
        # Half a code is reported as unreadable, so that the clerk hears that a scan came to
        # nothing.
        self._deliver(self._assembler.abandon())
        self._inbox.lose(why)

    def stop(self) -> None:
        """Stop waiting for the rest of a code."""
        if self._quiet is not None:
            self._quiet.cancel()
            self._quiet = None

    def _deliver(self, scan: Scan | None) -> None:
        if scan is None:
            return
        if UNREADABLE in scan.text:
            # By number, as a dump: no badge and no customer's card leaves the box
            # (domain/redaction).
            log.warning("%s: keys made no code: %s", self._path, " ".join(map(str, self._keys)))
        self._keys.clear()
        self._inbox.put(scan)

    def _wait_for_more(self) -> None:
        self.stop()
        if self._assembler.in_progress:
            loop = asyncio.get_running_loop()
            self._quiet = loop.call_later(self._quiet_seconds, self._give_up)

    def _give_up(self) -> None:
        self._deliver(self._assembler.abandon())


@asynccontextmanager
async def open_scanner(settings: ScannerSettings) -> AsyncIterator[Scanner]:
    """Open and grab the scanner. Raises DeviceLost when it is absent, DeviceError when taken."""
    async with opened(settings.device, ecodes.EV_KEY, SCANNER_OFFLINE) as device:
        # Grabbed before it is read: a code must reach no console, and no keypad's lane.
        grab(device, SCANNER_OFFLINE)
        scanner = EvdevScanner(settings)
        try:
            with listening(device, on_key=scanner.on_key, on_dropped=scanner.on_dropped,
                           on_lost=scanner.on_lost):
                yield scanner
        finally:
            scanner.stop()
