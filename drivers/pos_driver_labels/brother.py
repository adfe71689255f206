"""The plug-in `brother-ql`: Brother's QL label printers, which print rasters of 720 dots.

Source: Brother, «Raster Command Reference QL-800/810W/820NWB» and those of the QL-500 to 710W.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from msgspec import Struct

from pos_driver_labels.draw import Picture, draw
from pos_driver_labels.label_printer import LabelPrinter
from pos_driver_labels.sheet import Media, lay_out
from pos_terminal.devices.classes import Printer, PrinterStatus
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.faults import PRINTER_OFFLINE
from pos_terminal.domain.receipt import Receipt
from pos_terminal.hookspecs import hookimpl
from pos_terminal.links.faults import opened
from pos_terminal.links.link import Link
from pos_terminal.links.printer_settings import PrinterSettings
from pos_terminal.links.whole_commands import WholeCommands

log = logging.getLogger(__name__)

DOTS_PER_MM = 300 / 25.4
ROW = 90
"""Bytes of one row: 720 pins."""

CLEAR = bytes(400)
"""NULs end a command that was cut in the middle: at least 200, more for newer models."""

ASK_STATUS = b"\x1biS"
STATUS = 32
"""Bytes of a status, which begins 80 20 42."""

CONTINUOUS, DIE_CUT = 0x0A, 0x0B


class Roll(Struct, frozen=True):
    """A roll: its size in mm (length 0: continuous), the dots printed, and those to its right."""

    width: int
    length: int
    dots: int
    rows: int
    right: int


ROLLS = {
    "29": Roll(29, 0, 306, 0, 6),
    "38": Roll(38, 0, 413, 0, 12),
    "50": Roll(50, 0, 554, 0, 12),
    "54": Roll(54, 0, 590, 0, 0),
    "62": Roll(62, 0, 696, 0, 12),
    "29x90": Roll(29, 90, 306, 991, 6),
    "38x90": Roll(38, 90, 413, 991, 12),
    "62x29": Roll(62, 29, 696, 271, 12),
    "62x100": Roll(62, 100, 696, 1109, 12),
}
"""By name: millimetres. Dots and margins from the references' tables «Page size» and «Pins»."""


class BrotherSettings(PrinterSettings, frozen=True, kw_only=True):
    """The roll and the letters, beside where the printer is."""

    roll: Literal["29", "38", "50", "54", "62", "29x90", "38x90", "62x29", "62x100"] = "62"
    font: str = "/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf"
    """A TrueType font: Debian's fonts-dejavu-core has this one."""

    def __post_init__(self) -> None:
        self.check()

    def problems(self) -> Iterator[tuple[str, str]]:
        """See `Checked.problems`: a font that is not there."""
        if not Path(self.font).is_file():
            yield "font", self.font

    @property
    def media(self) -> Media:
        """What is printed on, in dots."""
        roll = ROLLS[self.roll]
        return Media(roll.dots, roll.rows, DOTS_PER_MM)


def compose(picture: Picture, roll: Roll) -> bytes:
    """One label: clear, initialise, raster mode, what roll, cut behind it, the rows, print."""
    kind = DIE_CUT if roll.length else CONTINUOUS
    # Which of what follows is meant: kind, width, length, and quality before speed.
    media = bytes((0xCE if roll.length else 0xC6, kind, roll.width, roll.length))
    media += picture.height.to_bytes(4, "little") + b"\x00\x00"
    margin = 0 if roll.length else 35
    head = b"".join((
        CLEAR,
        b"\x1b@",
        b"\x1bia\x01",  # raster mode
        b"\x1bi!\x00",  # it says by itself when it has printed
        b"\x1biz", media,
        b"\x1biM\x40", b"\x1biA\x01", b"\x1biK\x08",  # cut, each one, at the end
        b"\x1bid", margin.to_bytes(2, "little"),
        b"M\x00",  # no compression
    ))  # fmt: skip
    return head + b"".join(b"g\x00" + bytes((ROW,)) + row for row in _rows(picture, roll)) + b"\x1a"


def _rows(picture: Picture, roll: Roll) -> list[bytes]:
    """Each row on the pins: the first bit is the rightmost dot."""
    width = (picture.width + 7) // 8
    rows = []
    for at in range(0, len(picture.rows), width):
        dots = "".join(f"{byte:08b}" for byte in picture.rows[at : at + width])[: picture.width]
        pins = ("0" * roll.right + dots[::-1]).ljust(8 * ROW, "0")
        rows.append(int(pins, 2).to_bytes(ROW, "big"))
    return rows


class Reply(Struct, frozen=True):
    """One status: how the printer is, and whether it says that a label is printed."""

    status: PrinterStatus
    printed: bool
    width: int


