"""A serial scanner as a `Scanner`."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from pos_driver_serial_scanner.assembler import ScanAssembler
from pos_terminal.devices.classes import Scan, Scanner
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.devices.settings import within
from pos_terminal.domain.faults import SCANNER_OFFLINE
from pos_terminal.links.background import background
from pos_terminal.links.faults import opened
from pos_terminal.links.link import Link, LinkLost
from pos_terminal.links.serial import SerialSettings, serial_link

log = logging.getLogger(__name__)

SHOWN = 64
"""Bytes of what made no code that the log shows: more tells a technician nothing new."""

QUEUED = 256
"""Scans that wait for a reader; beyond, the line waits."""


class SerialScannerSettings(SerialSettings, frozen=True, kw_only=True):
    """The line, and what the scanner is set to send.

    `aim`: each code begins with the AIM prefix (]E0 and so on), and one without it is unreadable.
    `quiet_seconds`: a code without its suffix is given up, as unreadable, when nothing has come
    for so long. `max_length`, in bytes: a longer code is reported as unreadable.
    """

    aim: bool = False
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    quiet_seconds: float = 0.5
    max_length: int = 512

    def __post_init__(self) -> None:
        within(self, quiet_seconds=(0.05, 10), max_length=(1, 8192))


@asynccontextmanager
async def open_scanner(settings: SerialScannerSettings) -> AsyncIterator[Scanner]:
    """Open the line and listen. What was scanned before that is dropped."""
    async with opened(serial_link(settings), SCANNER_OFFLINE) as link:
        scanner = SerialScanner(link, settings)
        async with background(scanner.listen()):
            yield scanner


class SerialScanner:
    """One scanner behind a link, heard as long as `listen` runs."""

    def __init__(self, link: Link, settings: SerialScannerSettings) -> None:
        self._link = link
        self._port = settings.port
        self._quiet_seconds = settings.quiet_seconds
        self._assembler = ScanAssembler(
            aim=settings.aim,
            max_length=settings.max_length,
            encoding=settings.encoding,
            checked=settings.parity != "N",
            unread=self._unread,
        )
        self._scans: asyncio.Queue[Scan | LinkLost] = asyncio.Queue(QUEUED)

    def _unread(self, data: bytes) -> None:
        # As a dump with blanks: no badge and no customer's card leaves the box (domain/redaction).
        log.warning("%s: no code: %s", self._port, data[:SHOWN].hex(" "))

    async def gone(self) -> None:
        """See `Device.gone`."""
        await self._link.gone()

    async def read(self) -> Scan:
        """See `Scanner.read`. What came before a loss is still given out."""
        scan = await self._scans.get()
        if isinstance(scan, LinkLost):
            # Put back: whoever asks next hears of the loss as well.
            self._scans.put_nowait(scan)
            raise DeviceLost(SCANNER_OFFLINE, str(scan)) from scan
        return scan

    async def listen(self) -> None:
        """Assemble codes until the link is lost, whether anybody reads or not.

        Nobody else can tell a pause between bytes from a reader that was busy.
        """
        lost: LinkLost | None = None
        while lost is None:
            try:
                async with asyncio.timeout(
                    # Only a code that has begun is waited for; between two the line may rest for
                    # hours.
                    self._quiet_seconds if self._assembler.pending else None
                ):
                    scans = self._assembler.feed(await self._link.receive())
            except TimeoutError:
                scans = self._assembler.give_up()
            except LinkLost as error:
                scans, lost = self._assembler.give_up(), error
            for scan in scans:
                await self._scans.put(scan)
        await self._scans.put(lost)
