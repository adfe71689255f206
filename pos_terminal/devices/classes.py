"""One Protocol per class of device, after UPOS. A driver implements one and yields it opened.

Rules for all of them:

* A device object exists only while it is open. Opening it is the driver's async context manager;
  leaving that closes it. Nobody else reopens: the lane does, with back-off.
* `gone()` returns when the link is seen to be lost, without being asked anything; a device that
  cannot notice waits for ever. Any other call raises `DeviceLost` once that is so.
* Every call is bounded in time by the driver, but for `read` and `gone`.
* Cancelling a call leaves the device usable and loses no input.
"""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from pos_terminal.domain.faults import (
    PAPER_OUT,
    PRINTER_COVER,
    PRINTER_ERROR,
    PRINTER_OFFLINE,
    Fault,
    Tone,
)
from pos_terminal.domain.receipt import Receipt
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.weight import Weight


class DeviceClass(StrEnum):
    """The classes that a configuration may name."""

    SCANNER = "scanner"
    KEYPAD = "keypad"
    SCALE = "scale"
    PRINTER = "printer"
    DRAWER = "drawer"
    DISPLAY = "display"
    TONE = "tone"
    PAYMENT_TERMINAL = "payment-terminal"


class Device(Protocol):
    """What every device can do."""

    async def gone(self) -> None:
        """Return when the link is lost; until then, wait."""


class Scan(Struct, frozen=True):
    """One code as the scanner sent it, without its suffix; `aim` is the symbology prefix («]E0»).

    A text that contains U+FFFD is **unreadable**: a key, byte or length that makes no code, or a
    code that was cut off. It is delivered, so that the till can refuse it aloud.
    """

    text: str
    aim: str = ""


class Scanner(Device, Protocol):
    """Reads codes. UPOS: Scanner."""

    async def read(self) -> Scan:
        """The next code, in order. Cancelling loses nothing. Raises DeviceLost."""


class KeyPress(Struct, frozen=True):
    """One key going down, by its physical name as in linux/input-event-codes.h («KEY_KP7»).

    `held` are the modifiers (`pos_terminal.domain.chords.MODIFIERS`) that are down meanwhile; a
    modifier going down is a press of its own before that.
    """

    name: str
    held: frozenset[str] = frozenset()


class Keypad(Device, Protocol):
    """Reads keys. UPOS: POSKeyboard."""

    async def read(self) -> KeyPress:
        """The next key pressed, in order. Cancelling loses nothing. Raises DeviceLost."""


class Scale(Device, Protocol):
    """Weighs. UPOS: Scale."""

    async def weigh(self) -> Weight:
        """A stable weight, measured after this call began, and whether it is net of a tare.

        Raises DeviceRefused (SCALE_MOVING, SCALE_OVERLOAD, SCALE_NEGATIVE, SCALE_STALE for a scale
        that weighs anew only after a change, SCALE_FAULT for one that is out of order, SCALE_ANSWER
        for what is no answer), DeviceTimeout when the scale stays silent, DeviceLost. Never a
        remembered weight. Zero grams is a weight too.
        """

    async def zero(self) -> None:
        """Set the scale to zero. Raises as `weigh` does, SCALE_NOT_SET when it did not take it."""

    async def tare(self) -> None:
        """Take what lies on the scale as tare. Raises as `zero` does."""


class PrinterStatus(Struct, frozen=True):
    """What the printer says of itself, read from the device; None where it cannot tell."""

    online: bool
    paper_out: bool = False
    paper_low: bool | None = None
    cover_open: bool = False
    error: bool = False
    drawer_pin: bool | None = None

    @property
    def trouble(self) -> Fault | None:
        """Why it would not print; the cause that a person has to see to first."""
        if self.cover_open:
            return PRINTER_COVER
        if self.paper_out:
            return PAPER_OUT
        if self.error:
            return PRINTER_ERROR
        return None if self.online else PRINTER_OFFLINE


class Printer(Device, Protocol):
    """Prints on paper. UPOS: POSPrinter."""

    async def print(self, receipt: Receipt) -> PrinterStatus | None:
        """Print and cut; return once the device has *processed* all of it.

        The answer is what it said of itself as it began; None where it was not asked.

        Raises DeviceRefused when nothing was printed (paper out or cover open before the start),
        OutcomeUnknown once bytes have left and no acknowledgement came; before that, DeviceLost,
        or DeviceTimeout when the printer does not answer: nothing was printed then.
        """

    async def status(self) -> PrinterStatus:
        """Ask the device now. Raises DeviceTimeout, DeviceLost."""

    async def pulse(self, pin: int) -> None:
        """Send the drawer pulse on connector pin 2 or 5; return once the device has done it.

        Raises as `print` does: OutcomeUnknown once the pulse has left, DeviceLost before that.
        """


class Drawer(Device, Protocol):
    """A cash drawer. UPOS: CashDrawer."""

    async def kick(self) -> None:
        """Open it. Raises DeviceLost, DeviceTimeout, DeviceRefused, OutcomeUnknown."""

    async def is_open(self) -> bool | None:
        """Whether it stands open; None when the drawer cannot tell."""


class CustomerDisplay(Device, Protocol):
    """Two lines of twenty characters. UPOS: LineDisplay."""

    async def show(self, screen: Screen) -> None:
        """Show both lines; returns when the bytes have been handed over. Raises DeviceLost."""


class ToneIndicator(Device, Protocol):
    """Makes the clerk's sounds. UPOS: ToneIndicator."""

    async def sound(self, tone: Tone) -> None:
        """Start the sound and return; a new one cuts the old one short. Raises DeviceLost."""
