"""The plug-in `zpl`: label printers of Zebra's language, which others speak too.

Source: Zebra, «ZPL II Programming Guide», of which each command names its page.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Literal

from msgspec import Struct

from pos_driver_labels.label_printer import LabelPrinter
from pos_driver_labels.sheet import Code, Line, Media, Sheet, Words, lay_out
from pos_terminal.devices.classes import Printer, PrinterStatus
from pos_terminal.devices.registry import Drivers
from pos_terminal.devices.settings import within
from pos_terminal.domain.faults import PRINTER_OFFLINE
from pos_terminal.domain.receipt import Align, Receipt
from pos_terminal.hookspecs import hookimpl
from pos_terminal.links.faults import opened
from pos_terminal.links.link import Link
from pos_terminal.links.printer_settings import PrinterSettings
from pos_terminal.links.whole_commands import WholeCommands

log = logging.getLogger(__name__)

ASK_STATUS = b"~HS"
"""Host Status Return: answered at once, by three strings."""

POLL = 0.1
"""Seconds between two looks at whether it has printed all."""

MOST = 4096
"""Bytes of an answer: a printer that talks for ever fills no memory."""

_RESERVED = str.maketrans({"^": "_5E", "~": "_7E", "_": "_5F", "\\": "_5C"})
"""What begins commands, written in hexadecimal behind ^FH."""

_JUSTIFIED = {Align.LEFT: "L", Align.CENTRE: "C", Align.RIGHT: "R"}


class ZplSettings(PrinterSettings, frozen=True, kw_only=True):
    """The label, in millimetres, beside where the printer is. Without a height: continuous."""

    width: int = 56
    height: int = 0
    dots_per_mm: Literal[6, 8, 12, 24] = 8

    def __post_init__(self) -> None:
        self.check()
        within(self, width=(15, 220), height=(0, 1000))

    @property
    def media(self) -> Media:
        """The label in dots."""
        return Media(
            self.width * self.dots_per_mm, self.height * self.dots_per_mm, self.dots_per_mm
        )


def compose(receipt: Receipt, media: Media) -> bytes:
    """The label as one format: ^CI28 for UTF-8, ^PW and ^LL its size in dots."""
    sheet = lay_out(receipt, media)
    if sheet.left_out:
        log.warning("%s: %s pieces do not fit on the label", receipt.title, sheet.left_out)
    length = media.height or sheet.height + round(3 * media.dots_per_mm)
    head = f"^XA^CI28^PW{media.width}^LL{length}^LH0,0"
    return (head + "".join(_fields(sheet, media)) + "^XZ").encode()


def _fields(sheet: Sheet, media: Media) -> Iterator[str]:
    for piece in sheet.pieces:
        match piece:
            case Words(y, height, text, align):
                block = f"^FB{media.width},1,0,{_JUSTIFIED[align]}"
                data = text.translate(_RESERVED)
                yield f"^FO0,{y}^A0N,{height},{height}{block}^FH_^FD{data}^FS"
            case Line(y, height):
                yield f"^FO0,{y}^GB{media.width},{height},{height}^FS"
            case Code():
                yield _code(piece, media)


def _code(code: Code, media: Media) -> str:
    place = f"^FO{_margin(code, media)},{code.y}^BY{code.module}"
    match code.kind:
        case "ean":
            kind = "^B8" if len(code.data) == 8 else "^BE"
            # The check digit is the printer's to make.
            return f"{place}{kind}N,{code.height},Y,N^FD{code.data[:-1]}^FS"
        case "qr":
            # FD begins with the level and how it is read: automatically.
            return f"{place}^BQN,2,{code.module}^FH_^FDMA,{code.data.translate(_RESERVED)}^FS"
        case "code128":
            # `>` begins a change of set there, and is data when a 0 follows.
            data = code.data.translate(_RESERVED).replace(">", ">0")
            return f"{place}^BCN,{code.height},Y,N,N^FH_^FD{data}^FS"


def _margin(code: Code, media: Media) -> int:
    """Where a code begins so that it stands in the middle, clear of both edges."""
    widths = {
        "ean": 67 if len(code.data) == 8 else 95,
        "code128": 11 * (len(code.data) + 2) + 13,
        "qr": code.height // code.module,
    }
    return max(0, (media.width - widths[code.kind] * code.module) // 2)


class HostStatus(Struct, frozen=True):
    """What ~HS says: how the printer is, and how much of what it was sent it has not printed."""

    status: PrinterStatus
    waiting: int


def read_status(data: bytes) -> HostStatus | None:
    """Three strings between STX and ETX, whole; None where they are not, ValueError for others."""
    parts = data.split(b"\x03")
    if len(parts) < 4:
        return None
    strings = [part.rpartition(b"\x02")[2].decode("ascii", "replace") for part in parts]
    one, two = strings[0].split(","), strings[1].split(",")
    if len(one) < 12 or len(two) < 11:
        raise ValueError(f"no host status: {data[:60]!r}")
    paper_out, paused, head_up, ribbon_out = one[1], one[2], two[2], two[3]
    hot = one[10] == "1" or one[11] == "1"  # under, over: it waits by itself
    status = PrinterStatus(
        online="1" not in (paper_out, paused, head_up, ribbon_out) and not hot,
        paper_out=paper_out == "1",
        cover_open=head_up == "1",
        error=ribbon_out == "1" or one[9] == "1",  # no ribbon, or its memory is lost
    )
    partial = one[7] == "1"
    return HostStatus(status, int(one[4]) + int(two[8]) + partial)


class ZplSession(WholeCommands):
    """See `PrinterSession`: a label is printed once nothing of it waits in the printer."""

    question = b""
    unreadable = 0

    def __init__(self, link: Link) -> None:
        super().__init__(link)
        self._asking = asyncio.Lock()
        self._owed = True  # an earlier session may have left something

    async def status(self, within: float) -> PrinterStatus:
        """See `PrinterSession.status`."""
        async with asyncio.timeout(within):
            return (await self._ask()).status

    async def resynchronise(self, within: float) -> None:
        """Wait until it has printed what an earlier session left."""
        if self._owed:
            async with asyncio.timeout(within):
                await self.processed()
            self._owed = False

    def begin(self) -> None:
        """See `PrinterSession.begin`."""
        self._owed = True

    async def processed(self) -> None:
        """See `PrinterSession.processed`."""
        while True:
            found = await self._ask()
            if not found.waiting and found.status.trouble is None:
                return
            await asyncio.sleep(POLL)

    def end(self) -> None:
        """See `PrinterSession.end`."""
        self._owed = False

    def rest(self) -> None:
        """See `LabelSession.rest`: it may be asked at any time."""

    async def _ask(self) -> HostStatus:
        async with self._asking:
            self._link.drain_input()  # a late answer, which was true of another moment
            await self.send(ASK_STATUS, POLL)
            seen = b""
            while len(seen) < MOST:
                seen += await self.receive()
                try:
                    found = read_status(seen)
                except ValueError:
                    seen = b""
                    continue
                if found is not None:
                    return found
            raise TimeoutError


@asynccontextmanager
async def open_printer(settings: ZplSettings) -> AsyncIterator[Printer]:
    """A `Driver.open`. Prints nothing. Raises DeviceLost."""
    async with opened(settings.link(), PRINTER_OFFLINE) as link:
        media = settings.media

        async def drawn(receipt: Receipt) -> bytes:
            return compose(receipt, media)

        yield LabelPrinter(ZplSession(link), settings, drawn)


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «zpl»."""
    drivers.printers.add("zpl", open_printer, ZplSettings)