class Answers:
    """Cuts what arrives, in pieces of any size, into statuses; counts the bytes that are none."""

    def __init__(self) -> None:
        self._pending = b""
        self.unreadable = 0

    def forget(self) -> None:
        """Half a status whose rest did not come: the next one is not its rest."""
        self.unreadable += len(self._pending)
        self._pending = b""

    def feed(self, data: bytes) -> list[Reply]:
        """The statuses that are whole now."""
        self._pending += data
        found = []
        while self._pending:
            begins = self._pending.find(b"\x80")
            if begins != 0:
                self.unreadable += len(self._pending) if begins < 0 else begins
                self._pending = b"" if begins < 0 else self._pending[begins:]
                continue
            if not b"\x80\x20\x42".startswith(self._pending[:3]):
                self.unreadable += 1
                self._pending = self._pending[1:]
                continue
            if len(self._pending) < STATUS:
                break
            found.append(_read(self._pending[:STATUS]))
            self._pending = self._pending[STATUS:]
        return found


def _read(data: bytes) -> Reply:
    first, second, width, kind, said = data[8], data[9], data[10], data[11], data[18]
    cover = bool(second & 0x10)
    out = bool(first & 0x03 or second & 0x40 or (kind == 0 and not cover))
    # A jammed cutter, a wrong roll, a full buffer, a fault of its own.
    error = bool(first & 0x14 or second & 0xA7)
    online = not (cover or out or error)
    status = PrinterStatus(online, paper_out=out, cover_open=cover, error=error)
    return Reply(status, said == 0x01, width)


class BrotherSession(WholeCommands):
    """See `PrinterSession`: the printer says by itself when a label is printed.

    It must not be asked while it prints: meanwhile its last word stands.
    """

    question = b""

    def __init__(self, link: Link, roll: Roll) -> None:
        super().__init__(link)
        self._roll = roll
        self._answers = Answers()
        self._reading = asyncio.Lock()
        self._last: Reply | None = None
        self._printing = False
        self._printed = 0
        self._owed = True

    @property
    def unreadable(self) -> int:
        """See `PrinterSession.unreadable`."""
        return self._answers.unreadable

    async def status(self, within: float) -> PrinterStatus:
        """See `PrinterSession.status`."""
        async with asyncio.timeout(within):
            if self._printing:
                self._sort(self._link.drain_input())
                return self._last.status if self._last else PrinterStatus(True)
            async with self._reading:
                self._sort(self._link.drain_input())
                self._answers.forget()
                await self.send(ASK_STATUS, within)
                found = await self._next()
        if found.width and found.width != self._roll.width:
            log.warning(
                "label printer: a roll of %s mm, the settings say %s", found.width, self._roll.width
            )
            return PrinterStatus(False, error=True)
        return found.status

    async def resynchronise(self, within: float) -> None:
        """Clear what an earlier session may have left in the middle; it prints nothing of it."""
        if self._owed:
            await self.send(CLEAR + b"\x1b@", within)
            self._owed = False

    def begin(self) -> None:
        """See `PrinterSession.begin`."""
        self._sort(self._link.drain_input())
        self._printed, self._printing, self._owed = 0, True, True

    async def processed(self) -> None:
        """See `PrinterSession.processed`."""
        async with self._reading:
            while not self._printed:
                self._sort(await self.receive())
            self._printing = False

    def end(self) -> None:
        """See `PrinterSession.end`."""
        self._owed = False

    def rest(self) -> None:
        """See `LabelSession.rest`: it may be asked again."""
        self._printing = False

    async def _next(self) -> Reply:
        while not (found := self._answers.feed(await self.receive())):
            pass
        return found[-1]

    def _sort(self, data: bytes) -> None:
        for reply in self._answers.feed(data):
            self._last = reply
            self._printed += reply.printed


@asynccontextmanager
async def open_printer(settings: BrotherSettings) -> AsyncIterator[Printer]:
    """A `Driver.open`. Prints nothing. Raises DeviceLost."""
    async with opened(settings.link(), PRINTER_OFFLINE) as link:
        media, roll = settings.media, ROLLS[settings.roll]

        async def drawn(receipt: Receipt) -> bytes:
            sheet = lay_out(receipt, media)
            if sheet.left_out:
                log.warning("%s: %s pieces do not fit", receipt.title, sheet.left_out)
            return compose(await draw(sheet, media, settings.font), roll)

        yield LabelPrinter(BrotherSession(link, roll), settings, drawn)


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «brother-ql»."""
    drivers.printers.add("brother-ql", open_printer, BrotherSettings)
